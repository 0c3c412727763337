"""A student's self-check: the visible checks against one hand-in, again and again from one warm zygote."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from labgrade.course import Lab
from labgrade.executors import (
    RunningExecutor,
    data_for,
    not_confined,
    require_data_set,
    settled_device,
    start_executor,
)
from labgrade.extensions import intake_formats
from labgrade.grader.checks import PlannedCheck
from labgrade.grader.collect import with_checks
from labgrade.grader.grade import LabGrading, RunOptions
from labgrade.grader.run import Told
from labgrade.intake.model import Entry
from labgrade.intake.reader import read_entry
from labgrade.record.model import GradeRecord
from labgrade.settings import Settings

T = TypeVar("T")

_SEED = 1
"""Visible checks need no secret; a constant makes one run comparable with the next."""

_MOST_WATCHED = 2_000
"""Files of a folder that are looked at for a save; a hand-in has a handful."""


class SelfCheck:
    """Visible checks of one lab, ready to run.

    Args:
        entry: the hand-in.
        grading: the checks.
        worker: where the student's code runs.

    Attributes:
        lab: the entry's lab.
    """

    def __init__(self, entry: Entry, grading: LabGrading, worker: RunningExecutor) -> None:
        self.lab: Lab = grading.lab
        self._entry = entry
        self._grading = grading
        self._worker = worker

    def missing(self) -> list[str]:
        """Return what this machine does not confine; worth a word, no more: it is the student's own code."""
        return not_confined(self._worker.executor)

    def run(self, told: Told | None = None) -> GradeRecord:
        """Read the hand-in anew and run the checks; nothing is stored.

        Args:
            told: told of each exercise that takes long, before it runs.

        Raises:
            WorkerLost: a process of ours died, twice.
        """
        submission = read_entry(self._entry, formats=intake_formats())
        return self._worker.twice(lambda executor: self._grading.grade(submission, executor, 1, told))


def self_check(
    entry: Entry, settings: Settings, exercises: Sequence[str], body: Callable[[SelfCheck], T]
) -> T:
    """Prepare the visible checks of an entry's lab and call `body` with them.

    Args:
        entry: the hand-in.
        settings: of the run.
        exercises: ids to limit the checks to; empty for all.
        body: runs the checks as often as it likes.

    Raises:
        UserError: the lab's checks cannot be collected, or a setting names what there is not.
    """
    require_data_set(settings)
    lab = settings.course.lab(entry.lab)
    seed = _SEED if settings.seed is None else settings.seed
    device = settled_device(settings)
    options = RunOptions(
        seed,
        device,
        settings.dataset,
        tuple(exercises),
        data=data_for(settings, [lab]),
        visible_only=True,
    )
    notebooks = not entry.path.endswith(".py")
    with closing(RunningExecutor(lambda: start_executor(settings, [lab], notebooks=notebooks))) as worker:

        def prepared(checks: list[PlannedCheck]) -> T:
            return body(SelfCheck(entry, LabGrading(lab, checks, options), worker))

        return with_checks([lab.visible_module], lab.graders.parent, prepared)


def saves(path: Path) -> Iterator[None]:
    """Yield after each save of a file, or of anything in a folder, until interrupted.

    A save while the caller was at work is told, too, and so is one before the first call of `next`: the
    file's state of now is what counts as known.
    """
    return _saves_after(path, _state(path))


def _saves_after(path: Path, known: object) -> Iterator[None]:
    from watchfiles import watch  # noqa: PLC0415 - a check without --watch starts sooner

    is_folder = path.is_dir()
    place = path.resolve() if is_folder else path.resolve().parent
    # The library waits 1.6 s for more changes by default; a save is one or two events within milliseconds.
    # It also looks at itself every other second: some file systems tell nothing.
    events = watch(
        place,
        debounce=60,
        step=20,
        rust_timeout=2_000,
        yield_on_timeout=True,
        recursive=is_folder,
    )
    for _ in itertools.chain([None], events):  # looked at once before the first wait
        if (now := _state(path)) != known:
            known = now
            yield


def _state(path: Path) -> object:
    """Return what tells one save of a file, or of anything in a folder, from the next."""
    places = sorted(path.rglob("*"))[:_MOST_WATCHED] if path.is_dir() else [path]
    return [_stamp(place) for place in places if "__pycache__" not in place.parts]


def _stamp(place: Path) -> tuple[str, int, int, int]:
    try:
        found = place.stat()
    except OSError:  # between an editor's removal and its replacement
        return str(place), 0, 0, 0
    return str(place), found.st_mtime_ns, found.st_size, found.st_ino
