"""What must hold of machine, process and interpreter before anything is given up."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from labgrade.errors import ExecutorUnavailable
from labgrade.worker.isolation import privileges, syscalls


def require_machine() -> None:
    """Linux on a known processor, and one thread.

    Raises:
        ExecutorUnavailable: something else.
    """
    if sys.platform != "linux" or not syscalls.supported():
        raise ExecutorUnavailable(
            f"There is no confinement for {sys.platform} on {syscalls.MACHINE}.",
            next_step="Use the spawn executor.",
        )
    threads = sum(1 for _ in Path("/proc/self/task").iterdir())
    if threads != 1:
        raise ExecutorUnavailable(
            f"The zygote has {threads} threads; it can be confined, and forked, only with one.",
            next_step="Set OMP_NUM_THREADS=1 and preload nothing that starts threads.",
        )


def readable_for_nobody() -> bool:
    """Whether the interpreter's files can be read without being root: lazy imports need them."""
    present = os.geteuid()
    paths = _imported_from()
    try:
        os.seteuid(privileges.NOBODY)
    except OSError:
        return False
    try:
        return all(os.access(path, os.R_OK, effective_ids=True) for path in paths)
    finally:
        os.seteuid(present)


def require_readable_for_nobody() -> None:
    """Refuse to go on as root where the view cannot be used without being root.

    Raises:
        ExecutorUnavailable: the interpreter's files are root's alone.
    """
    if os.geteuid() == 0 and not readable_for_nobody():
        raise ExecutorUnavailable(
            "The interpreter's files can be read by root only, and student code never runs as root.",
            where=sys.prefix,
            next_step="Make them readable for others, or grade as the user that owns them.",
        )


def _imported_from() -> list[str]:
    folders = [entry for entry in sys.path if Path(entry).is_dir()]
    return [os.__file__, *folders]
