"""How fast this machine is, so that right work is not out of time on a slow one.

Limits are stated in CPU seconds of a machine that does the work below in `REFERENCE_SECONDS`. On a slower one
they are as many times longer; on a faster one they stay as they are stated, since students read them.
"""

from __future__ import annotations

import functools
from time import process_time
from typing import Final

REFERENCE_SECONDS: Final = 0.0025
"""CPU seconds that `_work` takes on the machine that limits are stated for, a server core of 2023."""

_REPEATS: Final = 5
_SLOWEST: Final = 20.0


def paced(seconds: float) -> float:
    """Return what stated CPU seconds are on this machine; never fewer."""
    return seconds * slowness()


@functools.cache
def slowness() -> float:
    """Return how many times slower this machine is than the one that limits are stated for, from 1 to 20.

    Measured once a process, by its CPU time: waiting for a CPU does not count.
    """
    fastest = min(_timed() for _ in range(_REPEATS))
    return min(max(1.0, fastest / REFERENCE_SECONDS), _SLOWEST)


def _timed() -> float:
    start = process_time()
    _work()
    return process_time() - start


def _work() -> float:
    """Do what student code mostly does: run the interpreter's loop, make objects, look up names."""
    total, seen = 0.0, {}
    for number in range(20_000):
        total += number * 0.5
        seen[number & 255] = (number, total)
    return total
