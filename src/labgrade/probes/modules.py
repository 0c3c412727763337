"""A handle on an `nn.Module` in the worker: state, layers, forward, gradients.

Parameters and layers are found by torch's own walk over the module, whatever the student's class overrides.
What a module says of itself is a process fact; outputs for weights and inputs of the grader's are data.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from labgrade.errors import CheckFailed
from labgrade.probes.base import Allowance, Call, Callee, Probe
from labgrade.probes.objects import Remote, create, make

_LARGE = Allowance(large=True)


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    Attributes:
        name: in the state dict.
        value: on the CPU, without a graph.
        trainable: it requires a gradient.
        tied_to: name of an earlier parameter that is the same tensor, or "".
    """

    name: str
    value: Tensor
    trainable: bool
    tied_to: str = ""


@dataclass(frozen=True)
class Layer:
    """A submodule without submodules: its name, and the nearest class of `torch.nn` that it is."""

    name: str
    type_name: str


class Module(Remote):
    """An `nn.Module` in the worker."""

    def parameters(self) -> list[Parameter]:
        """Return all parameters in the order of their registration, tied ones too."""
        return read_parameters(self._ask(PARAMETERS.op))

    def buffers(self) -> dict[str, Tensor]:
        """Return all buffers by name, those outside the state dict too."""
        return read_tensors(self._ask(BUFFERS.op))

    def layers(self) -> list[Layer]:
        """Return the submodules that hold no others, in the order of their registration."""
        told = self._ask(LAYERS.op)
        if not isinstance(told, list):
            return []
        return [Layer(*row) for row in told if _is_row(row, (str, str))]

    def load(self, tensors: Sequence[Tensor] | Mapping[str, Tensor]) -> None:
        """Set parameters in place: all by order, or some by name.

        Raises:
            CheckFailed: the module has others, or of other shapes.
        """
        by_name = dict(tensors) if isinstance(tensors, Mapping) else None
        by_order = None if isinstance(tensors, Mapping) else list(tensors)
        problem = self._ask(LOAD.op, by_name=by_name, by_order=by_order)
        if problem is not None:
            raise CheckFailed("shape", str(problem))

    def forward(self, x: Any, *, train: bool = False) -> Any:
        """Return the output for `x`, without a graph, in evaluation mode unless `train`; the mode comes back."""
        return self._ask(FORWARD.op, x=x, train=train)

    def gradients(self, x: Any, upstream: Tensor) -> list[Tensor | None]:
        """Return the gradient of (output · upstream).sum() by each parameter, in their order."""
        told = self._ask(GRADIENTS.op, x=x, upstream=upstream)
        if not isinstance(told, list):
            return []
        return [row if isinstance(row, Tensor) else None for row in told]

    def is_training(self) -> bool:
        """Whether the module is in training mode."""
        return self.get("training") is True

    def set_mode(self, *, train: bool) -> None:
        """Put the module into training or evaluation mode."""
        self.call("train" if train else "eval")

    def _ask(self, op: str, **options: Any) -> Any:
        return self.callee.ask(op, (), {}, on=(self.key, ""), allowance=_LARGE, **options)


def module(function: Callee, *args: Any, seed: int | None = None, **kwargs: Any) -> Module:
    """Make one of a student's module class and keep it in the worker.

    With a `seed`, right after `torch.manual_seed(seed)`.

    Raises:
        CheckFailed: what came is no `nn.Module`.
    """
    return as_module(create(function, *args, seed=seed, **kwargs))


def make_module(function: Callee, path: str, *args: Any, **kwargs: Any) -> Module:
    """Build a module of the grader's in the worker, a stand-in for a student's; see `objects.make`."""
    return as_module(make(function, path, *args, **kwargs))


def as_module(remote: Remote) -> Module:
    """Return the handle of a kept object that is an `nn.Module`.

    Raises:
        CheckFailed: it is none.
    """
    if not remote.is_a("torch.nn.Module"):
        say = f"An nn.Module was expected, but what came is of type {remote.type_name}."
        raise CheckFailed("type", say)
    return Module(remote.key, remote.callee, remote.type_name)


def read_parameters(told: Any) -> list[Parameter]:
    """Return what a worker says of a module's parameters; rows that are malformed are left out."""
    rows = told if isinstance(told, list) else []
    return [Parameter(*row) for row in rows if _is_row(row, (str, Tensor, bool, str))]


def read_tensors(told: Any) -> dict[str, Tensor]:
    """Return tensors by name, as a worker says."""
    pairs = told.items() if isinstance(told, dict) else ()
    return {name: value for name, value in pairs if isinstance(name, str) and isinstance(value, Tensor)}


def _is_row(row: Any, kinds: tuple[type, ...]) -> bool:
    return (
        isinstance(row, (list, tuple))
        and len(row) == len(kinds)
        and all(isinstance(value, kind) for value, kind in zip(row, kinds, strict=True))
    )


# -- in the worker ---------------------------------------------------------------------------------------


def named_parameters(module: nn.Module) -> list[tuple[str, nn.Parameter]]:
    """Return all parameters by torch's own walk, tied ones under each of their names."""
    return list(nn.Module.named_parameters(module, remove_duplicate=False))


def describe_parameters(module: nn.Module) -> list[Any]:
    """Return rows of name, value, whether trainable, and the name it is tied to."""
    first: dict[int, str] = {}
    return [
        [name, value.detach(), value.requires_grad, _tied(first, name, value)]
        for name, value in named_parameters(module)
    ]


def _tied(first: dict[int, str], name: str, value: Tensor) -> str:
    earlier = first.setdefault(id(value), name)
    return "" if earlier == name else earlier


@contextlib.contextmanager
def evaluating(module: nn.Module, *, train: bool = False) -> Iterator[None]:
    """Switch to evaluation (or training) mode, without gradients; each submodule's own mode comes back."""
    modes = [(part, part.training) for part in nn.Module.modules(module)]
    nn.Module.train(module, train)
    try:
        with torch.no_grad():
            yield
    finally:
        for part, mode in modes:
            part.training = mode


def _answer_parameters(call: Call) -> list[Any]:
    return describe_parameters(real_module(call))


def _answer_buffers(call: Call) -> dict[str, Tensor]:
    return dict(nn.Module.named_buffers(real_module(call)))


def _answer_layers(call: Call) -> list[list[str]]:
    parts = nn.Module.named_modules(real_module(call))
    return [[name, _library_name(part)] for name, part in parts if not part._modules]  # noqa: SLF001


def _library_name(part: nn.Module) -> str:
    nearest = (kind for kind in type(part).__mro__ if kind.__module__.startswith("torch.nn"))
    return next(nearest, nn.Module).__name__


def _answer_load(call: Call) -> str | None:
    named = dict(named_parameters(real_module(call)))
    unique = [name for name, *_, tied in describe_parameters(real_module(call)) if not tied]
    given = call.options["by_name"]
    if given is None:
        values = call.options["by_order"]
        if len(values) != len(unique):
            return f"The module should have {len(values)} parameters, but it has {len(unique)}."
        given = dict(zip(unique, values, strict=True))
    for name, value in given.items():
        if name not in named:
            return f"The module has no parameter {name!r}."
        if named[name].shape != value.shape:
            return (
                f"The parameter {name!r} should have shape {tuple(value.shape)}, "
                f"but it has shape {tuple(named[name].shape)}."
            )
    with torch.no_grad():
        for name, value in given.items():
            named[name].copy_(value)
    return None


def beside(module: nn.Module, x: Any) -> Any:
    """Return a tensor on the device of the module's first parameter; training may have moved the module."""
    first = next((value for _, value in named_parameters(module)), None)
    return x.to(first.device) if first is not None and isinstance(x, Tensor) else x


def _answer_forward(call: Call) -> Any:
    subject: Any = real_module(call)
    with evaluating(subject, train=bool(call.options["train"])):
        return subject(beside(subject, call.options["x"]))


def _answer_gradients(call: Call) -> list[Tensor | None]:
    subject: Any = real_module(call)
    values = [value for _, value in named_parameters(subject) if value.requires_grad]
    output = subject(beside(subject, call.options["x"]))
    found = iter(torch.autograd.grad((output * call.options["upstream"]).sum(), values, allow_unused=True))
    return [next(found) if value.requires_grad else None for _, value in named_parameters(subject)]


def real_module(call: Call) -> nn.Module:
    """Return a call's subject, which has to be an `nn.Module`."""
    if not issubclass(type(call.function), nn.Module):
        raise TypeError("this is no nn.Module")
    return call.function  # type: ignore[return-value]


PARAMETERS = Probe("parameters", _answer_parameters)
BUFFERS = Probe("buffers", _answer_buffers)
LAYERS = Probe("layers", _answer_layers)
LOAD = Probe("load_parameters", _answer_load)
FORWARD = Probe("forward", _answer_forward)
GRADIENTS = Probe("parameter_gradients", _answer_gradients)
