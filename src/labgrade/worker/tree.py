"""The processes of one submission: which they are, what they use, and their end.

In a pid namespace they are simply all but PID 1. Without one they are the supervisor's descendants; it is
a subreaper then, so that a double fork does not escape.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_ROUNDS = 50
_MOMENT_SECONDS = 0.1


@dataclass(frozen=True)
class _Process:
    pid: int
    parent: int
    state: str
    children_seconds: float
    resident: int


class ProcessTree:
    """What the supervisor started, seen from the supervisor.

    Args:
        whole_namespace: the supervisor is PID 1 of a pid namespace of its own.
    """

    def __init__(self, *, whole_namespace: bool) -> None:
        self._whole = whole_namespace
        me = _read(os.getpid())
        self._baseline = me.resident if me else 0

    def usage(self, exclude: Sequence[int] = ()) -> dict[str, float]:
        """Return CPU seconds, resident bytes beyond the zygote's image, and whether anything is running."""
        processes = [p for p in self._processes() if p.pid not in exclude]
        return {
            "cpu": sum(_cpu_seconds(p) for p in processes),
            "resident": sum(max(0, p.resident - self._baseline) for p in processes),
            "running": float(any(p.state in "RD" for p in processes)),
        }

    def kill(self, exclude: Sequence[int] = ()) -> None:
        """Kill every process but the excluded, again and again until none is alive, and reap ours."""
        for _ in range(_ROUNDS):
            alive = [p for p in self._processes() if p.pid not in exclude and p.state not in "ZX"]
            for process in alive:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(process.pid, signal.SIGKILL)
            _await_ends(alive)
            self._reap(exclude)
            if not alive:
                return

    def _reap(self, exclude: Sequence[int]) -> None:
        for process in self._processes():
            if process.parent == os.getpid() and process.state == "Z" and process.pid not in exclude:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(process.pid, os.WNOHANG)

    def _processes(self) -> list[_Process]:
        me = os.getpid()
        numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - names are all
        found = [process for pid in numbers if pid != me and (process := _read(pid))]
        if self._whole:
            return found
        family, grown = {me}, True
        while grown:
            grown = False
            for process in found:
                if process.parent in family and process.pid not in family:
                    family.add(process.pid)
                    grown = True
        return [process for process in found if process.pid in family]


def _await_ends(killed: Sequence[_Process]) -> None:
    """Wait a moment for each: on a busy machine a killed process may not have come to its end yet."""
    for process in killed:
        with contextlib.suppress(OSError):
            end = os.pidfd_open(process.pid)
            try:
                select.select([end], [], [], _MOMENT_SECONDS)
            finally:
                os.close(end)


def _read(pid: int) -> _Process | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2].split()
    except OSError:
        return None
    children = (int(fields[13]) + int(fields[14])) / _TICKS
    return _Process(pid, int(fields[1]), fields[0].decode(), children, int(fields[21]) * _PAGE)


def _cpu_seconds(process: _Process) -> float:
    # The CPU clock of another process, as clock_getcpuclockid(3) builds its id: nanoseconds, not ticks.
    with contextlib.suppress(OSError):
        return time.clock_gettime((~process.pid << 3) | 2) + process.children_seconds
    return process.children_seconds
