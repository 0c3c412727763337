"""Write the report's pages from records alone: `OUT/index.html`, a page a lab, a page a student."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from labgrade.record.atomic import write_atomic
from labgrade.record.model import GradeRecord
from labgrade.record.store import latest
from labgrade.reports import pages
from labgrade.reports.code import CodeView, code_view
from labgrade.reports.tables import class_view, lab_view
from labgrade.reports.views import LabInfo, student_view

CodeOf = Callable[[str], Sequence[tuple[str, bytes]]]
"""From a submission's digest to its (path, bytes) pairs; empty where they are not kept."""


def build_reports(  # noqa: PLR0913  (what a page is made of; four are set once a course)
    records: Iterable[GradeRecord],
    out: Path,
    course_title: str,
    labs: Mapping[str, LabInfo],
    *,
    slug: Callable[[str], str],
    code_of: CodeOf | None = None,
) -> list[Path]:
    """Write every page and return their paths, the class's first.

    Args:
        records: of any labs and students; the current one of each student and lab counts.
        out: the output folder; it need not exist.
        course_title: for people.
        labs: what the course says of each lab; a lab that it does not know is shown by its id.
        slug: folder name of a student, as the record store uses it.
        code_of: the submission's files by digest; without it pages have no code view.
    """
    current = latest(records)
    written = build_overview(current.values(), out, course_title, labs, slug=slug)
    for (lab_id, _), record in current.items():
        lab = labs.get(lab_id) or LabInfo(lab_id, lab_id)
        written.append(build_student_page(record, lab, out, course_title, slug=slug, code_of=code_of))
    return written


def build_overview(
    records: Iterable[GradeRecord],
    out: Path,
    course_title: str,
    labs: Mapping[str, LabInfo],
    *,
    slug: Callable[[str], str],
) -> list[Path]:
    """Write the class's page and each lab's, and no student's; see `build_reports`."""
    current = latest(records)
    known = {lab: labs.get(lab) or LabInfo(lab, lab) for lab in _in_order(current, labs)}
    written = [_class_page(current, known.values(), out, course_title, slug)]
    students = {student for _, student in current}
    for lab in known.values():
        mine = [record for (owner, _), record in current.items() if owner == lab.id]
        view = lab_view(mine, lab, course_title, slug, students)
        written.append(_write(out / lab.id / "index.html", pages.lab_page(view)))
    return written


def build_student_page(  # noqa: PLR0913  (the same as above, for one)
    record: GradeRecord,
    lab: LabInfo,
    out: Path,
    course_title: str,
    *,
    slug: Callable[[str], str],
    code_of: CodeOf | None = None,
) -> Path:
    """Write one student's page, from its record and the submission's files; return its path."""
    view = student_view(record, lab, course_title, _code(record, code_of))
    return _write(out / lab.id / slug(record.student) / "index.html", pages.student_page(view))


def _class_page(
    current: Mapping[tuple[str, str], GradeRecord],
    labs: Iterable[LabInfo],
    out: Path,
    course_title: str,
    slug: Callable[[str], str],
) -> Path:
    linked = [(lab, f"{lab.id}/index.html") for lab in labs]
    return _write(out / "index.html", pages.class_page(class_view(current, linked, course_title, slug)))


def _in_order(current: Iterable[tuple[str, str]], labs: Mapping[str, LabInfo]) -> list[str]:
    """Labs that have a record, in the course's order; then those that the course does not know."""
    graded = {lab for lab, _ in current}
    return [lab for lab in labs if lab in graded] + sorted(graded - set(labs))


def _code(record: GradeRecord, code_of: CodeOf | None) -> CodeView:
    if code_of is None:
        return CodeView()
    return code_view(code_of(record.provenance.digests.submission), record.provenance.entries)


def _write(path: Path, page: str) -> Path:
    """Write a page where it changed; whoever watches the folder sees only what is new."""
    data = page.encode("utf-8")
    if not (path.is_file() and path.read_bytes() == data):
        write_atomic(path, data, durable=False)
    return path
