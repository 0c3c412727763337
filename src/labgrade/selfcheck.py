"""A student's self-check: the visible checks against one hand-in, again and again from one warm zygote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from labgrade.course import Lab
from labgrade.grader.checks import PlannedCheck
from labgrade.grader.collect import with_checks
from labgrade.grader.grade import LabGrading, RunOptions
from labgrade.intake.model import Entry, Rejection
from labgrade.intake.reader import read_entry
from labgrade.record.model import GradeRecord
from labgrade.settings import Settings
from labgrade.worker.executor import Executor
from labgrade.worker.factory import make_executor

T = TypeVar("T")

_SEED = 1
"""Visible checks need no secret; a constant makes one run comparable with the next."""


class SelfCheck:
    """Visible checks of one lab, ready to run.

    Attributes:
        lab: the lab.
        missing: what this machine does not confine; worth a word, no more: it is the student's own code.
    """

    def __init__(self, entry: Entry, lab: Lab, grading: LabGrading, executor: Executor) -> None:
        self._entry = entry
        self._grading = grading
        self._executor = executor
        self.lab = lab

    @property
    def missing(self) -> list[str]:
        """Return what this machine does not confine."""
        return sorted({"files", "network", "process tree", "memory"} - self._executor.isolation().confines)

    def run(self) -> GradeRecord:
        """Read the hand-in anew and run the checks; nothing is stored."""
        submission = read_entry(self._entry)
        if isinstance(submission, Rejection):
            return self._grading.reject(submission, self._executor, 1)
        return self._grading.grade(submission, self._executor, 1)


def self_check(entry: Entry, settings: Settings, exercises: Sequence[str], body: Callable[[SelfCheck], T]) -> T:
    """Prepare the visible checks of an entry's lab and call `body` with them.

    Args:
        entry: the hand-in.
        settings: of the run.
        exercises: ids to limit the checks to; empty for all.
        body: runs the checks as often as it likes.
    """
    lab = settings.course.lab(entry.lab)
    executor = make_executor(settings.executor, [*lab.preload, *_notebook_modules(entry)], hide=(settings.course.root,))
    options = RunOptions(settings.seed or _SEED, settings.device, settings.dataset, tuple(exercises))

    def prepared(checks: list[PlannedCheck]) -> T:
        return body(SelfCheck(entry, lab, LabGrading(lab, checks, options), executor))

    try:
        return with_checks([lab.visible_module], lab.graders.parent, prepared)
    finally:
        executor.close()


def _notebook_modules(entry: Entry) -> Iterator[str]:
    if not entry.path.endswith(".py"):
        yield "IPython.core.inputtransformer2"


def saves(path: Path) -> Iterator[None]:
    """Yield after each save of a file, or of anything in a folder, until interrupted."""
    from watchfiles import watch

    folder = path if path.is_dir() else path.parent
    wanted = path.resolve()
    # The library waits 1.6 s for more changes by default; a save is one or two events within milliseconds.
    for changes in watch(folder, debounce=60, step=20, raise_interrupt=False):
        if path.is_dir() or any(Path(changed).resolve() == wanted for _, changed in changes):
            yield
