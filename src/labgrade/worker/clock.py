"""The time of one exercise, counted in the trusted process from what the supervisor reads."""

from __future__ import annotations

import time
from collections.abc import Mapping

from labgrade.errors import StudentCrashed, StudentTimedOut


class OverMemory(StudentCrashed):
    """The submission's processes hold more memory than they may; they still run."""


class Clock:
    """Counts CPU seconds, and the seconds in which nothing ran.

    Args:
        seconds: CPU seconds to be had.
        memory_bytes: resident memory to be had, of the whole process tree.
        idle_seconds: seconds of sleep to be had; as many as CPU seconds by default.
    """

    def __init__(self, seconds: float, memory_bytes: int, idle_seconds: float | None = None) -> None:
        self._seconds = seconds
        self._idle_seconds = seconds if idle_seconds is None else idle_seconds
        self._memory = memory_bytes
        self._start = time.monotonic()
        self._base: float | None = None
        self._idle = 0.0
        self._last = self._start
        self._used = 0.0  # at the last pause

    def begin(self) -> None:
        """Begin a request: what passed since the one before was the grader's time."""
        self._last = time.monotonic()

    def tick(self, usage: Mapping[str, float]) -> None:
        """Take a reading.

        Raises:
            StudentTimedOut: where CPU or idle seconds are used up.
            OverMemory: where memory is.
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
        if self._idle > self._idle_seconds:
            raise StudentTimedOut(self._idle_seconds, "wall")
        if usage["resident"] > self._memory:
            raise OverMemory("it used more memory than it may")

    def pause(self, usage: Mapping[str, float]) -> None:
        """Stop counting: what is used until `resume` counts elsewhere.

        Raises:
            StudentTimedOut, OverMemory: as `tick`.
        """
        self.tick(usage)
        self._used = usage["cpu"] - (self._base or 0.0)

    def resume(self, usage: Mapping[str, float]) -> None:
        """Count on from where `pause` stopped."""
        self._base = usage["cpu"] - self._used
