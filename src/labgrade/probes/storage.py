"""Does a result share its storage with an argument? Decided by data: write through one, read the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from labgrade.probes.base import Call, Callee, Probe


def shared_storage(
    function: Callee, base: Any, *args: Any, index: int = 0, writes: Sequence[tuple[int, float]], **kwargs: Any
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
    options = {"index": index, "writes": [list(write) for write in writes]}
    reply = function.ask(SHARED_STORAGE.op, arguments, kwargs, **options)
    return reply if isinstance(reply, tuple) and len(reply) == 2 else (reply, None)


def _answer_shared_storage(call: Call) -> Any:
    base = call.args[int(call.options["index"])]
    result = call.run()
    before = result.detach().clone() if isinstance(result, torch.Tensor) else result
    if isinstance(result, np.ndarray):
        before = result.copy()
    with torch.no_grad():
        for position, value in call.options["writes"]:
            _write(result, int(position), value)
    return (before, base)


def _write(result: Any, position: int, value: float) -> None:
    if not isinstance(result, (torch.Tensor, np.ndarray)) or position >= np.prod(result.shape):
        return
    result[tuple(int(i) for i in np.unravel_index(position, tuple(result.shape)))] = value


SHARED_STORAGE = Probe("shared_storage", _answer_shared_storage)
