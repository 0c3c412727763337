"""Choosing the executor that this machine can run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from labgrade.errors import ExecutorUnavailable
from labgrade.worker.executor import Executor, Limits
from labgrade.worker.spawn import SpawnExecutor


def make_executor(  # noqa: PLR0913 - what a zygote is told, option by option
    kind: str,
    preload: Sequence[str],
    *,
    hide: Sequence[Path] = (),
    limits: Limits | None = None,
    huge_pages: bool = False,
    spares: int = 1,
    probe_modules: Sequence[str] = (),
    gpu: bool = False,
) -> Executor:
    """Start an executor.

    Args:
        kind: "fork" (Linux) or "spawn".
        preload: modules to import before any student code.
        hide: folders that workers must not read even where they lie inside the interpreter's.
        limits: for every worker.
        huge_pages: see `fork.ZygotePlan`, as for the next two.
        spares: workers forked ahead of need.
        probe_modules: modules of plug-ins that hold probes at their top level.
        gpu: workers may use a GPU.

    Raises:
        ExecutorUnavailable: where the kind does not exist here.
    """
    if kind == "fork" and sys.platform == "linux":
        # Both import what only Linux has.
        from labgrade.worker.fork import ForkExecutor, ZygotePlan  # noqa: PLC0415
        from labgrade.worker.isolation import default_view  # noqa: PLC0415

        view = default_view([str(path) for path in hide], gpu=gpu)
        plan = ZygotePlan(
            preload=tuple(preload),
            limits=limits or Limits(),
            view=view,
            huge_pages=huge_pages,
            spares=spares,
            probe_modules=tuple(probe_modules),
        )
        return ForkExecutor.start(plan)
    if kind == "spawn":
        return SpawnExecutor(preload, probe_modules)
    raise ExecutorUnavailable(
        f"There is no {kind!r} executor on {sys.platform}.", next_step="Use auto, fork or spawn."
    )
