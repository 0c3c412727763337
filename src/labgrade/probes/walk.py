"""Walks over an `nn.Module` in the worker, whatever its class makes of `parameters`, `modules` or `train`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy


def submodules(
    module: nn.Module, name: str = "", above: tuple[nn.Module, ...] = ()
) -> Iterator[tuple[str, nn.Module]]:
    """Yield a module and what is below it, under each of its names, in the order of registration."""
    if any(module is one for one in above):
        return  # a module may hold itself
    yield name, module
    for key, part in registered(module, "_modules"):
        yield from submodules(part, f"{name}.{key}" if name else key, (*above, module))


def registered(module: nn.Module, kind: str) -> list[tuple[str, Any]]:
    """Return what a module itself holds of one kind ("_modules", "_parameters", "_buffers")."""
    # Past the class, whose attributes may answer for it.
    found: dict[str, Any] = object.__getattribute__(module, kind)
    return [(name, value) for name, value in found.items() if value is not None]


def named_parameters(module: nn.Module) -> list[tuple[str, nn.Parameter]]:
    """Return all parameters in the order of registration, tied ones under each of their names."""
    return named(module, "_parameters")


def named(module: nn.Module, kind: str) -> list[tuple[str, Any]]:
    """Return all of one kind ("_parameters", "_buffers") below a module, under each of their names."""
    return [
        (f"{prefix}.{name}" if prefix else name, value)
        for prefix, part in submodules(module)
        for name, value in registered(part, kind)
    ]


def describe_parameters(module: nn.Module) -> list[Any]:
    """Return rows of name, value, whether trainable, and the name it is tied to."""
    first: dict[int, str] = {}
    return [
        [name, _value(value), value.requires_grad, _tied(first, name, value)]
        for name, value in named_parameters(module)
    ]


def shape_of(parameter: Tensor) -> tuple[int, ...]:
    """Return a parameter's shape; (0,) for one of a lazy layer that was not called yet."""
    return tuple(_value(parameter).shape)


def _value(parameter: Tensor) -> Tensor:
    return torch.empty(0) if is_lazy(parameter) else parameter.detach()


def _tied(first: dict[int, str], name: str, value: Tensor) -> str:
    earlier = first.setdefault(id(value), name)
    return "" if earlier == name else earlier


@contextlib.contextmanager
def evaluating(module: nn.Module, *, train: bool = False) -> Iterator[None]:
    """Switch to evaluation (or training) mode, without gradients; each submodule's own mode comes back."""
    modes = [(part, part.training) for _, part in submodules(module)]
    set_mode(module, train=train)
    try:
        with torch.no_grad():
            yield
    finally:
        for part, mode in modes:
            part.training = mode


def set_mode(module: nn.Module, *, train: bool) -> None:
    """Put a module and all below it into training or evaluation mode; a class may call something else so."""
    for _, part in submodules(module):
        part.training = train


def beside(module: nn.Module, x: Any) -> Any:
    """Return a tensor on the device of the module's first parameter; training may have moved the module."""
    first = next((value for _, value in named_parameters(module)), None)
    return x.to(first.device) if first is not None and isinstance(x, Tensor) else x
