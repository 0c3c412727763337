"""A whole run: the seed, the lock, the executor, the collected graders, the jobs, the pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from labgrade.batch.job import Graded, Job
from labgrade.batch.pool import Pool, Unit
from labgrade.course import Lab
from labgrade.errors import ExecutorUnavailable, UserError
from labgrade.grader.checks import PlannedCheck, grader_files
from labgrade.grader.collect import with_checks
from labgrade.grader.grade import LabGrading, RunOptions
from labgrade.grader.inputs import draw_secret
from labgrade.intake.model import Entry
from labgrade.intake.slug import safe_slug
from labgrade.publish import Publisher
from labgrade.record.store import RecordStore
from labgrade.settings import Settings
from labgrade.worker.executor import Executor, Limits
from labgrade.worker.factory import make_executor

CONFINED = ("files", "network", "process tree", "memory")
"""What `grade` insists on unless it is overridden by name."""

_HUGE_PAGES_FROM = 30
_NOTEBOOK_SUFFIXES = (".ipynb", ".zip", "")

Progress = Callable[[Graded], None]


@dataclass(frozen=True)
class BatchResult:
    """What a run did.

    Attributes:
        graded: a result an entry, in the order of the entries.
        index: the report's first page.
        seed: the run's secret.
    """

    graded: tuple[Graded, ...]
    index: Path
    seed: int

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
    progress: Progress = lambda graded: None,
) -> BatchResult:
    """Grade entries into `settings.out`.

    Args:
        entries: what to grade.
        settings: of the run.
        exercises: ids to limit the run to; empty for all.
        again: grade even where an equal record exists.
        progress: told of each result as it comes.

    Raises:
        UserError: hidden checks are absent, the machine cannot confine, another run holds the folder.
    """
    labs = settings.course.select(sorted({entry.lab for entry in entries}))
    _require_hidden(settings, labs)
    store = RecordStore(settings.out, safe_slug)
    with store.lock():
        batch = _Batch(entries, settings, labs, store, tuple(exercises), again=again, progress=progress)
        # Started first: the zygote imports torch while this process imports it too.
        batch.start()
        modules = [module for lab in labs for module in grader_files(lab.graders)]
        try:
            return with_checks(modules, settings.course.root / "graders", batch.run)
        finally:
            batch.close()


def _require_hidden(settings: Settings, labs: Sequence[Lab]) -> None:
    for lab in labs:
        if lab.hidden_module is None:
            raise UserError(
                "This copy of the course has no hidden checks, so marks would be out of less than they should.",
                str(lab.graders),
                "Grade with the instructor's course (--course), or use `labgrade check`.",
            )


class _Batch:
    def __init__(
        self,
        entries: Sequence[Entry],
        settings: Settings,
        labs: Sequence[Lab],
        store: RecordStore,
        exercises: tuple[str, ...],
        *,
        again: bool,
        progress: Progress,
    ) -> None:
        self._entries = entries
        self._settings = settings
        self._labs = labs
        self._store = store
        self._exercises = exercises
        self._again = again
        self._progress = progress
        self._jobs = settings.jobs or os.cpu_count() or 1
        self._executor: Executor | None = None

    def start(self) -> Executor:
        """Start an executor (again, where the last one was lost)."""
        preload = [name for lab in self._labs for name in lab.preload]
        if any(Path(entry.path).suffix.lower() in _NOTEBOOK_SUFFIXES for entry in self._entries):
            preload.append("IPython.core.inputtransformer2")
        settings = self._settings
        self._executor = make_executor(
            settings.executor,
            preload,
            hide=(settings.course.root, settings.out.absolute(), *settings.data_root),
            limits=Limits(),
            huge_pages=len(self._entries) >= _HUGE_PAGES_FROM,
            spares=min(self._jobs, len(self._entries)),
        )
        return self._executor

    def close(self) -> None:
        if self._executor is not None:
            self._executor.close()

    def run(self, checks: list[PlannedCheck]) -> BatchResult:
        """Grade everything; runs inside the pytest session that collected the checks."""
        assert self._executor is not None
        require_confinement(self._executor, self._settings.allow_missing_layers)
        options = {"device": self._settings.device, "dataset": self._settings.dataset, "exercises": list(self._exercises)}
        seed = self._seed(options)
        run_id = self._store.note_run(seed, options)
        publisher = Publisher(self._settings.course, self._store)
        job = Job(
            self._gradings(checks, seed),
            self._store,
            publisher,
            self._executor,
            again=self._again,
            any_seed=self._settings.seed is None,
        )
        graded = self._grade(job)
        index = publisher.overview()
        self._store.note_run_end(run_id)
        return BatchResult(graded, index, seed)

    def _seed(self, options: dict[str, object]) -> int:
        if self._settings.seed is not None:
            return self._settings.seed
        unfinished = self._store.unfinished_run(options)  # type: ignore[arg-type]
        return draw_secret() if unfinished is None else unfinished

    def _gradings(self, checks: list[PlannedCheck], seed: int) -> dict[str, LabGrading]:
        overridden = tuple(sorted(self._settings.allow_missing_layers))
        options = RunOptions(seed, self._settings.device, self._settings.dataset, self._exercises, overridden)
        return {lab.id: LabGrading(lab, [c for c in checks if c.lab == lab.id], options) for lab in self._labs}

    def _grade(self, job: Job) -> tuple[Graded, ...]:
        assert self._executor is not None
        pool = Pool(job, self._executor, self.start, self._jobs)
        results: dict[tuple[str, str, str], Graded] = {}
        for graded in pool.run(_units(self._entries)):
            results[graded.lab, graded.student, graded.path] = graded
            self._progress(graded)
        return tuple(results[entry.lab, entry.student, entry.path] for entry in self._entries)


def _units(entries: Sequence[Entry]) -> list[Unit]:
    units: dict[tuple[str, str], Unit] = {}
    for entry in entries:
        units.setdefault((entry.lab, safe_slug(entry.student)), Unit([])).entries.append(entry)
    return list(units.values())


def require_confinement(executor: Executor, allowed: Sequence[str]) -> None:
    """Refuse to grade where student code is not confined.

    Raises:
        ExecutorUnavailable: names what is missing and the option that overrides it.
    """
    missing = [name for name in CONFINED if name not in executor.isolation().confines and name not in allowed]
    if missing:
        override = " ".join(f'--allow-missing-layer "{name}"' for name in missing)
        raise ExecutorUnavailable(
            f"This machine cannot confine {', '.join(missing)} of student code (executor: {executor.name}).",
            next_step=f"`labgrade doctor` says why. To grade all the same: {override}",
        )
