"""From a course and its record store to pages: the one place that knows both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from labgrade.course import Course, Lab
from labgrade.errors import UserError
from labgrade.intake.slug import safe_slug
from labgrade.record.model import GradeRecord
from labgrade.record.store import RecordStore
from labgrade.record.submissions import SubmissionLost
from labgrade.reports import pages
from labgrade.reports.build import build_overview, build_reports, build_student_page
from labgrade.reports.views import LabInfo


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn what the system says of a folder that cannot be written to into one message.

    Raises:
        UserError: in place of any OSError.
    """
    try:
        yield
    except OSError as error:
        raise UserError(
            f"The output folder cannot be written to ({error.strerror or error}).",
            str(folder),
            "Make room there, or choose another --out. What was written stands: run it again to go on.",
        ) from error


class Publisher:
    """Builds the pages of one output folder.

    Args:
        course: titles and labs.
        store: records and submissions' bytes.
    """

    def __init__(self, course: Course, store: RecordStore) -> None:
        self._course = course
        self._store = store
        self._labs = {lab.id: lab_info(lab) for lab in course.labs}
        pages.prepare()  # once, before jobs are forked

    def student_page(self, record: GradeRecord) -> Path:
        """Write the page of the student whom a record concerns."""
        lab = self._labs[record.lab]
        title = self._course.title
        return build_student_page(record, lab, self._store.root, title, slug=safe_slug, code_of=self._code)

    def overview(self) -> Path:
        """Write the class's page and each lab's; return the class's."""
        records = self._store.records()
        return build_overview(records, self._store.root, self._course.title, self._labs, slug=safe_slug)[0]

    def everything(self) -> list[Path]:
        """Write every page from records and kept submissions."""
        records = self._store.records()
        title = self._course.title
        return build_reports(records, self._store.root, title, self._labs, slug=safe_slug, code_of=self._code)

    def _code(self, digest: str) -> Sequence[tuple[str, bytes]]:
        try:
            return self._store.submission(digest).files
        except SubmissionLost:
            return ()


def lab_info(lab: Lab) -> LabInfo:
    """Return what reports say of a lab."""
    return LabInfo(lab.id, lab.title, tuple((plan.id, plan.title) for plan in lab.exercises))
