"""The instructor's pages as data: one lab (students by exercises), and the class (students by labs)."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from labgrade.record.model import GradeRecord
from labgrade.reports.distributions import distributions
from labgrade.reports.plots.data import Plot
from labgrade.reports.text import number, shown, visible
from labgrade.reports.views import ID_LIMIT, LabInfo, Score, score_of

BINS = 10
_MAX_MISCONCEPTIONS = 10


class Cell(NamedTuple):
    """One number of a table.

    Attributes:
        score: None where there is no record.
        href: the page that it leads to, or "".
    """

    score: Score | None
    href: str = ""


class Row(NamedTuple):
    """One student.

    Attributes:
        student: id, fit to be shown.
        href: the student's page, or "".
        cells: a cell a column.
        total: the row's sum.
        notes: what the total leaves out ("1 missing"), or findings.
    """

    student: str
    href: str
    cells: tuple[Cell, ...]
    total: Score
    notes: str


class Column(NamedTuple):
    """One exercise or one lab."""

    id: str
    title: str
    of: Decimal
    href: str = ""


class Facility(NamedTuple):
    """How an exercise went: the mean share of its marks, over those graded."""

    column: Column
    percent: int | None
    full: int
    graded: int


class Mistake(NamedTuple):
    """A misconception and how many students' work shows it."""

    name: str
    exercise: str
    students: int


class Bar(NamedTuple):
    """One bar of the distribution: scores from `low` to below `high` percent."""

    low: int
    high: int
    students: int


@dataclass(frozen=True)
class Summary:
    """Key figures over those fully graded; None where there are none."""

    students: int
    graded: int
    mean: str | None
    median: str | None
    full: int


@dataclass(frozen=True)
class LabView:
    """Everything on a lab's page."""

    course_title: str
    lab: LabInfo
    of: Decimal
    summary: Summary
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    missing: tuple[str, ...]
    bars: tuple[Bar, ...]
    facilities: tuple[Facility, ...]
    mistakes: tuple[Mistake, ...]
    measured: tuple[Plot, ...]
    provenance: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ClassView:
    """Everything on the class's page."""

    course_title: str
    columns: tuple[Column, ...]
    summaries: tuple[Summary, ...]
    rows: tuple[Row, ...]
    missing: int
    not_graded: int


Slug = Callable[[str], str]


def natural(text: str) -> list[tuple[int, str]]:
    """Sort key under which s2 comes before s10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"([0-9]{1,18})", text)]


def lab_view(
    records: Sequence[GradeRecord], lab: LabInfo, course_title: str, slug: Slug, students: Iterable[str]
) -> LabView:
    """Build a lab's page from the current record of each student; `students` are all of the class."""
    records = sorted(records, key=lambda r: natural(r.student))
    columns = _exercise_columns(records, lab)
    present = {record.student for record in records}
    return LabView(
        course_title=course_title,
        lab=lab,
        of=max((r.max_score for r in records), default=Decimal(0)),
        summary=_summary(records),
        columns=columns,
        rows=tuple(_lab_row(record, columns, slug) for record in records),
        missing=tuple(shown(s, ID_LIMIT) for s in sorted(set(students) - present, key=natural)),
        bars=_distribution(records),
        facilities=tuple(_facility(column, records) for column in columns),
        mistakes=_mistakes(records, lab),
        measured=distributions(records),
        provenance=_provenance(records),
    )


def _exercise_columns(records: Sequence[GradeRecord], lab: LabInfo) -> tuple[Column, ...]:
    titles = dict(lab.exercises)
    marks: dict[str, Decimal] = {}
    for record in records:
        for exercise in record.exercises:
            titles.setdefault(exercise.id, exercise.title)
            marks[exercise.id] = max(marks.get(exercise.id, Decimal(0)), exercise.max_score)
    return tuple(Column(key, title, marks.get(key, Decimal(0))) for key, title in titles.items())


def _lab_row(record: GradeRecord, columns: Sequence[Column], slug: Slug) -> Row:
    href = f"{slug(record.student)}/index.html"
    scores = {exercise.id: score_of(exercise) for exercise in record.exercises}
    cells = tuple(Cell(scores.get(column.id), f"{href}#exercise-{column.id}") for column in columns)
    count = len(record.findings)
    return Row(shown(record.student, ID_LIMIT), href, cells, score_of(record), str(count) if count else "")


def _summary(records: Sequence[GradeRecord]) -> Summary:
    scores = [r.score for r in records if r.score is not None]
    return Summary(
        students=len(records),
        graded=len(scores),
        mean=_one_decimal(statistics.mean(scores)) if scores else None,
        median=_one_decimal(statistics.median(scores)) if scores else None,
        full=sum(r.score == r.max_score for r in records),
    )


def _one_decimal(value: Decimal) -> str:
    return number(round(value, 1))


def _distribution(records: Sequence[GradeRecord]) -> tuple[Bar, ...]:
    width = 100 // BINS
    shares = (score_of(r).percent for r in records if r.score is not None)
    counts = Counter(min(share // width, BINS - 1) for share in shares)
    return tuple(Bar(i * width, (i + 1) * width, counts[i]) for i in range(BINS))


def _facility(column: Column, records: Sequence[GradeRecord]) -> Facility:
    scores = [score_of(e) for r in records for e in r.exercises if e.id == column.id]
    known = [score for score in scores if score.got is not None]
    shares = [score.got / score.of for score in known if score.got is not None and score.of]
    mean = round(100 * statistics.mean(shares)) if shares else None
    return Facility(column, mean, sum(score.got == score.of for score in known), len(known))


def _mistakes(records: Sequence[GradeRecord], lab: LabInfo) -> tuple[Mistake, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for record in records:
        counts.update(
            {(e.id, c.misconception) for e in record.exercises for c in e.checks if c.misconception}
        )
    common = sorted(counts.items(), key=lambda item: (-item[1], natural(item[0][0]), item[0][1]))
    return tuple(
        Mistake(visible(lab.misconception(mistake)), exercise, count)
        for (exercise, mistake), count in common[:_MAX_MISCONCEPTIONS]
    )


def _provenance(records: Sequence[GradeRecord]) -> tuple[tuple[str, str], ...]:
    """Say how the marks were made; several values where not all were made alike."""
    sources = [record.provenance for record in records]
    facts = {
        "Data set": [p.dataset for p in sources],
        "Device": [p.device for p in sources],
        "Student code ran in": [p.executor for p in sources],
        "labgrade": [p.versions.get("labgrade", "") for p in sources],
        "torch": [p.versions.get("torch", "") for p in sources],
        "Grader (digest)": [p.digests.grader[:12] for p in sources],
        "Isolation layers not in force": [
            ", ".join(layer.name for layer in p.isolation if not layer.in_force) for p in sources
        ],
    }
    return tuple((label, text) for label, values in facts.items() if (text := _distinct(values)))


def _distinct(values: Iterable[str]) -> str:
    return visible(" · ".join(sorted({value for value in values if value})))


def class_view(
    latest: Mapping[tuple[str, str], GradeRecord],
    labs: Sequence[tuple[LabInfo, str]],
    course_title: str,
    slug: Slug,
) -> ClassView:
    """Build the class's page.

    Args:
        latest: the current record of each (lab, student).
        labs: each lab and the link to its page.
        course_title: for people.
        slug: folder name of a student.
    """
    columns = tuple(Column(lab.id, lab.title, _marks(latest, lab.id), href) for lab, href in labs)
    students = sorted({student for _, student in latest}, key=natural)
    rows = tuple(_class_row(student, latest, columns, slug) for student in students)
    cells = [cell for row in rows for cell in row.cells]
    return ClassView(
        course_title=course_title,
        columns=columns,
        summaries=tuple(_summary(_of_lab(latest, column.id)) for column in columns),
        rows=rows,
        missing=sum(cell.score is None for cell in cells),
        not_graded=sum(cell.score is not None and cell.score.got is None for cell in cells),
    )


def _marks(latest: Mapping[tuple[str, str], GradeRecord], lab: str) -> Decimal:
    return max((r.max_score for r in _of_lab(latest, lab)), default=Decimal(0))


def _of_lab(latest: Mapping[tuple[str, str], GradeRecord], lab: str) -> list[GradeRecord]:
    return [record for (owner, _), record in latest.items() if owner == lab]


def _class_row(
    student: str, latest: Mapping[tuple[str, str], GradeRecord], columns: Sequence[Column], slug: Slug
) -> Row:
    cells = []
    for column in columns:
        record = latest.get((column.id, student))
        href = f"{column.id}/{slug(student)}/index.html"
        cells.append(Cell(score_of(record), href) if record else Cell(None))
    return Row(shown(student, ID_LIMIT), "", tuple(cells), _total(cells), _left_out(cells))


def _total(cells: Sequence[Cell]) -> Score:
    """Add up what there is: a missing lab adds nothing to either side; it is not a 0."""
    known = [c.score for c in cells if c.score is not None and c.score.got is not None]
    got = sum((score.got for score in known if score.got is not None), Decimal(0))
    return Score(got, sum((score.of for score in known), Decimal(0)))


def _left_out(cells: Sequence[Cell]) -> str:
    missing = sum(cell.score is None for cell in cells)
    not_graded = sum(cell.score is not None and cell.score.got is None for cell in cells)
    parts = [f"{missing} missing" if missing else "", f"{not_graded} not graded" if not_graded else ""]
    return ", ".join(part for part in parts if part)
