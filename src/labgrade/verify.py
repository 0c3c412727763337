"""Reproducing marks: every current record is graded again from its own bytes and seed, and compared.

A record names no program, path or option that is obeyed here: grader and data are this installation's,
looked up by digest, and where they are others, that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labgrade.batch.run import require_confinement
from labgrade.course import Lab
from labgrade.errors import UserError, WorkerLost
from labgrade.grader.checks import PlannedCheck, grader_files
from labgrade.grader.collect import with_checks
from labgrade.grader.grade import LabGrading, RunOptions
from labgrade.intake.model import Member, Rejection, Submission
from labgrade.intake.slug import safe_slug
from labgrade.record.model import GradeRecord
from labgrade.record.store import RecordChanged, RecordStore, Stored, latest
from labgrade.record.submissions import SubmissionLost
from labgrade.settings import Settings
from labgrade.worker.executor import Executor
from labgrade.worker.factory import make_executor


@dataclass(frozen=True)
class Comparison:
    """A record held against a new grading of the same bytes.

    Attributes:
        path: the record's file.
        same: every mark and outcome came out again.
        differs: a mark differs, or the record or its bytes were changed.
        why: a line for each difference, or for what could not be compared.
    """

    path: Path
    same: bool
    differs: bool
    why: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as `verify --json` prints it."""
        return {"record": str(self.path), "same": self.same, "differs": self.differs, "why": list(self.why)}


Told = Callable[[Comparison], None]


def verify_records(path: Path, settings: Settings, told: Told | None = None) -> list[Comparison]:
    """Grade the records at `path` again.

    Args:
        path: one record's file, or the output folder; of a folder every student's current record counts.
        settings: course, executor, layers that may be missing.
        told: told of each comparison as it is made.

    Raises:
        UserError: nothing to verify, or hidden checks are absent.
    """
    changed, found, store = _find(path)
    told = told or (lambda comparison: None)
    for comparison in changed:
        told(comparison)
    if not found:
        return changed
    verifier = _Verifier(settings, store, found, told)
    return changed + verifier.run()


def _find(path: Path) -> tuple[list[Comparison], list[Stored], RecordStore]:
    if not path.exists():
        raise UserError("There is no such file or folder.", str(path), "Give a record or the folder of `grade --out`.")
    problems: list[RecordChanged] = []
    if path.is_dir():
        store = RecordStore(path, safe_slug, problems.append)
        every = list(store.stored())
        current = set(map(id, latest(stored.record for stored in every).values()))
        found = [stored for stored in every if id(stored.record) in current]
    else:
        store = RecordStore(path.absolute().parents[2], safe_slug, problems.append)
        found = []
        try:
            found.append(Stored(path, store.load(path)))
        except RecordChanged as problem:
            problems.append(problem)
    if not found and not problems:
        raise UserError("There are no records.", str(path), "Give a record or the folder of `grade --out`.")
    return [Comparison(p.path, same=False, differs=True, why=(p.why,)) for p in problems], found, store


class _Verifier:
    def __init__(self, settings: Settings, store: RecordStore, found: Sequence[Stored], told: Told) -> None:
        self._settings = settings
        self._store = store
        self._found = found
        self._told = told
        self._executor: Executor | None = None

    def run(self) -> list[Comparison]:
        """Verify every record found."""
        labs = self._labs()
        modules = [module for lab in labs.values() for module in grader_files(lab.graders)]
        preload = [name for lab in labs.values() for name in lab.preload]
        root = self._settings.course.root
        self._executor = make_executor(
            self._settings.executor, [*preload, "IPython.core.inputtransformer2"], hide=(root, self._store.root.absolute())
        )
        try:
            return with_checks(modules, root / "graders", lambda checks: self._all(checks, labs))
        finally:
            self._executor.close()

    def _labs(self) -> dict[str, Lab]:
        known = {lab.id: lab for lab in self._settings.course.labs}
        labs = {stored.record.lab: known[stored.record.lab] for stored in self._found if stored.record.lab in known}
        for lab in labs.values():
            if lab.hidden_module is None:
                raise UserError("This copy of the course has no hidden checks.", str(lab.graders), "Use --course.")
        if not labs:
            raise UserError("None of the records is of a lab of this course.", str(self._store.root), "Use --course.")
        return labs

    def _all(self, checks: list[PlannedCheck], labs: dict[str, Lab]) -> list[Comparison]:
        assert self._executor is not None
        require_confinement(self._executor, self._settings.allow_missing_layers)
        comparisons = []
        for stored in self._found:
            comparison = self._verify(stored, checks, labs)
            self._told(comparison)
            comparisons.append(comparison)
        return comparisons

    def _verify(self, stored: Stored, checks: list[PlannedCheck], labs: dict[str, Lab]) -> Comparison:
        record = stored.record
        lab = labs.get(record.lab)
        if lab is None:
            return _undecided(stored, f"{record.lab} is no lab of this course")
        grading = LabGrading(lab, [check for check in checks if check.lab == lab.id], _options(record, lab))
        try:
            again = self._grade(record, grading)
        except SubmissionLost as error:
            return Comparison(stored.path, same=False, differs=True, why=(str(error),))
        except WorkerLost as error:
            return _undecided(stored, str(error))
        why = _differences(record, again)
        if again.score is None or record.score is None:
            return _undecided(stored, *why, "a check was not run")
        notes = _other_circumstances(record, again)
        return Comparison(stored.path, same=not why, differs=bool(why), why=(*why, *notes))

    def _grade(self, record: GradeRecord, grading: LabGrading) -> GradeRecord:
        assert self._executor is not None
        if not record.provenance.entries:
            rejection = Rejection(record.student, record.lab, "", record.findings, record.provenance.digests.submission)
            return grading.reject(rejection, self._executor, record.sequence)
        kept = self._store.submission(record.provenance.digests.submission)
        members = tuple(Member(path, data) for path, data in kept.files)
        digest = record.provenance.digests.submission
        submission = Submission(record.student, record.lab, "", members, tuple(kept.entries), digest)
        return grading.grade(submission, self._executor, record.sequence)


def _options(record: GradeRecord, lab: Lab) -> RunOptions:
    provenance = record.provenance
    every = tuple(plan.id for plan in lab.exercises)
    limited = () if provenance.exercises_run == every else provenance.exercises_run
    return RunOptions(provenance.seed, provenance.device, provenance.dataset, limited, provenance.overridden_layers)


def _undecided(stored: Stored, *why: str) -> Comparison:
    return Comparison(stored.path, same=False, differs=False, why=why)


def _other_circumstances(record: GradeRecord, again: GradeRecord) -> list[str]:
    """Say where this installation is not the one that made the record: equal marks then mean less."""
    before, now = record.provenance.digests, again.provenance.digests
    return [
        f"{what} {verb} not what made the record"
        for what, verb, same in (
            ("the grader", "is", before.grader == now.grader),
            ("the data", "are", before.data == now.data),
            ("the versions of torch and its like", "are", before.environment == now.environment),
        )
        if not same
    ]


def _differences(record: GradeRecord, again: GradeRecord) -> list[str]:
    old = {check.id: check for exercise in record.exercises for check in exercise.checks}
    new = {check.id: check for exercise in again.exercises for check in exercise.checks}
    lines = [f"{check_id}: only in one of the two" for check_id in sorted(old.keys() ^ new.keys())]
    for check_id in sorted(old.keys() & new.keys()):
        before, after = old[check_id], new[check_id]
        if (before.score, before.outcome) != (after.score, after.outcome):
            lines.append(f"{check_id}: {before.outcome} ({before.score}), now {after.outcome} ({after.score})")
    if record.score != again.score and not lines:
        lines.append(f"score: {record.score}, now {again.score}")
    return lines
