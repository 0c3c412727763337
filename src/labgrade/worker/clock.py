"""The time of one exercise, counted in the trusted process from what the supervisor reads."""

from __future__ import annotations

import time
from collections.abc import Mapping

from labgrade.errors import StudentCrashed, StudentTimedOut


class Clock:
    """Counts an exercise's CPU seconds, and the seconds in which nothing of it ran."""

    def __init__(self, seconds: float, memory_bytes: int = 1 << 62) -> None:
        self._seconds = seconds
        self._memory = memory_bytes
        self._start = time.monotonic()
        self._base: float | None = None
        self._idle = 0.0
        self._last = self._start

    def tick(self, usage: Mapping[str, float]) -> None:
        """Take a reading.

        Raises:
            StudentTimedOut: where CPU or idle seconds are used up.
            StudentCrashed: where memory is.
        """
        now = time.monotonic()
        if self._base is None:
            # One thread uses at most the time that passed: what came before that is another exercise's.
            self._base = max(0.0, usage["cpu"] - (now - self._start))
        if not usage["running"]:
            self._idle += now - self._last
        self._last = now
        if usage["cpu"] - self._base > self._seconds:
            raise StudentTimedOut(self._seconds, "cpu")
        if self._idle > self._seconds:
            raise StudentTimedOut(self._seconds, "wall")
        if usage["resident"] > self._memory:
            raise StudentCrashed("it used more memory than it may")
