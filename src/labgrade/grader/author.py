"""The author's view: `pytest graders/LAB --submission PATH`, plain pytest with `--pdb` and all.

No record, no cache, no bytecode. The student's code still runs in a confined worker; only the checks
run here. Refused where pytest would read configuration from the submission's own folder.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from labgrade.course import Lab, find_course
from labgrade.errors import UserError
from labgrade.executors import data_for, settled_device, start_executor
from labgrade.extensions import intake_formats
from labgrade.grader.bench import BENCH
from labgrade.grader.declare import EXERCISE_MARKER
from labgrade.grader.images import images_of
from labgrade.grader.inputs import derive, draw_secret
from labgrade.grader.once import Once
from labgrade.grader.programs import limits_of, program_of
from labgrade.grader.run import RunPlan, SubmissionBench
from labgrade.intake import find_entries, read_entry
from labgrade.intake.model import Submission
from labgrade.pace import paced
from labgrade.settings import Settings, load_settings
from labgrade.worker.executor import LoadedSubmission

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
        self._open: tuple[RunPlan, LoadedSubmission] | None = None
        self._channel = ExitStack()
        self._once = Once()
        self._timed_out: defaultdict[str, set[str]] = defaultdict(set)
        self._item: pytest.Item | None = None
        self._bench: SubmissionBench | None = None

    def provide(self, fixture: str, item: pytest.Item) -> Any:
        """Return the value of a fixture for a check, as a batch with the same seed would."""
        if self._bench is None or self._item is not item:
            self._item, self._bench = item, self._opened(item)
        return self._bench.provide(fixture, item)

    def _opened(self, item: pytest.Item) -> SubmissionBench:
        plan, loaded = self._submission(item.path.parent)
        marker = item.get_closest_marker(EXERCISE_MARKER)
        exercise = plan.lab.exercise(str(marker.args[0]) if marker else "")
        seed = derive(self.secret, "worker", plan.lab.id, exercise.id)
        self._channel.close()
        runner = loaded.exercise(fresh=True, seconds=paced(exercise.seconds), seed=seed)
        channel = self._channel.enter_context(runner)
        once = self._once if exercise.alone else Once()
        return SubmissionBench(plan, channel, loaded, once, self._timed_out[exercise.id])

    def _submission(self, graders: Path) -> tuple[RunPlan, LoadedSubmission]:
        if self._open is None or self._open[0].lab.graders != graders:
            self._channel.close()
            settings = load_settings({"course": find_course(start=graders).root})
            lab = settings.course.lab(graders.name)
            data = data_for(settings, [lab])
            images = images_of(lab, settings.dataset, data, settled_device(settings), self.secret)
            self._once = Once()
            self._open = (RunPlan(lab, self.secret, images), self._load(lab, settings))
        return self._open

    def _load(self, lab: Lab, settings: Settings) -> LoadedSubmission:
        entries = find_entries([self._path], labs=[lab.id], lab=lab.id, one=True)
        submission = read_entry(entries[0], formats=intake_formats())
        if not isinstance(submission, Submission):
            raise UserError(submission.findings[0].message, where=str(self._path))
        executor = start_executor(settings, [lab])
        self._stack.callback(executor.close)
        loaded = self._stack.enter_context(executor.open(program_of(submission), limits_of(lab)))
        self._stack.callback(self._channel.close)  # before the submission that it belongs to
        return loaded
