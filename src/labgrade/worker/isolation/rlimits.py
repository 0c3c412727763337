"""Resource limits of one process. What they cannot do, count a whole tree, is the supervisor's work."""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path
from typing import Final

from labgrade.worker.executor import Limits

# Room above what the zygote maps already. A library such as torch reserves gigabytes that it never touches,
# so a bound on the address space must start there: honest training needs far less than this on top, and one
# allocation of ten gigabytes fails at once instead of bringing the machine down.
_HEADROOM_BYTES: Final = 2 << 30
_OPEN_FILES: Final = 1024
_LOCKED_BYTES: Final = 64 << 10
# The supervisor ends a submission at its own limits; these end what slips past it.
_CPU_FLOOR_SECONDS: Final = 60
_CPU_FACTOR: Final = 50


def mapped_bytes() -> int:
    """Address space of this process, in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
    return pages * resource.getpagesize()


def tasks_of(uid: int) -> int:
    """Threads that a user runs on this machine: without a user namespace they count with a submission's."""
    count = 0
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with contextlib.suppress(OSError):
                owned = process.stat().st_uid == uid
                count += sum(1 for _ in (process / "task").iterdir()) if owned else 0
    return count


def address_space(limits: Limits, mapped: int) -> int:
    """The bound on one process's address space, in bytes, over a zygote that maps `mapped`."""
    return max(limits.memory_bytes, mapped + _HEADROOM_BYTES)


def apply(limits: Limits, *, address_bytes: int | None, other_processes: int = 0) -> None:
    """Limit this process and what it starts; a limit that is lower already stays.

    Args:
        limits: what the submission may use.
        address_bytes: bound on the address space; None for none (a GPU driver maps the whole card).
        other_processes: processes of the same user that are not the submission's but count with them.
    """
    cpu = int(_CPU_FLOOR_SECONDS + _CPU_FACTOR * (limits.load_seconds + limits.exercise_seconds))
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_CPU, cpu)
    _lower(resource.RLIMIT_FSIZE, limits.disk_bytes)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _lower(resource.RLIMIT_MEMLOCK, _LOCKED_BYTES)
    _lower(resource.RLIMIT_MSGQUEUE, 0)
    _lower(resource.RLIMIT_NPROC, limits.processes + other_processes)
    if address_bytes is not None:
        _lower(resource.RLIMIT_AS, address_bytes)


def _lower(kind: int, value: int) -> None:
    present = resource.getrlimit(kind)[1]
    if present != resource.RLIM_INFINITY:
        value = min(value, present)
    resource.setrlimit(kind, (value, value))
