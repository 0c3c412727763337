"""One submission graded: the record is put together here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

from labgrade.course import Lab
from labgrade.data.images import Loaded
from labgrade.grader.checks import PlannedCheck, require_plan
from labgrade.grader.digests import NO_DATA, environment_digest, grader_digest, versions
from labgrade.grader.images import images_of
from labgrade.grader.lease import gpu_lease
from labgrade.grader.outcomes import Ending, lost_name, our_fault, recorded
from labgrade.grader.programs import limits_of, program_of
from labgrade.grader.run import ExerciseRun, RunPlan, Told, run_submission
from labgrade.intake.model import Rejection, Submission
from labgrade.pace import paced, slowness
from labgrade.record.model import Digests, Exercise, Finding, GradeRecord, LayerState, Provenance
from labgrade.record.totals import exercise_of, total
from labgrade.worker.executor import Executor, IsolationReport, LoadFinding, LoadReport


@dataclass(frozen=True)
class RunOptions:
    """What all submissions of a run share.

    Attributes:
        seed: the run's secret.
        device: "cpu" or "cuda".
        dataset: name of the data set of the image exercises.
        exercises: ids that the run is limited to; empty for all.
        overridden_layers: missing isolation layers that the instructor allowed by name.
        data: the data set, for labs that train.
        visible_only: a self-check, to which hidden checks do not belong.
    """

    seed: int
    device: str = "cpu"
    dataset: str = "digits"
    exercises: tuple[str, ...] = ()
    overridden_layers: tuple[str, ...] = ()
    data: Loaded | None = None
    visible_only: bool = False


@dataclass(frozen=True)
class _Work:
    """What was found out about one submission.

    Attributes:
        endings: how each check ended, by its id.
        report: what loading said.
        started: when, in UTC.
        cpu_seconds: that the student's processes took.
        differing: exercises whose first answer was wrong and whose second was right.
    """

    endings: Mapping[str, Ending]
    report: LoadReport
    started: str
    cpu_seconds: float
    differing: tuple[str, ...] = ()


class LabGrading:
    """A lab's checks under a run's options; grades one submission after another.

    Args:
        lab: the lab.
        checks: collected checks; those of other labs are passed over.
        options: of the run.

    Raises:
        UserError: where checks and `lab.toml` differ, or the lab's data set cannot be read.
    """

    def __init__(self, lab: Lab, checks: Sequence[PlannedCheck], options: RunOptions) -> None:
        checks = [
            check
            for check in checks
            if check.lab == lab.id and not (options.visible_only and check.visibility == "hidden")
        ]
        require_plan(lab, checks, visible_only=options.visible_only)
        self.lab = lab
        self.options = options
        self.planned = {
            plan.id: tuple(check for check in checks if check.exercise == plan.id)
            for plan in lab.exercises
            if not options.exercises or plan.id in options.exercises
        }
        # A self-check trains on public labels; a grade on those that its secret chose.
        secret = None if options.visible_only else options.seed
        self._images = images_of(lab, options.dataset, options.data, options.device, secret)
        self._plan = RunPlan(lab, options.seed, self._images)
        self.grader_digest = grader_digest(lab)
        self.data_digest = self._images.digest if self._images else NO_DATA
        self.environment_digest = environment_digest()

    def grade(
        self,
        submission: Submission | Rejection,
        executor: Executor,
        sequence: int,
        told: Told | None = None,
    ) -> GradeRecord:
        """Grade a submission; of one that cannot be run every planned check is not attempted, score 0.

        Args:
            submission: what was handed in.
            executor: where its code runs.
            sequence: of the record.
            told: told of each exercise that takes long, before it runs.

        Raises:
            WorkerLost: a process of ours died; nothing is known about the submission.
        """
        if isinstance(submission, Rejection):
            say = "Nothing was handed in that can be run; see the findings."
            untouched = self._untouched(Ending("not_attempted", say, say))
            return self._record(submission, untouched, sequence, executor)
        started = _now()
        with self._lease(), executor.open(program_of(submission), limits_of(self.lab)) as loaded:
            run = run_submission(loaded, self._runs(), self._plan, told)
            report = loaded.report
        work = _Work(run.endings, report, started, loaded.cpu_seconds, run.differing)
        return self._record(submission, work, sequence, executor)

    def _lease(self) -> AbstractContextManager[None]:
        uses_gpu = self.options.device == "cuda" and self._images is not None
        return gpu_lease() if uses_gpu else nullcontext()

    def give_up(
        self, submission: Submission | Rejection, executor: Executor, sequence: int, error: Exception
    ) -> GradeRecord:
        """Return the record of a submission that we failed to grade: nothing run, no mark, our fault."""
        ending = our_fault(error)
        return self._record(submission, self._untouched(ending), sequence, executor)

    def _untouched(self, ending: Ending) -> _Work:
        endings = {check.id: ending for checks in self.planned.values() for check in checks}
        return _Work(endings, LoadReport(frozenset(), (), ""), _now(), 0.0)

    def _runs(self) -> list[ExerciseRun]:
        plans = {plan.id: plan for plan in self.lab.exercises}
        return [
            ExerciseRun(exercise, checks, paced(plans[exercise].seconds), plans[exercise].alone)
            for exercise, checks in self.planned.items()
            if checks
        ]

    def _record(
        self,
        submission: Submission | Rejection,
        work: _Work,
        sequence: int,
        executor: Executor,
    ) -> GradeRecord:
        endings, report = work.endings, work.report
        plans = [plan for plan in self.lab.exercises if plan.id in self.planned]
        exercises = tuple(self._exercise(plan.id, plan.title, endings, report) for plan in plans)
        score, max_score = total(exercises)
        return GradeRecord(
            sequence=sequence,
            student=submission.student,
            lab=self.lab.id,
            score=score,
            max_score=max_score,
            findings=(
                *submission.findings,
                *_load_findings(report),
                *self._lost_names(endings, report),
                *map(_differs, work.differing),
                *_told(endings),
            ),
            exercises=exercises,
            output=report.output,
            provenance=self._provenance(submission, work, executor),
        )

    def _exercise(
        self, exercise_id: str, title: str, endings: Mapping[str, Ending], report: LoadReport
    ) -> Exercise:
        checks = (recorded(check, endings[check.id], report.findings) for check in self.planned[exercise_id])
        return exercise_of(exercise_id, title, checks)

    def _lost_names(self, endings: Mapping[str, Ending], report: LoadReport) -> list[Finding]:
        """Name the failed statement for each exercise that lacked what it would have defined.

        Visible checks alone tell: of a thousand lost names, the one that a hidden check lacks could be chosen
        by its input.
        """
        told = set()
        for exercise, checks in self.planned.items():
            for check in (check for check in checks if check.visibility == "visible"):
                cause = lost_name(endings[check.id], report.findings)
                if cause is not None:
                    told.add((exercise, endings[check.id].missing_name, cause.where))
        return [
            Finding(
                code="needs-lost-name",
                message=f"{exercise} uses `{name}`, which {where} was to define; that statement failed.",
                where=where or None,
            )
            for exercise, name, where in sorted(told)
        ]

    def _provenance(
        self,
        submission: Submission | Rejection,
        work: _Work,
        executor: Executor,
    ) -> Provenance:
        return Provenance(
            digests=Digests(
                submission=submission.digest,
                grader=self.grader_digest,
                data=self.data_digest,
                environment=self.environment_digest,
            ),
            seed=self.options.seed,
            device=self.options.device,
            dataset=self.options.dataset,
            data_split=f"{self._images.split} ({self._images.detail})" if self._images else "",
            executor=executor.name,
            isolation=layer_states(executor.isolation()),
            versions=versions(),
            started=work.started,
            finished=_now(),
            cpu_seconds=round(work.cpu_seconds, 4),
            slowness=round(slowness(), 4),
            exercises_run=tuple(self.planned),
            entries=submission.entries if isinstance(submission, Submission) else (),
            instructor_notes={name: ending.note for name, ending in work.endings.items() if ending.note},
            overridden_layers=self.options.overridden_layers,
        )


def layer_states(report: IsolationReport) -> tuple[LayerState, ...]:
    """Return an isolation report as the record keeps it."""
    return tuple(LayerState(name=y.name, in_force=y.in_force, detail=y.detail) for y in report.layers)


def _load_findings(report: LoadReport) -> list[Finding]:
    return [_finding(found) for found in report.findings]


def _finding(found: LoadFinding) -> Finding:
    return Finding(code=found.code, message=found.message, where=found.where or None)


def _differs(exercise: str) -> Finding:
    return Finding(
        code="results-differ",
        message=f"{exercise} was not right when it ran after the other exercises, and right by itself, which "
        "counts. Does it depend on something that other functions change?",
    )


def _told(endings: Mapping[str, Ending]) -> list[Finding]:
    """Return what checks told the submission, once each."""
    said = dict.fromkeys(finding for ending in endings.values() for finding in ending.findings)
    return [Finding(code=code, message=message) for code, message in said]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
