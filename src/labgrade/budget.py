"""What student code may use: seconds, enforced by interrupting it, and what one request gets beyond."""

from __future__ import annotations

import ctypes
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, process_time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

WALL_FACTOR: Final = 3.0
"""Wall seconds per CPU second of a budget: a sleeping program ends too.

Seconds in which it waits for a CPU are not counted where the kernel tells of them, so that a busy machine
costs no mark.
"""

_AGAIN: Final = 0.25  # seconds after which an interruption that was swallowed is repeated


class OutOfTime(BaseException):
    """Raised inside student code whose time is used up. No `except Exception` catches it."""


class Budget:
    """Seconds that student code may use, over any number of runs.

    An interruption that the code swallows is repeated every quarter of a second. It reaches Python code
    only: what hangs inside a C call is for the supervisor to end.

    Args:
        seconds: CPU seconds; wall seconds are limited to `WALL_FACTOR` times as many.
    """

    def __init__(self, seconds: float) -> None:
        self._cpu = seconds
        self._wall = seconds * WALL_FACTOR
        self._active = False
        self._started = self._ends = (0.0, 0.0)  # CPU, wall
        self._thread = threading.get_ident()
        self._timer: threading.Timer | None = None
        self._by_signal = (
            hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        )

    @property
    def used_up(self) -> bool:
        """Whether nothing is left."""
        return self._cpu <= 0 or self._wall <= 0

    def run(self, action: Callable[[], object], at_most: float = float("inf")) -> BaseException | None:
        """Run `action` for at most `at_most` CPU seconds, or what is left, and return what it raised."""
        try:
            self._start(at_most)
            try:
                action()
            finally:
                self._stop()
        except BaseException as error:  # noqa: BLE001 - exit(), Ctrl-C and hostile classes are a student's too
            self._stop()
            return error
        return None

    def _start(self, at_most: float) -> None:
        cpu, wall = min(self._cpu, at_most), min(self._wall, at_most * WALL_FACTOR)
        self._started = process_time(), _wall_time()
        self._ends = self._started[0] + cpu, self._started[1] + wall
        self._active = True
        if self._by_signal:
            signal.signal(signal.SIGALRM, self._ring)
        self._arm(self._left())

    def _stop(self) -> None:
        if not self._active:
            return
        self._active = False
        self._cpu -= process_time() - self._started[0]
        self._wall -= _wall_time() - self._started[1]
        if self._by_signal:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
        elif self._timer:
            self._timer.cancel()
            self._timer.join()  # what was sent to this thread arrives here at the latest, within `run`

    def _left(self) -> float:
        return min(self._ends[0] - process_time(), self._ends[1] - _wall_time())

    def _arm(self, seconds: float) -> None:
        if self._by_signal:
            signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))
            return
        self._timer = threading.Timer(max(seconds, 0.001), self._ring)
        self._timer.daemon = True
        self._timer.start()

    def _ring(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        if not self._active:
            return
        left = self._left()
        self._arm(left if left > 0 else _AGAIN)
        if left <= 0 and self._by_signal:
            raise OutOfTime
        if left <= 0:
            _raise_in_thread(self._thread, OutOfTime)


def _wall_time() -> float:
    """Return the time of day, in seconds, less what this thread has waited for a CPU so far."""
    try:
        # Nanoseconds on a CPU, nanoseconds of waiting for one: the kernel's sched-stats.
        waited = int(Path("/proc/thread-self/schedstat").read_bytes().split()[1])
    except (OSError, IndexError, ValueError):
        waited = 0
    return monotonic() - waited / 1e9


def _raise_in_thread(thread: int, error: type[BaseException]) -> None:
    """Have `error` raised in a thread as soon as it runs Python code."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))


@dataclass(frozen=True)
class Allowance:
    """What one request may use beyond what its exercise may.

    Attributes:
        seconds: CPU seconds of its own, which do not count as the exercise's; 0 for none.
        large: the reply may hold a whole network.
    """

    seconds: float = 0.0
    large: bool = False


USUAL = Allowance()
"""Nothing beyond."""
