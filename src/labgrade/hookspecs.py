"""The five extension points. Each is an empty function here; a plugin defines functions of these names.

    from labgrade.hookspecs import hookimpl

    @hookimpl
    def labgrade_exporters():
        return [MyExporter()]

What labgrade brings itself is registered through the same hooks; `labgrade.extensions` asks them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypedDict

import pluggy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Unpack

    from labgrade.data.availability import Availability
    from labgrade.data.images import Loaded
    from labgrade.intake.formats import IntakeFormat
    from labgrade.probes.base import Probe
    from labgrade.worker.executor import Executor, Limits

PROJECT = "labgrade"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Named(Protocol):
    """An extension that options and messages call by its name."""

    @property
    def name(self) -> str:
        """Small letters, digits, hyphens and underscores; no two plugins offer the same."""


class ExecutorOptions(TypedDict, total=False):
    """What an executor may be told at its start; see `labgrade.worker.factory.make_executor`."""

    hide: Sequence[Path]
    limits: Limits | None
    huge_pages: bool
    spares: int
    probe_modules: Sequence[str]
    gpu: bool


class ExecutorFactory(Named, Protocol):
    """Starts an executor, when a run needs one."""

    def start(self, preload: Sequence[str], **options: Unpack[ExecutorOptions]) -> Executor:
        """Return a running executor; whoever calls it also closes it.

        Args:
            preload: modules to import before any student code.
            options: what else a run asks for; one that means nothing to this executor may be ignored.

        Raises:
            ExecutorUnavailable: where this machine cannot run student code in that way.
        """


class DataSet(Named, Protocol):
    """A data set of image exercises."""

    def look(self, roots: Sequence[Path]) -> Availability:
        """Say whether it can be read here; nothing is downloaded, and it takes no time.

        Args:
            roots: folders to search, in order.
        """

    def load(self, roots: Sequence[Path], *, download: bool = False) -> Loaded:
        """Read it. Called once a process, in the grader's; workers never see it.

        Args:
            roots: folders to search, in order; workers cannot read them.
            download: somebody asked for it: where no root has the data set, fetch it into the first.

        Raises:
            UserError: it is nowhere, is broken, or cannot be downloaded; says what to do.
        """


@hookspec
def labgrade_intake_formats() -> Sequence[IntakeFormat]:  # type: ignore[empty-body]
    """Return forms of submission that intake can read, tried before those registered earlier."""


@hookspec
def labgrade_executors() -> Sequence[ExecutorFactory]:  # type: ignore[empty-body]
    """Return ways to run student code away from the grader, chosen by `--executor`."""


@hookspec
def labgrade_datasets() -> Sequence[DataSet]:  # type: ignore[empty-body]
    """Return data sets of image exercises, chosen by `--data`."""


@hookspec
def labgrade_exporters() -> Sequence[Named]:  # type: ignore[empty-body]
    """Return formats that a gradebook can be written in, chosen by `export --to`."""


@hookspec
def labgrade_probes() -> Sequence[Probe]:  # type: ignore[empty-body]
    """Return questions that a grader can ask about a student's function beyond calling it.

    A worker imports the module that a probe's `answer` comes from, and finds the probe among the names at
    that module's top level.
    """
