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
from labgrade.worker.executor import Channel, LoadedSubmission

_SHARED_SHARE = 4
"""In the shared fork an exercise gets this fraction of its time; only the repeat gets all of it, so that an
endless loop costs its limit about once."""
_GRACE_SHARE = 4
"""After a time-out the exercise's other checks share this fraction of its time."""


@dataclass
class SubmissionBench:
    """The bench of a batch: the channel of the exercise that runs now."""

    secret: int
    channel: Channel | None = None
    timed_out: set[str] = field(default_factory=set)
    loaded: LoadedSubmission | None = None
    asked: frozenset[str] = frozenset()

    def student(self, item: pytest.Item) -> StudentProxy:
        """Return the submission for a check."""
        assert self.channel is not None
        assert self.loaded is not None
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


def run_submission(
    loaded: LoadedSubmission,
    exercises: Sequence[ExerciseRun],
    secret: int,
    asked: frozenset[str] = frozenset(),
) -> dict[str, Ending]:
    """Run all checks of the exercises.

    Args:
        loaded: the submission.
        exercises: what to run, in order.
        secret: of the run; inputs, order and the worker's seeds follow from it.
        asked: every name that the lab asks for.

    Returns:
        How each check ended, by check id.
    """
    bench = SubmissionBench(secret, loaded=loaded, asked=asked)
    endings: dict[str, Ending] = {}
    for exercise in exercises:
        endings |= _run_exercise(bench, exercise, endings, fresh=False)
    for exercise in exercises:
        if any(_worth_repeating(check, endings) for check in exercise.checks):
            endings |= _run_exercise(bench, exercise, endings, fresh=True)
    return endings


def _worth_repeating(check: PlannedCheck, endings: Mapping[str, Ending]) -> bool:
    # A missing name stays missing, and a fault of ours is not mended by a fork.
    if endings[check.id].outcome == "skipped":
        return _needed(check, endings) is None  # what it needs has passed by now
    return endings[check.id].outcome not in ("passed", "not_attempted", "not_run")


def _run_exercise(
    bench: SubmissionBench, exercise: ExerciseRun, before: Mapping[str, Ending], *, fresh: bool
) -> dict[str, Ending]:
    """Run one exercise's checks; after a crash or a time-out the rest goes on in a new process."""
    bench.timed_out = set()
    seconds = exercise.seconds if fresh else exercise.seconds / _SHARED_SHARE
    left = _ordered(exercise, bench.secret, before if fresh else {})
    endings: dict[str, Ending] = {}
    while left:
        seed = derive(bench.secret, "worker", exercise.checks[0].lab, exercise.id)
        assert bench.loaded is not None
        with bench.loaded.exercise(fresh=fresh, seconds=seconds, seed=seed) as channel:
            bench.channel = channel
            while left:
                check = left.pop(0)
                endings[check.id] = _needed(check, {**before, **endings}) or run_check(check, bench)
                if endings[check.id].outcome in ("timeout", "crashed"):
                    break
        if endings[check.id].outcome == "timeout":
            if not fresh:
                return endings | {other.id: endings[check.id] for other in left}
            seconds = exercise.seconds / _GRACE_SHARE
    return endings


def _ordered(exercise: ExerciseRun, secret: int, before: Mapping[str, Ending]) -> list[PlannedCheck]:
    """Return visible and hidden checks shuffled together; those that timed out before come last.

    Shuffled, so that the worker cannot tell them apart; slow ones last, so that an endless loop in one function
    does not decide over the checks of another by the luck of the order.
    """
    checks = sorted(exercise.checks, key=lambda check: check.id)
    random.Random(derive(secret, "order", exercise.checks[0].lab, exercise.id)).shuffle(checks)  # noqa: S311
    return sorted(checks, key=lambda check: _timed_out(before.get(check.id)))


def _timed_out(ending: Ending | None) -> bool:
    return ending is not None and ending.outcome == "timeout"


def _needed(check: PlannedCheck, endings: Mapping[str, Ending]) -> Ending | None:
    for needed in check.needs:
        ended = [ending for check_id, ending in endings.items() if check_id.partition(".")[0] == needed]
        if not ended or any(ending.outcome != "passed" for ending in ended):
            return skipped(needed)
    return None
