"""The output folder of a run: records, submissions' bytes, the journal and the pages.

Whatever the disk says against it is one message, here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import JsonValue

from labgrade.course import Course
from labgrade.intake.model import Submission
from labgrade.intake.slug import safe_slug
from labgrade.publish import Publisher, writing_to
from labgrade.record.model import GradeRecord
from labgrade.record.store import RecordChanged, RecordStore, Stored


class Output:
    """Where a run writes.

    Every method raises UserError where the folder cannot be written to.

    Args:
        course: titles and labs, for the pages.
        root: the folder; it need not exist.

    Attributes:
        damaged: records that were passed over, by file.
    """

    def __init__(self, course: Course, root: Path) -> None:
        self.damaged: dict[Path, RecordChanged] = {}
        self._store = RecordStore(root, safe_slug, self._note_damaged)
        self._publisher = Publisher(course, self._store)

    def _note_damaged(self, problem: RecordChanged) -> None:
        self.damaged[problem.path] = problem

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder for one run; see `RecordStore.lock`."""
        with self._store.lock():
            yield

    def begin_run(self, seed: int, options: Mapping[str, JsonValue]) -> str:
        """Note a run before its first record; return its id."""
        with writing_to(self._store.root):
            return self._store.note_run(seed, options)

    def end_run(self, run: str) -> Path:
        """Write the pages of class and labs, and note that the run came to its end; return the first page."""
        with writing_to(self._store.root):
            index = self._publisher.overview()
            self._store.note_run_end(run)
            return index

    def unfinished_seed(self, options: Mapping[str, JsonValue]) -> int | None:
        """Return the seed of the last run with these options where it did not come to its end."""
        return self._store.unfinished_run(options)

    def keep_submission(self, submission: Submission) -> None:
        """Keep what a record will name by its digest."""
        files = [(member.path, member.data) for member in submission.members]
        with writing_to(self._store.root):
            self._store.put_submission(submission.digest, files, submission.entries)

    def put(self, record: GradeRecord) -> Path:
        """Write a record and its student's page; return the record's file."""
        with writing_to(self._store.root):
            path = self._store.put(record)
            self._publisher.student_page(record)
            return path

    def refresh_page(self, record: GradeRecord) -> None:
        """Write a student's page where it is not that of the record: a run may have been killed before it."""
        with writing_to(self._store.root):
            self._publisher.student_page(record)

    def next_sequence(self, lab: str, student: str) -> int:
        """Return the number of a student's next record."""
        return self._store.next_sequence(lab, student)

    def records(self, lab: str, student: str) -> list[Stored]:
        """Return a student's records in a lab, the current one last."""
        return self._store.ranked(lab, student)
