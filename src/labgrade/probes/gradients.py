"""Autograd forbidden, and whether autograd's engine ran."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
import torch._functorch.eager_transforms  # so that what forward mode calls is there to be replaced
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
    with ExitStack() as replaced:
        replaced.enter_context(_engine_replaced(engine))
        # Forward mode ends here; which of them `forward_ad.make_dual` calls depends on the version of torch. Below
        # that function, so that a name of it that student code imported before counts too.
        for module in (torch._VF, sys.modules.get("torch._functorch.predispatch")):
            if hasattr(module, "_make_dual"):
                replaced.enter_context(_replaced(module, "_make_dual", counting(module._make_dual)))
        value = call.run()
    return (value, ran)


AUTOGRAD_RAN = Probe("autograd_ran", _answer_autograd_ran)


@contextmanager
def _engine_replaced(engine: Callable[..., Any]) -> Iterator[None]:
    # `Tensor.backward`, `torch.autograd.backward`, `.grad`, `torch.func.grad` and `jacobian` all end in this
    # function; replacing it also reaches names that student code imported before (`from torch.autograd import grad`).
    with (
        _replaced(torch.autograd, "_engine_run_backward", engine),
        _replaced(torch.autograd.graph, "_engine_run_backward", engine),
    ):
        yield


@contextmanager
def _replaced(module: Any, name: str, stand_in: Callable[..., Any]) -> Iterator[None]:
    original = getattr(module, name)
    setattr(module, name, stand_in)
    try:
        yield
    finally:
        setattr(module, name, original)
