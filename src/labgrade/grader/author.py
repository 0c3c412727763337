"""The author's view: `pytest graders/LAB --submission PATH`, plain pytest with `--pdb` and all.

No record, no cache, no bytecode. The student's code still runs in a confined worker; only the checks
run here. Refused where pytest would read configuration from the submission's own folder.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from labgrade.course import find_course
from labgrade.errors import UserError
from labgrade.grader.bench import BENCH
from labgrade.grader.checks import EXERCISE_MARKER, check_id
from labgrade.grader.inputs import Inputs, derive, draw_secret
from labgrade.grader.programs import limits_of, program_of
from labgrade.grader.student import StudentProxy
from labgrade.intake import find_entries, read_entry
from labgrade.intake.model import Submission
from labgrade.worker.executor import Channel, Executor, LoadedSubmission
from labgrade.worker.factory import make_executor

_STACK: pytest.StashKey[ExitStack] = pytest.StashKey()


def configure(config: pytest.Config) -> None:
    """Prepare the bench; called from `pytest_configure` when --submission is given."""
    submission = Path(config.getoption("submission"))
    _refuse_configuration_from(submission, config)
    sys.dont_write_bytecode = True
    stack = ExitStack()
    if config.pluginmanager.hasplugin("cacheprovider"):
        # The author's run leaves nothing behind: what pytest insists on caching goes where it is thrown away.
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        config._inicache["cache_dir"] = folder  # noqa: SLF001
    config.stash[_STACK] = stack
    seed = config.getoption("labgrade_seed")
    config.stash[BENCH] = AuthorBench(submission, draw_secret() if seed is None else seed, stack)


def unconfigure(config: pytest.Config) -> None:
    """End the worker."""
    if _STACK in config.stash:
        config.stash[_STACK].close()


def _refuse_configuration_from(submission: Path, config: pytest.Config) -> None:
    if not submission.exists():
        raise pytest.UsageError(f"--submission {submission}: there is no such file or folder")
    folder = submission.resolve() if submission.is_dir() else submission.resolve().parent
    for place, what in ((config.rootpath, "rootdir"), (Path.cwd(), "the working directory")):
        if place.resolve() == folder or folder in place.resolve().parents:
            raise pytest.UsageError(
                f"{what} {place} is the hand-in's own folder, whose conftest.py or pytest.ini pytest would run; "
                "start pytest from the course's folder"
            )


class AuthorBench:
    """The bench of one submission, opened at the first check; a fresh process for each exercise."""

    def __init__(self, path: Path, secret: int, stack: ExitStack) -> None:
        self.secret = secret
        self._path = path
        self._stack = stack
        self._loaded: LoadedSubmission | None = None
        self._lab = ""
        self._exercise: tuple[str, Channel, ExitStack] | None = None
        self._timed_out: set[str] = set()

    def inputs(self, item: pytest.Item) -> Inputs:
        """Return the check's inputs, as a batch with the same seed would draw them."""
        return Inputs(derive(self.secret, "input", item.path.parent.name, check_id(item)))

    def student(self, item: pytest.Item) -> StudentProxy:
        """Return the submission for a check, loading it first where need be."""
        loaded = self._load(item.path.parent.name)
        marker = item.get_closest_marker(EXERCISE_MARKER)
        return StudentProxy(self._channel(loaded, str(marker.args[0]) if marker else ""), loaded.report, self._timed_out)

    def _load(self, lab_id: str) -> LoadedSubmission:
        if self._loaded is None or self._lab != lab_id:
            course = find_course()
            lab = course.lab(lab_id)
            entries = find_entries([self._path], labs=[lab_id], lab=lab_id, one=True)
            submission = read_entry(entries[0])
            if not isinstance(submission, Submission):
                raise UserError(submission.findings[0].message, where=str(self._path))
            executor: Executor = make_executor("auto", lab.preload, hide=(course.root,))
            self._stack.callback(executor.close)
            self._loaded = self._stack.enter_context(executor.open(program_of(submission), limits_of(lab)))
            self._lab = lab_id
        return self._loaded

    def _channel(self, loaded: LoadedSubmission, exercise: str) -> Channel:
        if self._exercise is None or self._exercise[0] != exercise:
            if self._exercise is not None:
                self._exercise[2].close()
            self._timed_out = set()
            scope = self._stack.enter_context(ExitStack())
            seed = derive(self.secret, "worker", self._lab, exercise)
            channel = scope.enter_context(loaded.exercise(fresh=True, seconds=60.0, seed=seed))
            self._exercise = (exercise, channel, scope)
        return self._exercise[1]
