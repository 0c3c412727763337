"""Running a lab's checks against one loaded submission.

All exercises run first in one shared fork of the loaded process. An exercise that did not fully pass
there is repeated once in a fresh fork of its own, and that result stands: nothing that another exercise
left behind can have cost it a mark.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from labgrade.grader.checks import PlannedCheck, check_id
from labgrade.grader.inputs import Inputs, derive
from labgrade.grader.outcomes import Ending, skipped
from labgrade.grader.single import run_check
from labgrade.grader.student import StudentProxy
from labgrade.record.model import Outcome
from labgrade.worker.executor import Channel, LoadedSubmission

_SHARED_SHARE = 4
"""In the shared fork an exercise gets this fraction of its time; only the repeat gets all of it, so that an
endless loop costs its limit about once."""
_GRACE_SHARE = 4
"""After a time-out the exercise's other checks share this fraction of its time."""


@dataclass(frozen=True)
class SubmissionBench:
    """The bench of a batch: one channel of the exercise that runs now.

    Attributes:
        secret: of the run.
        channel: to the process that answers.
        loaded: the submission.
        timed_out: names that used up the exercise's time, on this channel or an earlier one.
        asked: every name that the lab asks for.
    """

    secret: int
    channel: Channel
    loaded: LoadedSubmission
    timed_out: set[str] = field(default_factory=set)
    asked: frozenset[str] = frozenset()

    def student(self, _item: pytest.Item) -> StudentProxy:
        """Return the submission for a check."""
        return StudentProxy(self.channel, self.loaded.report, self.timed_out, self.asked)

    def inputs(self, item: pytest.Item) -> Inputs:
        """Return the check's inputs, derived from the run's secret."""
        return Inputs(derive(self.secret, "input", item.path.parent.name, check_id(item)))


@dataclass(frozen=True)
class ExerciseRun:
    """One exercise of a submission: its checks and its time in CPU seconds."""

    id: str
    checks: Sequence[PlannedCheck]
    seconds: float


@dataclass(frozen=True)
class SubmissionRun:
    """What came of a submission's checks.

    Attributes:
        endings: how each check ended, by its id.
        differing: exercises with an answer that was wrong after the others' and right by itself. The second
            counts; a person may want to know.
    """

    endings: Mapping[str, Ending]
    differing: tuple[str, ...]


def run_submission(
    loaded: LoadedSubmission,
    exercises: Sequence[ExerciseRun],
    secret: int,
    asked: frozenset[str] = frozenset(),
) -> SubmissionRun:
    """Run all checks of the exercises.

    Args:
        loaded: the submission.
        exercises: what to run, in order.
        secret: of the run; inputs, order and the worker's seeds follow from it.
        asked: every name that the lab asks for.

    """
    runner = _Runner(loaded, secret, asked)
    endings: dict[str, Ending] = {}
    differing = []
    for exercise in exercises:
        endings |= runner.run(exercise, endings, fresh=False)
    for exercise in exercises:
        if any(_worth_repeating(check, endings) for check in exercise.checks):
            repeated = runner.run(exercise, endings, fresh=True)
            if any(_turned_right(check, endings, repeated) for check in exercise.checks):
                differing.append(exercise.id)
            endings |= repeated
    return SubmissionRun(endings, tuple(differing))


def _turned_right(check: PlannedCheck, first: Mapping[str, Ending], repeated: Mapping[str, Ending]) -> bool:
    """Whether an answer was wrong at first and right by itself; one that only lacked time was not wrong."""
    before, after = first.get(check.id), repeated.get(check.id)
    wrong = before is not None and before.outcome in ("failed", "error", "crashed")
    return wrong and after is not None and after.outcome == "passed"


def _worth_repeating(check: PlannedCheck, endings: Mapping[str, Ending]) -> bool:
    # A missing name stays missing, and a fault of ours is not mended by a fork.
    ending = endings.get(check.id)
    if ending is None:
        return True  # another check used up the time before its turn
    if ending.outcome == "skipped":
        return _needed(check, endings) is None  # what it needs has passed by now
    return ending.outcome not in ("passed", "not_attempted", "not_run")


@dataclass(frozen=True)
class _Runner:
    """Runs exercises of one submission."""

    loaded: LoadedSubmission
    secret: int
    asked: frozenset[str]

    def run(self, exercise: ExerciseRun, before: Mapping[str, Ending], *, fresh: bool) -> dict[str, Ending]:
        """Run one exercise's checks; after a crash or a time-out the rest goes on in a new process.

        In the shared fork a time-out ends the exercise: what is left has no ending and runs in the repeat.
        """
        seconds = exercise.seconds if fresh else exercise.seconds / _SHARED_SHARE
        seed = derive(self.secret, "worker", exercise.checks[0].lab, exercise.id)
        left = _ordered(exercise, self.secret, before if fresh else {})
        endings: dict[str, Ending] = {}
        timed_out: set[str] = set()
        while left:
            with self.loaded.exercise(fresh=fresh, seconds=seconds, seed=seed) as channel:
                bench = SubmissionBench(self.secret, channel, self.loaded, timed_out, self.asked)
                last = _run_until_it_ends(left, bench, before, endings)
            if last == "timeout" and not fresh:
                return endings
            if last == "timeout":
                seconds = exercise.seconds / _GRACE_SHARE
        return endings


def _run_until_it_ends(
    left: list[PlannedCheck], bench: SubmissionBench, before: Mapping[str, Ending], endings: dict[str, Ending]
) -> Outcome:
    """Run checks from the front of `left` until the process ends or none is left; return the last outcome."""
    while left:
        check = left.pop(0)
        ending = _needed(check, {**before, **endings}) or run_check(check, bench)
        endings[check.id] = ending
        if ending.outcome in ("timeout", "crashed"):
            return ending.outcome
    return "passed"


def _ordered(exercise: ExerciseRun, secret: int, before: Mapping[str, Ending]) -> list[PlannedCheck]:
    """Return visible and hidden checks shuffled together; those that timed out before come last.

    Shuffled, so that the worker cannot tell them apart; slow ones last, so that an endless loop in one
    function does not decide over the checks of another by the luck of the order.
    """
    checks = sorted(exercise.checks, key=lambda check: check.id)
    random.Random(derive(secret, "order", exercise.checks[0].lab, exercise.id)).shuffle(checks)  # noqa: S311
    return sorted(checks, key=lambda check: check.id in before and before[check.id].outcome == "timeout")


def _needed(check: PlannedCheck, endings: Mapping[str, Ending]) -> Ending | None:
    for needed in check.needs:
        ended = [ending for check_id, ending in endings.items() if check_id.partition(".")[0] == needed]
        if any(ending.outcome != "passed" for ending in ended):  # none ended where the run is limited
            return skipped(needed)
    return None
