"""A handle on an `nn.Module` in the worker: state, layers, forward, gradients.

Parameters and layers are found by a walk of our own (`walk`). What a module says of itself is a process fact;
outputs for weights and inputs of the grader's are data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from labgrade.budget import Allowance
from labgrade.errors import CheckFailed
from labgrade.probes.base import Call, Callee, Probe
from labgrade.probes.objects import Remote, create, make
from labgrade.probes.walk import (
    beside,
    describe_parameters,
    evaluating,
    named,
    named_parameters,
    registered,
    set_mode,
    shape_of,
    submodules,
)
from labgrade.wire.plain import clean_name

_LARGE = Allowance(large=True)
_MAX_SENTENCE = 400


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    Attributes:
        name: in the state dict.
        value: on the CPU, without a graph; empty for a lazy layer that was not called yet.
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
        return [Layer(*map(clean_name, row)) for row in told if _is_row(row, (str, str))]

    def load(self, tensors: Sequence[Tensor] | Mapping[str, Tensor]) -> None:
        """Set parameters in place: all by order, or some by name.

        Raises:
            CheckFailed: the module has others, or of other shapes.
        """
        by_name = dict(tensors) if isinstance(tensors, Mapping) else None
        by_order = None if isinstance(tensors, Mapping) else list(tensors)
        _refuse("shape", self._ask(LOAD.op, by_name=by_name, by_order=by_order))

    def forward(self, x: Any, *, train: bool = False) -> Any:
        """Return the output for `x` without a graph, in evaluation mode unless `train`; modes come back."""
        return self._ask(FORWARD.op, x=x, train=train)

    def gradients(self, x: Any, upstream: Tensor) -> list[Tensor | None]:
        """Return the gradient of (output · upstream).sum() by each parameter, in their order.

        Raises:
            CheckFailed: the output is no tensor of the shape of `upstream`.
        """
        told = self._ask(GRADIENTS.op, x=x, upstream=upstream)
        if not isinstance(told, list):
            _refuse("shape", told)
            return []
        return [row.detach() if _is_tensor(row) else None for row in told]

    def is_training(self) -> bool:
        """Whether the module is in training mode."""
        return self.get("training") is True

    def set_mode(self, *, train: bool) -> None:
        """Put the module into training or evaluation mode."""
        self._ask(SET_MODE.op, train=train)

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
    return [
        Parameter(clean_name(name), value.detach(), trainable, clean_name(tied_to))
        for name, value, trainable, tied_to in (row for row in rows if _is_row(row, (str, Tensor, bool, str)))
        if _is_tensor(value)
    ]


def read_tensors(told: Any) -> dict[str, Tensor]:
    """Return tensors by name, as a worker says."""
    pairs = told.items() if isinstance(told, dict) else ()
    tensors = [(name, value) for name, value in pairs if isinstance(name, str) and _is_tensor(value)]
    return {clean_name(name): value.detach() for name, value in tensors}


def _is_tensor(value: Any) -> bool:
    # One without values could claim a size that no machine has.
    return isinstance(value, Tensor) and value.device.type != "meta"


def _refuse(kind: str, problem: Any) -> None:
    """Fail a check for what a worker says is wrong with a module; None for nothing."""
    if problem is not None:
        told = isinstance(problem, str)
        raise CheckFailed(
            kind, clean_name(problem, _MAX_SENTENCE) if told else "The module cannot be used as one."
        )


def _is_row(row: Any, kinds: tuple[type, ...]) -> bool:
    return (
        isinstance(row, (list, tuple))
        and len(row) == len(kinds)
        and all(isinstance(value, kind) for value, kind in zip(row, kinds, strict=True))
    )


# -- in the worker ---------------------------------------------------------------------------------------


def _answer_parameters(call: Call) -> list[Any]:
    return describe_parameters(real_module(call))


def _answer_buffers(call: Call) -> dict[str, Tensor]:
    return dict(named(real_module(call), "_buffers"))


def _answer_layers(call: Call) -> list[list[str]]:
    first: dict[int, tuple[str, nn.Module]] = {}
    for name, part in submodules(real_module(call)):
        first.setdefault(id(part), (name, part))
    leaves = [(name, part) for name, part in first.values() if not registered(part, "_modules")]
    return [[name, _library_name(part)] for name, part in leaves]


def _library_name(part: nn.Module) -> str:
    nearest = (kind for kind in type(part).__mro__ if kind.__module__.startswith("torch.nn"))
    return next(nearest, nn.Module).__name__


def _answer_load(call: Call) -> str | None:
    subject = real_module(call)
    named = dict(named_parameters(subject))
    given = call.options["by_name"]
    if given is None:
        unique = [name for name, *_, tied in describe_parameters(subject) if not tied]
        values = call.options["by_order"]
        if len(values) != len(unique):
            return f"The module should have {len(values)} parameters, but it has {len(unique)}."
        given = dict(zip(unique, values, strict=True))
    problems = (_misfit(name, value, named.get(name)) for name, value in given.items())
    problem = next((problem for problem in problems if problem), None)
    if problem is None:
        with torch.no_grad():
            for name, value in given.items():
                named[name].copy_(value)
    return problem


def _misfit(name: str, value: Tensor, parameter: Tensor | None) -> str | None:
    if parameter is None:
        return f"The module has no parameter {name!r}."
    shape, wanted = shape_of(parameter), tuple(value.shape)
    if shape != wanted:
        return f"The parameter {name!r} should have shape {wanted}, but it has shape {shape}."
    return None


def _answer_set_mode(call: Call) -> None:
    set_mode(real_module(call), train=bool(call.options["train"]))


def _answer_forward(call: Call) -> Any:
    subject: Any = real_module(call)
    with evaluating(subject, train=bool(call.options["train"])):
        return subject(beside(subject, call.options["x"]))


def _answer_gradients(call: Call) -> list[Tensor | None] | str:
    subject: Any = real_module(call)
    upstream = beside(subject, call.options["upstream"])
    output = subject(beside(subject, call.options["x"]))
    if not issubclass(type(output), Tensor):
        return f"The module should return a tensor, but it returns a value of type {type(output).__name__}."
    if output.shape != upstream.shape:
        shapes = f"{tuple(upstream.shape)}, but it has shape {tuple(output.shape)}"
        return f"The module's output should have shape {shapes}."
    every = [value for _, value in named_parameters(subject)]
    asked = [value for value in every if value.requires_grad]
    # torch refuses to be asked for nothing.
    found = torch.autograd.grad((output * upstream).sum(), asked, allow_unused=True) if asked else ()
    gradients = iter(found)
    return [next(gradients) if value.requires_grad else None for value in every]


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
SET_MODE = Probe("set_mode", _answer_set_mode)
