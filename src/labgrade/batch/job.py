"""What a job does with one entry: read, reuse or grade, keep, publish."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from labgrade.errors import LabgradeError, WorkerLost
from labgrade.grader.grade import LabGrading
from labgrade.intake.model import Entry, Rejection, Submission
from labgrade.intake.reader import read_entry
from labgrade.publish import Publisher
from labgrade.record.model import GradeRecord
from labgrade.record.store import RecordStore
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
        store: where records go.
        publisher: writes the student's page.
        executor: where student code runs.
        again: grade even where an equal record exists.
        any_seed: an earlier record counts as equal whatever its seed.
    """

    gradings: dict[str, LabGrading]
    store: RecordStore
    publisher: Publisher
    executor: Executor
    again: bool
    any_seed: bool

    def with_executor(self, executor: Executor) -> Job:
        """Return the same job over another executor."""
        return dataclasses.replace(self, executor=executor)

    def run(self, entry: Entry, *, last_try: bool) -> Graded:
        """Grade an entry, or find the record that stands.

        Args:
            entry: what to grade.
            last_try: earlier tries were lost; where this one is too, a record says that nothing was run.

        Raises:
            WorkerLost: a process of ours died.
        """
        submission = read_entry(entry)
        grading = self.gradings[entry.lab]
        if isinstance(submission, Submission):
            files = [(member.path, member.data) for member in submission.members]
            self.store.put_submission(submission.digest, files, submission.entries)
        standing = None if self.again else self._standing(submission, grading)
        if standing is not None:
            return _graded(entry, *standing, reused=True)
        record = self._record(submission, grading, last_try=last_try)
        path = str(self.store.put(record))
        self.publisher.student_page(record)
        return _graded(entry, path, record, reused=False)

    def give_up(self, entry: Entry, error: Exception) -> Graded:
        """Record that an entry could not be graded, by our fault."""
        submission = read_entry(entry)
        grading = self.gradings[entry.lab]
        sequence = self.store.next_sequence(entry.lab, entry.student)
        record = grading.give_up(submission, self.executor, sequence, error)
        path = str(self.store.put(record))
        self.publisher.student_page(record)
        return _graded(entry, path, record, reused=False)

    def _record(self, submission: Submission | Rejection, grading: LabGrading, *, last_try: bool) -> GradeRecord:
        sequence = self.store.next_sequence(submission.lab, submission.student)
        if isinstance(submission, Rejection):
            return grading.reject(submission, self.executor, sequence)
        try:
            return grading.grade(submission, self.executor, sequence)
        except WorkerLost as error:
            if not last_try:
                raise
            return grading.give_up(submission, self.executor, sequence, error)

    def _standing(self, submission: Submission | Rejection, grading: LabGrading) -> tuple[str, GradeRecord] | None:
        """Return the current record where grading again could only repeat it."""
        found = self.store.current_stored(submission.lab, submission.student)
        if found is None:
            return None
        options, provenance = grading.options, found.record.provenance
        digests = provenance.digests
        same = (
            digests.submission == submission.digest
            and digests.grader == grading.grader_digest
            and digests.data == grading.data_digest
            and digests.environment == grading.environment_digest
            and provenance.device == options.device
            and provenance.exercises_run == tuple(grading.planned)
            and (self.any_seed or provenance.seed == options.seed)
            and found.record.score is not None
            # All rejections have the digest of no bytes: what tells them apart is why.
            and (isinstance(submission, Submission) or found.record.findings == submission.findings)
        )
        return (str(found.path), found.record) if same else None


def _graded(entry: Entry, path: str, record: GradeRecord, *, reused: bool) -> Graded:
    checks = [check for exercise in record.exercises for check in exercise.checks]
    return Graded(
        student=record.student,
        lab=record.lab,
        path=entry.path,
        score=_number(record.score),
        max_score=float(record.max_score),
        record=path,
        findings=[finding.model_dump(mode="json") for finding in record.findings],
        not_run=sum(check.outcome == "not_run" for check in checks),
        reused=reused,
    )


def _number(mark: Decimal | None) -> float | None:
    return None if mark is None else float(mark)


def fault(error: Exception) -> str:
    """Return a one-line description of a fault of ours, for the record's notes."""
    kind = "" if isinstance(error, LabgradeError) else f"{type(error).__name__}: "
    return f"{kind}{error}"[:500]
