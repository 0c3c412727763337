"""Objects that stay in the worker: what a student's function returns, and what a grader has built there.

The grader holds a `Remote`. It can be an argument of any call, and its methods are callees for every probe.
A class's name and what an object says of its attributes are process facts; the values that its methods
give for inputs of the grader's are data.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from labgrade.budget import USUAL, Allowance
from labgrade.probes.base import Call, Callee, Probe
from labgrade.probes.seeding import seed_torch
from labgrade.wire.plain import Make, Ref, clean_name

_numbers = itertools.count()


@dataclass(frozen=True)
class Remote(Ref):
    """An object in the worker, by the key under which it is kept there.

    Attributes:
        callee: the student's function that it came from.
        type_name: name of its class, as the worker says.
    """

    callee: Callee
    type_name: str = ""

    def method(self, path: str) -> Method:
        """Return an attribute (dotted path) as a callee for probes."""
        return Method(self, path)

    def call(self, path: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method in the worker and return its value."""
        return self.method(path)(*args, **kwargs)

    def get(self, path: str) -> Any:
        """Return an attribute's value ("w", "w.grad").

        Raises:
            StudentRaised: AttributeError, where it is absent.
        """
        return self.callee.ask(GET.op, (), {}, on=(self.key, ""), path=path)

    def set(self, path: str, value: Any) -> None:
        """Set an attribute."""
        self.callee.ask(SET.op, (), {}, on=(self.key, ""), path=path, value=value)

    def is_a(self, path: str) -> bool:
        """Whether its class derives from the one at an import path ("torch.nn.Module"); a process fact."""
        return self.callee.ask(IS_A.op, (), {}, on=(self.key, ""), path=path) is True


@dataclass(frozen=True)
class Method:
    """An attribute of a kept object; a `Callee`."""

    remote: Remote
    path: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it in the worker and return its value."""
        return self.ask("call", args, kwargs)

    def ask(
        self,
        op: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        on: tuple[str, str] | None = None,
        allowance: Allowance = USUAL,
        **options: Any,
    ) -> Any:
        """Run probe `op` on it; see `Callee.ask`."""
        place = on or (self.remote.key, self.path)
        return self.remote.callee.ask(op, args, kwargs, on=place, allowance=allowance, **options)


def create(function: Callee, *args: Any, seed: int | None = None, **kwargs: Any) -> Remote:
    """Call the function, or the class, and keep what it gives in the worker.

    With a `seed`, right after `torch.manual_seed(seed)`.
    """
    key = _new_key()
    return Remote(key, function, _name(function.ask(CREATE.op, args, kwargs, key=key, seed=seed)))


def make(function: Callee, path: str, *args: Any, **kwargs: Any) -> Remote:
    """Build a library's object in the worker and keep it there.

    Args:
        function: the student's function that it is for; where that is missing, nothing is attempted.
        path: import path of a class or function, "torch.nn.Linear".
        *args: plain values, `Remote` and `Make`.
        **kwargs: the same, by name.
    """
    key = _new_key()
    recipe = Make(path, *args, **kwargs)
    return Remote(key, function, _name(function.ask(MAKE.op, (), {}, key=key, recipe=recipe)))


def loader(x: Any, y: Any, *, batch_size: int, shuffle: bool = False) -> Make:
    """Return the recipe of a DataLoader over a TensorDataset, to be handed over as an argument.

    Args:
        x: tensor (N, …), or one that the worker keeps.
        y: the same, of as many.
        batch_size: of the loader.
        shuffle: drawn anew in each epoch by the worker's generator.
    """
    pairs = Make("torch.utils.data.TensorDataset", x, y)
    return Make("torch.utils.data.DataLoader", pairs, batch_size=batch_size, shuffle=shuffle)


def without_gradients(function: Callee, *args: Any, **kwargs: Any) -> Any:
    """Return the function's value, called inside `torch.no_grad()`."""
    return function.ask(WITHOUT_GRADIENTS.op, args, kwargs)


def arity(function: Callee) -> int | None:
    """Return how many positional arguments the function requires; None where it cannot be told."""
    told = function.ask(ARITY.op, (), {})
    return told if type(told) is int else None


def item(remote: Remote, index: int) -> Any:
    """Return `remote[index]`."""
    return remote.callee.ask(ITEM.op, (), {}, on=(remote.key, ""), index=index)


def length(remote: Remote) -> Any:
    """Return `len(remote)`."""
    return remote.callee.ask(LENGTH.op, (), {}, on=(remote.key, ""))


def _new_key() -> str:
    return f"object{next(_numbers)}"


def _name(told: Any) -> str:
    return clean_name(told) if isinstance(told, str) else ""


# -- in the worker ---------------------------------------------------------------------------------------

_kept: dict[str, Any] = {}


def forget() -> None:
    """Drop every kept object; an exercise begins with none."""
    _kept.clear()


def target(on: tuple[str, str]) -> Any:
    """Return the kept object that a request names, or its attribute."""
    key, path = on
    return attribute(_kept[key], path)


def attribute(value: Any, path: str) -> Any:
    """Return the attribute at a dotted path; the value itself for ""."""
    for name in path.split(".") if path else ():
        value = getattr(value, name)
    return value


def resolve(value: Any) -> Any:
    """Put objects in the place of `Ref` and `Make`, in a tree of plain containers."""
    if isinstance(value, Ref):
        return _kept[value.key]
    if isinstance(value, Make):
        return located(value.path)(*resolve(list(value.args)), **resolve(dict(value.kwargs)))
    if type(value) in (list, tuple):
        return type(value)(resolve(part) for part in value)
    if type(value) is dict:
        return {key: resolve(part) for key, part in value.items()}
    return value


def located(path: str) -> Any:
    """Return what lies at an import path; it comes from the grader."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _keep(key: str, value: Any) -> str:
    _kept[key] = value
    return type(value).__name__


def _answer_create(call: Call) -> str:
    if call.options["seed"] is not None:
        seed_torch(int(call.options["seed"]))
    return _keep(call.options["key"], call.run())


def _answer_make(call: Call) -> str:
    return _keep(call.options["key"], call.options["recipe"])


def _answer_get(call: Call) -> Any:
    return attribute(call.function, call.options["path"])


def _answer_set(call: Call) -> None:
    parent, _, name = call.options["path"].rpartition(".")
    setattr(attribute(call.function, parent), name, call.options["value"])


def _answer_is_a(call: Call) -> bool:
    return issubclass(type(call.function), located(call.options["path"]))


def _answer_without_gradients(call: Call) -> Any:
    with torch.no_grad():
        return call.run()


def _answer_arity(call: Call) -> int | None:
    try:
        parameters = inspect.signature(call.function).parameters.values()
    except (TypeError, ValueError):
        return None
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in positional and p.default is p.empty for p in parameters)


def _answer_item(call: Call) -> Any:
    return call.function[call.options["index"]]  # type: ignore[index]


def _answer_length(call: Call) -> int:
    return len(call.function)  # type: ignore[arg-type]


CREATE = Probe("create", _answer_create)
MAKE = Probe("make", _answer_make)
GET = Probe("get", _answer_get)
SET = Probe("set", _answer_set)
IS_A = Probe("is_a", _answer_is_a)
WITHOUT_GRADIENTS = Probe("without_gradients", _answer_without_gradients)
ARITY = Probe("arity", _answer_arity)
ITEM = Probe("item", _answer_item)
LENGTH = Probe("length", _answer_length)
