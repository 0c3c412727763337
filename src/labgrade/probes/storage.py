"""Does a result share its storage with an argument? Decided by data: write through one, read the other."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch._C import DisableTorchFunctionSubclass

from labgrade.probes.base import Call, Callee, Probe, snapshot


def shared_storage(
    function: Callee,
    base: Any,
    *args: Any,
    index: int = 0,
    writes: Sequence[tuple[int, float]],
    **kwargs: Any,
) -> tuple[Any, Any]:
    """Call the function, write into its result, and return (result before the writes, base after them).

    Args:
        function: `student.NAME`.
        base: the argument whose storage is in question; inserted into `args` at `index`.
        args: the other positional arguments.
        index: position of `base` among the positional arguments.
        writes: pairs (flat row-major position in the *result*, value).
        kwargs: keyword arguments.

    Where the result is no tensor or array, or a position lies outside it, nothing is written there.
    """
    arguments = (*args[:index], base, *args[index:])
    before = function.ask(SHARED_STORAGE.op, arguments, kwargs, index=index)
    # Asked for apart, after the function has returned: it cannot know what will be written where.
    after = function.ask(WRITE_THROUGH.op, (), {}, writes=[list(write) for write in writes])
    return before, after


_kept: list[tuple[Any, Any]] = []  # result and base of the last call, from one request to the next


def _answer_shared_storage(call: Call) -> Any:
    base = call.args[int(call.options["index"])]
    result = call.run()
    _kept[:] = [(result, base)]
    return snapshot(result)


def _answer_write_through(call: Call) -> Any:
    result, base = _kept.pop()
    for position, value in call.options["writes"]:
        # What cannot be written to (read-only, sparse, an inference tensor) leaves the base as it was.
        with contextlib.suppress(Exception), torch.no_grad(), DisableTorchFunctionSubclass():
            _write(result, int(position), value)
    return base


def _write(result: Any, position: int, value: float) -> None:
    if isinstance(result, (torch.Tensor, np.ndarray)) and 0 <= position < math.prod(result.shape):
        place = tuple(int(i) for i in np.unravel_index(position, tuple(result.shape)))
        # By the base class's own method: a subclass could write elsewhere.
        if isinstance(result, torch.Tensor):
            torch.Tensor.__setitem__(result, place, value)
        else:
            np.ndarray.__setitem__(result, place, value)


SHARED_STORAGE = Probe("shared_storage", _answer_shared_storage)
WRITE_THROUGH = Probe("write_through", _answer_write_through)
