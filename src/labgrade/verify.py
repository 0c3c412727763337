"""Reproducing marks: every current record is graded again from its own bytes and seed, and compared.

A record names no program, path or option that is obeyed here: grader and data are this installation's,
looked up by digest, and where they are others, that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from labgrade.batch.run import require_hidden
from labgrade.course import Lab
from labgrade.errors import UserError, WorkerLost
from labgrade.executors import (
    RunningExecutor,
    data_for,
    require_confinement,
    require_known_layers,
    start_executor,
)
from labgrade.grader.checks import PlannedCheck
from labgrade.grader.collect import with_checks_of
from labgrade.grader.grade import LabGrading, RunOptions
from labgrade.intake.model import Member, Rejection, Submission, digest_members
from labgrade.intake.slug import safe_slug
from labgrade.record.model import Check, GradeRecord
from labgrade.record.store import RecordChanged, RecordStore, Stored, latest
from labgrade.record.submissions import SubmissionLost
from labgrade.settings import Settings
from labgrade.worker.executor import Executor

State = Literal["same", "differs", "changed", "unknown lab", "not run"]
"""How a comparison ended: the record or its bytes were "changed", its lab is none of the course's, or a
check was "not run" then or now, so that nothing can be said."""


@dataclass(frozen=True)
class Comparison:
    """A record held against a new grading of the same bytes.

    Attributes:
        path: the record's file.
        state: how it ended.
        why: a line for each difference, for what could not be compared, and for what is another version.
    """

    path: Path
    state: State
    why: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether every mark and outcome came out again."""
        return self.state == "same"

    @property
    def differs(self) -> bool:
        """Whether a mark differs, or the record or its bytes were changed."""
        return self.state in {"differs", "changed"}

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as `verify --json` prints it."""
        return {
            "record": str(self.path),
            "same": self.same,
            "differs": self.differs,
            "state": self.state,
            "why": list(self.why),
        }


Told = Callable[[Comparison], None]


def verify_records(path: Path, settings: Settings, told: Told | None = None) -> list[Comparison]:
    """Grade the records at `path` again.

    Args:
        path: one record's file, or the output folder (or a lab's or student's in it), of which every
            student's current record counts.
        settings: course, executor, layers that may be missing.
        told: told of each comparison as it is made.

    Raises:
        UserError: nothing to verify, hidden checks are absent, or the machine cannot confine.
    """
    require_known_layers(settings)
    store, found, problems = _find(path)
    labs = {lab.id: lab for lab in settings.course.labs if any(s.record.lab == lab.id for s in found)}
    require_hidden(tuple(labs.values()))
    comparisons: list[Comparison] = []

    def tell(comparison: Comparison) -> None:
        comparisons.append(comparison)
        if told is not None:
            told(comparison)

    for problem in problems:
        tell(Comparison(problem.path, "changed", (problem.why,)))
    for stored in found:
        if stored.record.lab not in labs:
            tell(Comparison(stored.path, "unknown lab", (f"{stored.record.lab} is no lab of this course",)))
    if labs:
        known = [stored for stored in found if stored.record.lab in labs]
        _compare_all(known, labs, settings, store, tell)
    return comparisons


def _find(path: Path) -> tuple[RecordStore, list[Stored], list[RecordChanged]]:
    if not path.exists():
        raise UserError("There is no such file or folder.", str(path), _GIVE)
    problems: list[RecordChanged] = []
    if path.is_dir():
        store = RecordStore(_output_folder(path), safe_slug, problems.append)
        found = _current_below(path, store)
        problems = [problem for problem in problems if _lies_below(problem.path, path)]
    else:
        store = RecordStore(path.resolve().parent.parent.parent, safe_slug)
        found = _one(path, store, problems)
    if not found and not problems:
        raise UserError("There are no records.", str(path), _GIVE)
    return store, found, problems


_GIVE = "Give a record, or the folder that `labgrade grade --out` wrote."


def _output_folder(path: Path) -> Path:
    """Return the output folder that a folder is, or lies in."""
    candidates = (path, path / "..", path / ".." / "..")
    return next((place for place in candidates if (place / "runs.jsonl").is_file()), path)


def _current_below(path: Path, store: RecordStore) -> list[Stored]:
    every = list(store.stored())
    current = set(map(id, latest(stored.record for stored in every).values()))
    return [s for s in every if id(s.record) in current and _lies_below(s.path, path)]


def _lies_below(place: Path, folder: Path) -> bool:
    # What an output folder's records are called may begin with the steps that led up to it.
    return place.resolve().is_relative_to(folder.resolve())


def _one(path: Path, store: RecordStore, problems: list[RecordChanged]) -> list[Stored]:
    try:
        return [Stored(path, store.load_in_place(path.resolve().parent / path.name))]
    except RecordChanged as problem:
        problems.append(RecordChanged(path, problem.why))
        return []


def _compare_all(
    found: Sequence[Stored], labs: Mapping[str, Lab], settings: Settings, store: RecordStore, tell: Told
) -> None:
    root = settings.course.root

    def start() -> Executor:
        return start_executor(settings, labs.values(), hide=(store.root.absolute(),))

    with closing(RunningExecutor(start)) as running:
        verifier = _Verifier(labs, store, running, settings)

        def compare(checks: Sequence[PlannedCheck]) -> None:
            require_confinement(running.executor, settings.allow_missing_layers)
            for stored in found:
                tell(verifier.verify(stored, checks))

        with_checks_of(labs.values(), root / "graders", compare)


class _Verifier:
    """Grades records again, from one warm zygote."""

    def __init__(
        self,
        labs: Mapping[str, Lab],
        store: RecordStore,
        running: RunningExecutor,
        settings: Settings,
    ) -> None:
        self._settings = settings
        self._labs = labs
        self._store = store
        self._running = running

    def verify(self, stored: Stored, checks: Sequence[PlannedCheck]) -> Comparison:
        """Grade one record again and compare."""
        record = stored.record
        lab = self._labs[record.lab]
        try:
            grading = LabGrading(lab, checks, _options(record, lab, self._settings))
            submission = _submission(record, self._store)
            again = self._running.twice(lambda executor: grading.grade(submission, executor, record.sequence))
        except SubmissionLost as error:
            return Comparison(stored.path, "changed", (str(error),))
        except (WorkerLost, OSError, UserError) as error:
            return Comparison(stored.path, "not run", (str(error),))
        return _comparison(stored, again)


def _submission(record: GradeRecord, store: RecordStore) -> Submission | Rejection:
    """Return what a record graded, from the bytes that are kept.

    Raises:
        SubmissionLost: they are not there, or not those that the record names.
    """
    digest, entries = record.provenance.digests.submission, record.provenance.entries
    if digest == digest_members(()):
        return Rejection(record.student, record.lab, "", record.findings, digest)
    members = tuple(Member(path, data) for path, data in store.submission(digest).files)
    if not set(entries) <= {member.path for member in members}:
        raise SubmissionLost(f"the submission {digest[:12]} lacks a file that the record says was run")
    # Which files run is the record's word: equal bytes may be a hand-in for two labs.
    return Submission(record.student, record.lab, "", members, entries, digest)


def _options(record: GradeRecord, lab: Lab, settings: Settings) -> RunOptions:
    provenance = record.provenance
    every = tuple(plan.id for plan in lab.exercises)
    limited = () if provenance.exercises_run == every else provenance.exercises_run
    return RunOptions(
        provenance.seed,
        provenance.device,
        provenance.dataset,
        limited,
        provenance.overridden_layers,
        data_for(replace(settings, dataset=provenance.dataset), [lab]),
    )


def _comparison(stored: Stored, again: GradeRecord) -> Comparison:
    differences = _differences(stored.record, again)
    notes = (*differences, *_other_circumstances(stored.record, again))
    if again.score is None or stored.record.score is None:
        return Comparison(stored.path, "not run", (*notes, "a check was not run"))
    return Comparison(stored.path, "differs" if differences else "same", notes)


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
    old, new = _checks(record), _checks(again)
    lines = [f"{check_id}: only in one of the two" for check_id in sorted(old.keys() ^ new.keys())]
    for check_id in sorted(old.keys() & new.keys()):
        before, after = _said(old[check_id]), _said(new[check_id])
        if before != after:
            lines.append(f"{check_id}: {before}, now {after}")
    return lines


def _checks(record: GradeRecord) -> dict[str, Check]:
    return {check.id: check for exercise in record.exercises for check in exercise.checks}


def _said(check: Check) -> str:
    score = "open" if check.score is None else f"{check.score.normalize():f}"
    return f"{check.outcome} ({score} of {check.max_score.normalize():f})"
