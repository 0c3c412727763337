"""Choosing the executor that this machine can run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from labgrade.errors import ExecutorUnavailable
from labgrade.worker.executor import Executor, Limits


def make_executor(
    kind: str,
    preload: Sequence[str],
    *,
    hide: Sequence[Path] = (),
    limits: Limits | None = None,
    huge_pages: bool = False,
    spares: int = 1,
    disabled: Sequence[str] = (),
) -> Executor:
    """Start an executor.

    Args:
        kind: "fork", "spawn", or "auto" (fork on Linux, else spawn: elsewhere fork is missing, or unsafe once
            torch is imported).
        preload: modules to import before any student code.
        hide: folders that workers must not read even where they lie inside the interpreter's.
        limits: for every worker.
        huge_pages, spares, disabled: see `ForkExecutor`.

    Raises:
        ExecutorUnavailable: where the kind does not exist here.
    """
    if kind == "auto":
        kind = "fork" if sys.platform == "linux" else "spawn"
    if kind == "fork" and sys.platform == "linux":
        from labgrade.worker.fork import ForkExecutor
        from labgrade.worker.isolation import default_view

        view = default_view([str(path) for path in hide])
        return ForkExecutor(
            preload, limits or Limits(), view, huge_pages=huge_pages, spares=spares, disabled=disabled
        )
    if kind == "spawn":
        from labgrade.worker.spawn import SpawnExecutor

        return SpawnExecutor(preload, limits or Limits())
    raise ExecutorUnavailable(f"There is no {kind!r} executor on {sys.platform}.", next_step="Use auto, fork or spawn.")
