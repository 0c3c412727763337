"""The folder of records: one immutable file a grading, and the submissions' bytes beside them.

OUT/LAB/STUDENT/TIME-DIGEST.json    a record; DIGEST is the head of its own SHA-256
OUT/submitted/DIGEST.zip            the submission that it graded
OUT/runs.jsonl                      seeds and options of the runs
OUT/.lock                           held by the one batch that writes
"""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from filelock import BaseFileLock, FileLock, Timeout
from pydantic import JsonValue

from labgrade.errors import LabgradeError, UserError
from labgrade.record import submissions
from labgrade.record.atomic import make_folder, sweep, write_atomic
from labgrade.record.clean import valid_unicode
from labgrade.record.codec import MAX_BYTES, NotARecord, decode, encode, short_digest
from labgrade.record.model import GradeRecord
from labgrade.record.runs import RunLog
from labgrade.record.submissions import StoredSubmission

SUBMITTED = "submitted"
_LAB_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


class RecordChanged(LabgradeError):
    """A record's file is damaged, or not what was written.

    Attributes:
        path: the file.
        why: a clause with "it" for the file: "its bytes are not those of its name".
    """

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


class RecordWarning(UserWarning):
    """A record was passed over because its file was changed."""


class Stored(NamedTuple):
    """A record and the file it was read from."""

    path: Path
    record: GradeRecord


def _warn(problem: RecordChanged) -> None:
    warnings.warn(f"{problem} (passed over)", RecordWarning, stacklevel=2)


class RecordStore:
    """Records, submissions and the journal of runs in one output folder.

    Args:
        root: the output folder; it need not exist.
        slug: turns a student's id into a safe folder name, different for different ids.
        on_changed: told of each damaged record that `records` and `current` pass over.
    """

    def __init__(
        self,
        root: Path,
        slug: Callable[[str], str],
        on_changed: Callable[[RecordChanged], None] = _warn,
    ) -> None:
        self.root = root
        self._slug = slug
        self._on_changed = on_changed
        self._runs = RunLog(root / "runs.jsonl")

    # -- writing ---------------------------------------------------------------------------------

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder for one batch; sweep up first what a killed one left half-written.

        Raises:
            UserError: another process holds it, or the folder cannot be written to.
        """
        lock = self._acquired()
        try:
            sweep(self._own_folders())
            yield
        finally:
            lock.release()

    def put(self, record: GradeRecord) -> Path:
        """Write a record and return its path. The same record again is the same file.

        Raises:
            ValueError: the record is larger than what would be read back.
        """
        raw = encode(record)
        if len(raw) > MAX_BYTES:
            raise ValueError(f"the record of {record.student} is larger than {MAX_BYTES} bytes")
        path = self.folder(record.lab, record.student) / _file_name(record, raw)
        write_atomic(path, raw)
        return path

    def next_sequence(self, lab: str, student: str) -> int:
        """Return the number for the next record of a student; to be asked for under the lock.

        Damaged files count too: a number is never given twice, even where one is repaired later.
        """
        paths = self._paths(lab, student)
        numbers = [stored.record.sequence for stored in self._read(paths)]
        return max([len(paths), *numbers]) + 1

    def folder(self, lab: str, student: str) -> Path:
        """Return the folder of one student's records in one lab."""
        return self._lab_folder(lab) / self._name(student)

    # -- reading ---------------------------------------------------------------------------------

    def load(self, path: Path) -> GradeRecord:
        """Read one record strictly.

        Raises:
            RecordChanged: unreadable, malformed, or its bytes and its name differ.
        """
        raw = _read_bounded(path)
        try:
            record = decode(raw)
        except NotARecord as error:
            raise RecordChanged(path, str(error)) from None
        if path.name != _file_name(record, raw):
            raise RecordChanged(path, f"its bytes are not those of its name ({short_digest(raw)} now)")
        return record

    def load_in_place(self, path: Path) -> GradeRecord:
        """Load a record and hold it to its folder: one moved to another student is not theirs.

        Raises:
            RecordChanged: see `load`; or it lies in another's folder.
        """
        record = self.load(path)
        place = path.parent
        if (place.parent.name, place.name) != (record.lab, self._name(record.student)):
            raise RecordChanged(path, f"it is the record of {record.student!r} in {record.lab!r}")
        return record

    def stored(self, lab: str | None = None, student: str | None = None) -> Iterator[Stored]:
        """Yield records with their files, by path; damaged ones go to `on_changed` instead."""
        yield from self._read(self._paths(lab, student))

    def records(self, lab: str | None = None, student: str | None = None) -> Iterator[GradeRecord]:
        """Yield the records of a lab, a student, both or all; see `stored`."""
        return (found.record for found in self.stored(lab, student))

    def ranked(self, lab: str, student: str) -> list[Stored]:
        """Return a student's records by sequence, whatever the clocks say: the last one counts."""
        return sorted(self.stored(lab, student), key=lambda found: _rank(found.record))

    def current(self, lab: str, student: str) -> GradeRecord | None:
        """Return the record that counts, or None."""
        ranked = self.ranked(lab, student)
        return ranked[-1].record if ranked else None

    def problems(self) -> list[RecordChanged]:
        """Return every damaged or misplaced record of the folder."""
        found: list[RecordChanged] = []
        list(self._read(self._paths(None, None), found.append))
        return found

    # -- submissions and runs --------------------------------------------------------------------

    def put_submission(self, digest: str, files: Iterable[tuple[str, bytes]], entries: Sequence[str]) -> Path:
        """Keep a submission's (path, bytes) pairs by digest; see `submissions.put`."""
        return submissions.put(self.root / SUBMITTED, digest, files, entries)

    def submission(self, digest: str) -> StoredSubmission:
        """Return a kept submission, verified; raises `submissions.SubmissionLost`."""
        return submissions.get(self.root / SUBMITTED, digest)

    def note_run(self, seed: int, options: Mapping[str, JsonValue]) -> str:
        """Note a run before its first record; return its id for `note_run_end`."""
        return self._runs.start(seed, options)

    def note_run_end(self, run: str) -> None:
        """Note that a run came to its end."""
        self._runs.end(run)

    def unfinished_run(self, options: Mapping[str, JsonValue]) -> int | None:
        """Return the seed of the last run with these options if it did not come to its end."""
        return self._runs.unfinished(options)

    # -- inside ----------------------------------------------------------------------------------

    def _acquired(self) -> BaseFileLock:
        place = str(self.root)
        try:
            make_folder(self.root)
            lock = FileLock(self.root / ".lock")
            lock.acquire(timeout=0)
        except Timeout:
            what = "Another run is writing into this folder."
            raise UserError(what, place, "Wait until it ends, or choose another --out.") from None
        except OSError as error:
            what = f"This folder cannot be written to ({error.strerror})."
            raise UserError(what, place, "Choose another --out.") from None
        return lock

    def _lab_folder(self, lab: str) -> Path:
        if lab == SUBMITTED or not _LAB_NAME.fullmatch(lab):
            raise UserError(f"{lab[:80]!r} cannot be the id of a lab.", "", "Use letters, digits, - and _.")
        return self.root / lab

    def _name(self, student: str) -> str:
        # As the record spells it: an id with a lone surrogate is found under what was written.
        return self._slug(valid_unicode(student))

    def _paths(self, lab: str | None, student: str | None) -> list[Path]:
        labs = _folders(self.root) if lab is None else [self._lab_folder(lab)]
        places = [
            place
            for home in labs
            if home.name != SUBMITTED
            for place in (_folders(home) if student is None else [home / self._name(student)])
        ]
        return [path for place in places for path in sorted(place.glob("*.json"))]

    def _read(
        self, paths: Iterable[Path], on_changed: Callable[[RecordChanged], None] | None = None
    ) -> Iterator[Stored]:
        for path in paths:
            try:
                yield Stored(path, self.load_in_place(path))
            except RecordChanged as problem:
                (on_changed or self._on_changed)(problem)

    def _own_folders(self) -> list[Path]:
        labs = _folders(self.root)
        return [self.root, *labs, *(place for lab in labs for place in _folders(lab))]


def latest(records: Iterable[GradeRecord]) -> dict[tuple[str, str], GradeRecord]:
    """Return the record that counts for each (lab, student)."""
    best: dict[tuple[str, str], GradeRecord] = {}
    for record in records:
        key = record.lab, record.student
        if key not in best or _rank(best[key]) < _rank(record):
            best[key] = record
    return best


def _rank(record: GradeRecord) -> tuple[int, str]:
    # Two records of one sequence exist only where somebody copied folders together; any rule that
    # does not depend on the order of reading will do.
    return record.sequence, short_digest(encode(record))


def _file_name(record: GradeRecord, raw: bytes) -> str:
    finished = datetime.fromisoformat(record.provenance.finished).astimezone(UTC)
    return f"{finished:%Y%m%dT%H%M%S.%fZ}-{short_digest(raw)}.json"


def _folders(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    return sorted(p for p in place.iterdir() if p.is_dir() and not p.name.startswith("."))


def _read_bounded(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise RecordChanged(path, f"it cannot be read ({error.strerror})") from None
    return raw
