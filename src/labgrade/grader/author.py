"""The author's view: `pytest graders/LAB --submission PATH`, plain pytest with `--pdb` and all.

No record, no cache, no bytecode. The student's code still runs in a confined worker; only the checks
run here. Refused where pytest would read configuration from the submission's own folder.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

import pytest

from labgrade.course import Lab, find_course
from labgrade.errors import UserError
from labgrade.extensions import intake_formats, make_executor
from labgrade.grader.bench import BENCH
from labgrade.grader.checks import check_id
from labgrade.grader.declare import EXERCISE_MARKER
from labgrade.grader.inputs import Inputs, derive, draw_secret
from labgrade.grader.programs import limits_of, program_of
from labgrade.grader.student import StudentProxy
from labgrade.intake import find_entries, read_entry
from labgrade.intake.model import Submission
from labgrade.worker.executor import Executor, LoadedSubmission

_STACK: pytest.StashKey[ExitStack] = pytest.StashKey()


def configure(config: pytest.Config) -> None:
    """Prepare the bench; called from `pytest_configure` when --submission is given."""
    stack = ExitStack()
    if config.pluginmanager.hasplugin("cacheprovider"):
        # The author's run leaves nothing behind: what pytest caches goes where it is thrown away.
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        config._inicache["cache_dir"] = folder  # noqa: SLF001 - too late for an option
    config.stash[_STACK] = stack
    seed = config.getoption("labgrade_seed")
    submission = Path(config.getoption("submission"))
    config.stash[BENCH] = AuthorBench(submission, draw_secret() if seed is None else seed, stack)


def unconfigure(config: pytest.Config) -> None:
    """End the worker."""
    if _STACK in config.stash:
        config.stash[_STACK].close()


class AuthorBench:
    """The bench of one submission, opened at the first check; a fresh process for each check.

    A batch shares a process between an exercise's checks; here a crash, or a pause in the debugger, must not
    spoil the next one.
    """

    def __init__(self, path: Path, secret: int, stack: ExitStack) -> None:
        self.secret = secret
        self._path = path
        self._stack = stack
        self._open: tuple[Lab, LoadedSubmission] | None = None
        self._channel = ExitStack()
        self._timed_out: defaultdict[str, set[str]] = defaultdict(set)

    def inputs(self, item: pytest.Item) -> Inputs:
        """Return the check's inputs, as a batch with the same seed would draw them."""
        return Inputs(derive(self.secret, "input", item.path.parent.name, check_id(item)))

    def student(self, item: pytest.Item) -> StudentProxy:
        """Return the submission for a check, loading it first where need be."""
        lab, loaded = self._submission(item.path.parent)
        marker = item.get_closest_marker(EXERCISE_MARKER)
        exercise = lab.exercise(str(marker.args[0]) if marker else "")
        seed = derive(self.secret, "worker", lab.id, exercise.id)
        self._channel.close()
        runner = loaded.exercise(fresh=True, seconds=exercise.seconds, seed=seed)
        timed_out = self._timed_out[exercise.id]
        return StudentProxy(self._channel.enter_context(runner), loaded.report, timed_out, lab.names)

    def _submission(self, graders: Path) -> tuple[Lab, LoadedSubmission]:
        if self._open is None or self._open[0].graders != graders:
            self._channel.close()
            lab = find_course(start=graders).lab(graders.name)
            self._open = (lab, self._load(lab))
        return self._open

    def _load(self, lab: Lab) -> LoadedSubmission:
        entries = find_entries([self._path], labs=[lab.id], lab=lab.id, one=True)
        submission = read_entry(entries[0], formats=intake_formats())
        if not isinstance(submission, Submission):
            raise UserError(submission.findings[0].message, where=str(self._path))
        executor: Executor = make_executor("auto", lab.preload, hide=(lab.course_root,))
        self._stack.callback(executor.close)
        loaded = self._stack.enter_context(executor.open(program_of(submission), limits_of(lab)))
        self._stack.callback(self._channel.close)  # before the submission that it belongs to
        return loaded
