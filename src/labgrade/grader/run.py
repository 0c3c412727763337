"""Running a lab's checks against one loaded submission.

All exercises run first in one shared fork of the loaded process. An exercise that did not fully pass
there is repeated once in a fresh fork of its own, and that result stands: nothing that another exercise
left behind can have cost it a mark. One that trains runs once, in a fork of its own from the start.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from labgrade.course import Lab
from labgrade.grader.checks import PlannedCheck, check_id
from labgrade.grader.evidence import Evidence
from labgrade.grader.inputs import Inputs, derive
from labgrade.grader.once import Once
from labgrade.grader.outcomes import Ending, skipped
from labgrade.grader.single import run_check
from labgrade.grader.student import StudentProxy
from labgrade.record.model import Outcome
from labgrade.worker.executor import Channel, LoadedSubmission

if TYPE_CHECKING:
    from labgrade.data.run import RunData
    from labgrade.grader.training import Trainings

_SHARED_SHARE = 4
"""In the shared fork an exercise gets this fraction of its time; only the repeat gets all of it, so that an
endless loop costs its limit about once."""
_GRACE_SHARE = 4
"""After a time-out the exercise's other checks share this fraction of its time."""


@dataclass(frozen=True)
class RunPlan:
    """What all submissions of a lab share in a run.

    Attributes:
        lab: the lab.
        secret: of the run; inputs, order, data and the worker's seeds follow from it.
        data: the run's images, for a lab that trains.
    """

    lab: Lab
    secret: int
    data: RunData | None = None

    def inputs(self, item: pytest.Item) -> Inputs:
        """Return a check's inputs."""
        return Inputs(derive(self.secret, "input", item.path.parent.name, check_id(item)))

    def images(self) -> RunData:
        """Return the run's images.

        Raises:
            LookupError: the lab's `lab.toml` states no training; the author's mistake.
        """
        if self.data is None:
            raise LookupError(f"{self.lab.id} has no [training] in its lab.toml, so its checks have no data")
        return self.data

    def trainings(self, once: Once) -> Trainings:
        """Return the trainings of the submission whose memory is `once`."""
        from labgrade.grader.training import Trainings  # noqa: PLC0415 - other labs do not pay for it

        data = self.images()
        if self.lab.training is None:
            raise LookupError(f"{self.lab.id} has no [training]")
        return Trainings(
            self.lab.training, data, once, lambda label: derive(self.secret, "training", self.lab.id, label)
        )


@dataclass
class SubmissionBench:
    """The bench of one submission: one channel, of the exercise that runs now.

    Attributes:
        plan: of the run.
        channel: to the process that answers.
        loaded: the submission.
        once: what was found out about the submission so far.
        timed_out: names that used up the exercise's time, on this channel or an earlier one.
        evidence: the sheet of the check that runs now.
    """

    plan: RunPlan
    channel: Channel
    loaded: LoadedSubmission
    once: Once = field(default_factory=Once)
    timed_out: set[str] = field(default_factory=set)
    evidence: Evidence = field(default_factory=Evidence)

    def provide(self, fixture: str, item: pytest.Item) -> Any:
        """Return the value of a fixture for a check."""
        return _PROVIDERS[fixture](self, item)


_PROVIDERS: dict[str, Callable[[SubmissionBench, pytest.Item], Any]] = {
    "student": lambda bench, _item: StudentProxy(
        bench.channel, bench.loaded.report, bench.timed_out, bench.plan.lab.names
    ),
    "rng": lambda bench, item: bench.plan.inputs(item),
    "once": lambda bench, _item: bench.once,
    "data": lambda bench, _item: bench.plan.images(),
    "training": lambda bench, _item: bench.plan.trainings(bench.once),
    "evidence": lambda bench, _item: bench.evidence,
}


@dataclass(frozen=True)
class ExerciseRun:
    """One exercise of a submission: its checks, its time in CPU seconds, and whether it runs by itself."""

    id: str
    checks: Sequence[PlannedCheck]
    seconds: float
    alone: bool = False


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


Told = Callable[[str], None]
"""Told the id of an exercise that trains, just before it runs."""


def run_submission(
    loaded: LoadedSubmission,
    exercises: Sequence[ExerciseRun],
    plan: RunPlan,
    told: Told | None = None,
) -> SubmissionRun:
    """Run all checks of the exercises, in order."""
    runner = _Runner(loaded, plan)
    endings: dict[str, Ending] = {}
    differing = []
    for exercise in exercises:
        if not exercise.alone:
            endings |= runner.run(exercise, endings, fresh=False)
    for exercise in exercises:
        if exercise.alone:
            if told is not None:
                told(exercise.id)
            endings |= runner.run(exercise, endings, fresh=True)
        elif any(_worth_repeating(check, endings) for check in exercise.checks):
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
    plan: RunPlan
    trained: Once = field(default_factory=Once)
    """What exercises that run by themselves found out, for all of them."""

    def run(self, exercise: ExerciseRun, before: Mapping[str, Ending], *, fresh: bool) -> dict[str, Ending]:
        """Run one exercise's checks; after a crash or a time-out the rest goes on in a new process.

        In the shared fork a time-out ends the exercise: what is left has no ending and runs in the repeat.
        """
        seconds = exercise.seconds if fresh else exercise.seconds / _SHARED_SHARE
        secret = self.plan.secret
        seed = derive(secret, "worker", exercise.checks[0].lab, exercise.id)
        left = _ordered(exercise, secret, before if fresh else {})
        endings: dict[str, Ending] = {}
        timed_out: set[str] = set()
        # What was found out in the shared process may have been spoilt there: the repeat finds out anew.
        once = self.trained if exercise.alone else Once()
        while left:
            with self.loaded.exercise(fresh=fresh, seconds=seconds, seed=seed) as channel:
                bench = SubmissionBench(self.plan, channel, self.loaded, once, timed_out)
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
        bench.evidence = Evidence()
        ending = _needed(check, {**before, **endings}) or run_check(check, bench)
        endings[check.id] = ending.showing(bench.evidence)
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
