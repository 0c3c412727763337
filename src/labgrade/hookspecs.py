"""The five extension points. Each is an empty function here; a plugin defines functions of these names.

    from labgrade.hookspecs import hookimpl

    @hookimpl
    def labgrade_exporters():
        return [MyExporter()]

What labgrade brings itself is registered through the same hooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pluggy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from labgrade.intake.formats import IntakeFormat
    from labgrade.probes.base import Probe
    from labgrade.worker.executor import Executor

PROJECT = "labgrade"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Named(Protocol):
    """An extension that options and messages call by its name."""

    @property
    def name(self) -> str:
        """Small letters, digits, hyphens and underscores; no two plugins offer the same."""


class ExecutorFactory(Named, Protocol):
    """Starts an executor, when a run needs one."""

    @property
    def start(self) -> Callable[..., Executor]:
        """Return a running executor; whoever calls it also closes it.

        Raises:
            ExecutorUnavailable: where this machine cannot run student code in that way.
        """


@hookspec
def labgrade_intake_formats() -> Sequence[IntakeFormat]:  # type: ignore[empty-body]
    """Return forms of submission that intake can read, tried before those registered earlier."""


@hookspec
def labgrade_executors() -> Sequence[ExecutorFactory]:  # type: ignore[empty-body]
    """Return ways to run student code away from the grader, chosen by `--executor`."""


@hookspec
def labgrade_datasets() -> Sequence[Named]:  # type: ignore[empty-body]
    """Return data sets of image exercises, chosen by `--data`."""


@hookspec
def labgrade_exporters() -> Sequence[Named]:  # type: ignore[empty-body]
    """Return formats that a gradebook can be written in, chosen by `export --to`."""


@hookspec
def labgrade_probes() -> Sequence[Probe]:  # type: ignore[empty-body]
    """Return questions that a grader can ask about a student's function beyond calling it."""
