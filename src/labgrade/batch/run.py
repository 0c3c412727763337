"""A whole run: the seed, the lock, the executor, the collected graders, the jobs, the pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import JsonValue

from labgrade.batch.job import Graded, Job
from labgrade.batch.output import Output
from labgrade.batch.pool import Pool
from labgrade.batch.process import Unit
from labgrade.course import Lab
from labgrade.errors import UserError
from labgrade.executors import (
    RunningExecutor,
    data_for,
    not_confined,
    require_confinement,
    require_data_set,
    require_known_layers,
    settled_device,
    start_executor,
)
from labgrade.extensions import intake_formats
from labgrade.grader.checks import PlannedCheck
from labgrade.grader.collect import with_checks_of
from labgrade.grader.grade import LabGrading, RunOptions
from labgrade.grader.inputs import draw_secret
from labgrade.intake.model import Entry
from labgrade.intake.slug import safe_slug
from labgrade.settings import Settings
from labgrade.worker.executor import Executor

_HUGE_PAGES_FROM = 30
"""Collapsing the zygote's heap costs about a second, which this many submissions give back."""

Progress = Callable[[Graded], None]


@dataclass(frozen=True)
class BatchResult:
    """What a run did.

    Attributes:
        graded: a result an entry, in the order of the entries.
        index: the report's first page.
        seed: the run's secret.
        damaged: a line for each record in the folder that was passed over.
    """

    graded: tuple[Graded, ...]
    index: Path
    seed: int
    damaged: tuple[str, ...] = ()

    @property
    def not_run(self) -> int:
        """Number of checks that we failed to run."""
        return sum(graded.not_run for graded in self.graded)


def grade_batch(
    entries: Sequence[Entry],
    settings: Settings,
    *,
    exercises: Sequence[str] = (),
    again: bool = False,
    progress: Progress | None = None,
) -> BatchResult:
    """Grade entries into `settings.out`.

    Args:
        entries: what to grade.
        settings: of the run.
        exercises: ids to limit the run to; empty for all.
        again: grade even where an equal record exists.
        progress: told of each result as it comes.

    Raises:
        UserError: hidden checks are absent, the machine cannot confine, another run holds the folder, the
            folder cannot be written to, a setting names what there is not.
    """
    require_known_layers(settings)
    require_data_set(settings)
    labs = settings.course.select(sorted({entry.lab for entry in entries}))
    require_hidden(labs)
    settings = replace(settings, device=settled_device(settings))
    output = Output(settings.course, settings.out)
    with output.lock(), closing(_Run(entries, settings, labs, output)) as run:
        options = _Options(tuple(exercises), again)
        return with_checks_of(
            labs, settings.course.root / "graders", lambda checks: run.grade(checks, options, progress)
        )


def require_hidden(labs: Sequence[Lab]) -> None:
    """Refuse labs whose hidden checks are not here: marks would be out of less than they should.

    Raises:
        UserError: names the folder that lacks them.
    """
    for lab in labs:
        if lab.hidden_module is None:
            raise UserError(
                "This copy of the course has no hidden checks: marks would be out of less than they should.",
                str(lab.graders),
                "Name the instructor's course by --course; students use `labgrade check`.",
            )


@dataclass(frozen=True)
class _Options:
    """What a run is asked for beyond the settings."""

    exercises: tuple[str, ...]
    again: bool


class _Run:
    """One run under the folder's lock."""

    def __init__(
        self, entries: Sequence[Entry], settings: Settings, labs: Sequence[Lab], output: Output
    ) -> None:
        self._entries = entries
        self._settings = settings
        self._labs = labs
        self._output = output
        self._jobs = settings.jobs or os.cpu_count() or 1
        # Started first: what the zygote imports takes as long as collecting the graders.
        self._running = RunningExecutor(self._started)

    def _started(self) -> Executor:
        return start_executor(
            self._settings,
            self._labs,
            notebooks=any(not entry.path.endswith(".py") for entry in self._entries),
            hide=(self._settings.out.absolute(),),
            huge_pages=len(self._entries) >= _HUGE_PAGES_FROM,
            spares=min(self._jobs, len(self._entries)),
        )

    def close(self) -> None:
        """End the executor."""
        self._running.close()

    def grade(
        self, checks: Sequence[PlannedCheck], options: _Options, progress: Progress | None
    ) -> BatchResult:
        """Grade everything; runs inside the pytest session that collected the checks."""
        executor = self._running.executor
        require_confinement(executor, self._settings.allow_missing_layers)
        noted = self._noted(options)
        seed = self._seed(noted, options)
        gradings = self._gradings(checks, executor, seed, options)
        run_id = self._output.begin_run(seed, noted)
        job = Job(
            gradings,
            self._output,
            executor,
            intake_formats(),
            any_seed=self._settings.seed is None,
        )
        graded = self._grade(job, self._units(again=options.again), progress)
        index = self._output.end_run(run_id)
        damaged = tuple(str(problem) for problem in self._output.damaged.values())
        return BatchResult(graded, index, seed, damaged)

    def _noted(self, options: _Options) -> dict[str, JsonValue]:
        """Return what the journal says of the run: a run with the same options goes on where it ended."""
        return {
            "labs": [lab.id for lab in self._labs],
            "device": self._settings.device,
            "dataset": self._settings.dataset,
            "exercises": list(options.exercises),
        }

    def _seed(self, noted: dict[str, JsonValue], options: _Options) -> int:
        if self._settings.seed is not None:
            return self._settings.seed
        unfinished = None if options.again else self._output.unfinished_seed(noted)
        return draw_secret() if unfinished is None else unfinished

    def _gradings(
        self, checks: Sequence[PlannedCheck], executor: Executor, seed: int, options: _Options
    ) -> dict[str, LabGrading]:
        allowed = self._settings.allow_missing_layers
        overridden = tuple(name for name in not_confined(executor) if name in allowed)
        run = RunOptions(
            seed,
            self._settings.device,
            self._settings.dataset,
            options.exercises,
            overridden,
            data_for(self._settings, self._labs),
        )
        return {lab.id: LabGrading(lab, checks, run) for lab in self._labs}

    def _grade(self, job: Job, units: Sequence[Unit], progress: Progress | None) -> tuple[Graded, ...]:
        results: dict[tuple[str, str], Graded] = {}
        with Pool(job, self._running.restart, self._jobs) as pool:
            for graded in pool.run(units):
                results[graded.lab, graded.path] = graded
                if progress is not None:
                    progress(graded)
        return tuple(results[entry.lab, entry.path] for entry in self._entries)

    def _units(self, *, again: bool) -> list[Unit]:
        """Put the entries of one student and lab together; where `again`, only this run's records stand."""
        groups: dict[tuple[str, str], list[Entry]] = {}
        for entry in self._entries:
            groups.setdefault((entry.lab, safe_slug(entry.student)), []).append(entry)
        units = [Unit(number, tuple(group)) for number, group in enumerate(groups.values())]
        for unit in units if again else ():
            unit.since = self._output.next_sequence(unit.entries[0].lab, unit.entries[0].student)
        return units
