"""Autograd forbidden, and whether autograd's engine ran."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.autograd import forward_ad

from labgrade.probes.base import Call, Callee, Probe

_MESSAGE = "autograd is switched off here: this function is to give its value without backward()"


def without_autograd(function: Callee, *args: Any, **kwargs: Any) -> Any:
    """Return the function's value in a process where `backward` and `torch.autograd.grad` raise.

    Raises:
        StudentRaised: RuntimeError, where the function relies on autograd.
    """
    return function.ask(WITHOUT_AUTOGRAD.op, args, kwargs)


def _answer_without_autograd(call: Call) -> Any:
    with _engine_replaced(_refuse):
        return call.run()


def _refuse(*_args: Any, **_kwargs: Any) -> Any:
    raise RuntimeError(_MESSAGE)


WITHOUT_AUTOGRAD = Probe("without_autograd", _answer_without_autograd)


def autograd_ran(function: Callee, *args: Any, **kwargs: Any) -> tuple[Any, bool]:
    """Return the function's value and whether it ran autograd (backward engine or forward mode).

    The second is a *self-report*: code in the worker could forge it. A mark that rests on it must be
    small, the value carries the rest.
    """
    reply = function.ask(AUTOGRAD_RAN.op, args, kwargs)
    if not isinstance(reply, tuple) or len(reply) != 2:
        return reply, False
    return reply[0], reply[1] is True


def _answer_autograd_ran(call: Call) -> Any:
    ran = False

    def counting(original: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            nonlocal ran
            ran = True
            return original(*args, **kwargs)

        return run

    engine = counting(torch.autograd.graph._engine_run_backward)
    make_dual = forward_ad.make_dual
    forward_ad.make_dual = counting(make_dual)
    try:
        with _engine_replaced(engine):
            value = call.run()
    finally:
        forward_ad.make_dual = make_dual
    return (value, ran)


AUTOGRAD_RAN = Probe("autograd_ran", _answer_autograd_ran)


@contextmanager
def _engine_replaced(engine: Callable[..., Any]) -> Iterator[None]:
    # `Tensor.backward`, `torch.autograd.backward`, `.grad`, `torch.func.grad` and `jacobian` all end in this
    # function; replacing it also reaches names that student code imported before (`from torch.autograd import grad`).
    modules = (torch.autograd, torch.autograd.graph)
    saved = [module._engine_run_backward for module in modules]
    for module in modules:
        module._engine_run_backward = engine
    try:
        yield
    finally:
        for module, original in zip(modules, saved, strict=True):
            module._engine_run_backward = original
