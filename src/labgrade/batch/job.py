"""What a job does with one entry: read, reuse or grade, keep, publish."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from labgrade.batch.output import Output
from labgrade.grader.grade import LabGrading
from labgrade.intake.formats import IntakeFormat
from labgrade.intake.model import Entry, Rejection, Submission
from labgrade.intake.names import readable
from labgrade.intake.reader import read_entry
from labgrade.record.model import GradeRecord
from labgrade.record.store import Stored
from labgrade.worker.executor import Executor


@dataclass(frozen=True)
class Graded:
    """One entry's result, small enough to be told about (the record itself is on disk).

    Attributes:
        student, lab, path: of the entry; the path as given.
        score, max_score: of the record; score is None where a check was not run.
        record: the record's path.
        findings: of the record, as plain data.
        not_run: how many checks were not run (our fault).
        reused: an equal earlier record stands.
    """

    student: str
    lab: str
    path: str
    score: float | None
    max_score: float
    record: str
    findings: list[dict[str, Any]]
    not_run: int
    reused: bool

    def as_json(self) -> dict[str, Any]:
        """Return the result as `grade --json` prints it."""
        names = ("student", "lab", "path", "score", "max_score", "record", "findings")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Job:
    """Everything that grading an entry needs.

    Attributes:
        gradings: lab id to its checks under the run's options.
        output: where records go.
        executor: where student code runs.
        formats: forms of hand-in that are read.
        any_seed: an earlier record counts as equal whatever its seed.
    """

    gradings: Mapping[str, LabGrading]
    output: Output
    executor: Executor
    formats: Sequence[IntakeFormat]
    any_seed: bool

    def with_executor(self, executor: Executor) -> Job:
        """Return the same job over another executor."""
        return dataclasses.replace(self, executor=executor)

    def run(self, entry: Entry, *, final: bool, since: int = 0) -> Graded:
        """Grade an entry, or find the record that stands.

        Args:
            entry: what to grade.
            since: records with a smaller sequence number do not stand, however equal.
            final: no other entry of this student and lab follows: its record is to be the current one.

        Raises:
            WorkerLost: a process of ours died.
            UserError: the output folder cannot be written to.
        """
        submission = read_entry(entry, formats=self.formats)
        if isinstance(submission, Submission):
            self.output.keep_submission(submission)
        standing = self._standing(submission, final=final, since=since)
        if standing is not None:
            self.output.refresh_page(standing.record)
            return graded(entry, standing, reused=True)
        grading, sequence = self._next(submission)
        return self._keep(entry, grading.grade(submission, self.executor, sequence))

    def give_up(self, entry: Entry, error: Exception) -> Graded:
        """Record that an entry could not be graded, by our fault; it is not even read again."""
        nothing = Rejection(entry.student, entry.lab, readable(entry.path), entry.findings)
        grading, sequence = self._next(nothing)
        return self._keep(entry, grading.give_up(nothing, self.executor, sequence, error))

    def _keep(self, entry: Entry, record: GradeRecord) -> Graded:
        return graded(entry, Stored(self.output.put(record), record), reused=False)

    def _next(self, submission: Submission | Rejection) -> tuple[LabGrading, int]:
        return (
            self.gradings[submission.lab],
            self.output.next_sequence(submission.lab, submission.student),
        )

    def _standing(self, submission: Submission | Rejection, *, final: bool, since: int) -> Stored | None:
        """Return the record that grading again could only repeat.

        Of two hand-ins under one id the last one's record is the current one; the other's lies before it.
        """
        every = self.output.records(submission.lab, submission.student)
        found = [stored for stored in every if stored.record.sequence >= since]
        candidates = found[-1:] if final else reversed(found)
        return next((stored for stored in candidates if self._repeats(stored.record, submission)), None)

    def _repeats(self, record: GradeRecord, submission: Submission | Rejection) -> bool:
        grading, provenance = self.gradings[submission.lab], record.provenance
        options, digests = grading.options, provenance.digests
        # Loading adds findings to those of intake; a rejection has no others.
        known = len((record if isinstance(submission, Rejection) else submission).findings)
        return (
            digests.submission == submission.digest
            and digests.grader == grading.grader_digest
            and digests.data == grading.data_digest
            and digests.environment == grading.environment_digest
            and provenance.device == options.device
            and provenance.exercises_run == tuple(grading.planned)
            and (self.any_seed or provenance.seed == options.seed)
            and record.score is not None
            # All rejections have the digest of no bytes: what tells them apart is why. And what shows only
            # when a second hand-in comes under the same id must be told on both.
            and record.findings[:known] == submission.findings
        )


def graded(entry: Entry, stored: Stored, *, reused: bool) -> Graded:
    """Return what there is to tell of an entry's record."""
    record = stored.record
    checks = [check for exercise in record.exercises for check in exercise.checks]
    return Graded(
        student=record.student,
        lab=record.lab,
        path=entry.path,
        score=_number(record.score),
        max_score=float(record.max_score),
        record=str(stored.path),
        findings=[finding.model_dump(mode="json") for finding in record.findings],
        not_run=sum(check.outcome == "not_run" for check in checks),
        reused=reused,
    )


def _number(mark: Decimal | None) -> float | None:
    return None if mark is None else float(mark)
