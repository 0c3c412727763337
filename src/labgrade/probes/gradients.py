"""Autograd forbidden, and whether autograd's engine ran."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
import torch._functorch.eager_transforms  # so that what forward mode calls is there to be replaced

from labgrade.probes.base import Call, Callee, Probe

_MESSAGE = "autograd is switched off here: this function is to give its value without backward()"


def without_autograd(function: Callee, *args: Any, **kwargs: Any) -> Any:
    """Return the function's value where autograd raises: `backward`, `torch.autograd.grad`, forward mode.

    Arithmetic on tensors that require a gradient goes on, and builds its graph.

    Raises:
        StudentRaised: RuntimeError, where the function relies on autograd.
    """
    return function.ask(WITHOUT_AUTOGRAD.op, args, kwargs)


def _answer_without_autograd(call: Call) -> Any:
    with _autograd_replaced(lambda _original: _refuse):
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
    match reply:
        case tuple((value, ran)):
            return value, ran is True
    return reply, False


def _answer_autograd_ran(call: Call) -> Any:
    ran = False

    def counting(original: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            nonlocal ran
            ran = True
            return original(*args, **kwargs)

        return run

    with _autograd_replaced(counting):
        value = call.run()
    return (value, ran)


AUTOGRAD_RAN = Probe("autograd_ran", _answer_autograd_ran)


@contextmanager
def _autograd_replaced(stand_in: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
    with ExitStack() as restored:
        for module, name in _ways_in():
            original = getattr(module, name)
            restored.callback(setattr, module, name, original)
            setattr(module, name, stand_in(original))
        yield


def _ways_in() -> Iterator[tuple[Any, str]]:
    """Yield the functions in which every use of autograd ends, as (module, name).

    They lie below `Tensor.backward`, `torch.autograd.grad`, `torch.func.grad`, `jacobian` and `make_dual`, so
    that names of those which student code imported before are reached too.
    """
    for module in (torch.autograd, torch.autograd.graph):
        yield module, "_engine_run_backward"
    # Which of these `forward_ad.make_dual` calls depends on the version of torch.
    forward: tuple[Any, ...] = (torch._VF, sys.modules.get("torch._functorch.predispatch"))  # noqa: SLF001
    yield from ((module, "_make_dual") for module in forward if hasattr(module, "_make_dual"))
