"""What a page may show. Each view is built field by field from a record: an allow-list.

A field that somebody adds to a record therefore shows nowhere until it is named here. All text in a
view has been through `text.visible`.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from labgrade.record.model import Check, Exercise, Finding, GradeRecord
from labgrade.reports.code import CodeView
from labgrade.reports.facts import Fact, facts_of
from labgrade.reports.outcomes import BADGES, Badge
from labgrade.reports.plots.data import Plot
from labgrade.reports.plots.read import plots_of
from labgrade.reports.text import number, percent, shown

ID_LIMIT = 80
TEXT_LIMIT = 4_000
OUTPUT_LIMIT = 20_000
_MAX_FINDINGS = 50
_FINDING_LIMIT = 1_000
_SHADES = (1, 40, 75, 100)
"""Percentages at which a heat-map cell gets its next shade; the templates' legends name them."""


@dataclass(frozen=True)
class LabInfo:
    """What the course says of a lab.

    Attributes:
        id: lab id.
        title: for people.
        exercises: (id, title) of each exercise, in order.
        misconceptions: id "LAB.EXERCISE.slug" to its name for people, where the course gives one.
    """

    id: str
    title: str
    exercises: tuple[tuple[str, str], ...] = ()
    misconceptions: Mapping[str, str] = field(default_factory=dict)

    def misconception(self, misconception_id: str) -> str:
        """Return the name of a known mistake; without one, the words of its slug."""
        words = misconception_id.rpartition(".")[2].replace("-", " ").replace("_", " ")
        return self.misconceptions.get(misconception_id, words)


@dataclass(frozen=True)
class Score:
    """Marks as a page shows them.

    Attributes:
        got: None where something was not graded, by our fault.
        of: what there was to be had.
        so_far: the marks of what was graded.
    """

    got: Decimal | None
    of: Decimal
    so_far: Decimal = Decimal(0)

    def __str__(self) -> str:
        return "not graded (our fault)" if self.got is None else f"{number(self.got)} of {number(self.of)}"

    @property
    def percent(self) -> int:
        """The share of the marks, 0 to 100, of what was graded so far."""
        return percent(self.so_far if self.got is None else self.got, self.of)

    @property
    def tone(self) -> str:
        """CSS class of a heat-map cell."""
        if self.got is None:
            return "ours"
        share = self.percent
        return f"h{bisect.bisect_right(_SHADES, share)}"


def score_of(part: GradeRecord | Exercise) -> Score:
    """Return the marks of a record or an exercise."""
    exercises = part.exercises if isinstance(part, GradeRecord) else (part,)
    known = [c.score for e in exercises for c in e.checks if c.score is not None]
    return Score(part.score, part.max_score, sum(known, Decimal(0)))


@dataclass(frozen=True)
class VisibleCheck:
    """A visible check, with all that its student may see."""

    id: str
    title: str
    passed: bool
    badge: Badge
    score: Score
    feedback: str
    hint: str
    misconception: str
    facts: tuple[Fact, ...]
    plots: tuple[Plot, ...]


@dataclass(frozen=True)
class HiddenCheck:
    """A hidden check: how it ended and our words about it, never what it checks."""

    name: str
    passed: bool
    badge: Badge
    score: Score
    feedback: str
    hint: str


@dataclass(frozen=True)
class ExerciseView:
    """One exercise on a student's page."""

    id: str
    title: str
    score: Score
    visible: tuple[VisibleCheck, ...]
    hidden: tuple[HiddenCheck, ...]


@dataclass(frozen=True)
class FindingView:
    """A finding, and the id of the line in the code view that it is about, or ""."""

    message: str
    where: str
    anchor: str


class Passed(NamedTuple):
    """Checks that passed, and all there are."""

    visible: int
    of_visible: int
    hidden: int
    of_hidden: int


@dataclass(frozen=True)
class StudentView:
    """Everything on a student's page, and nothing else of the record."""

    course_title: str
    student: str
    lab_title: str
    score: Score
    graded: str
    exercises: tuple[ExerciseView, ...]
    findings: tuple[FindingView, ...]
    more_findings: int
    output: str
    code: CodeView

    @property
    def title(self) -> str:
        """The page's title."""
        return f"{self.student} · {self.lab_title} · {self.score}"

    @property
    def passed(self) -> Passed:
        """How many checks passed."""
        visible = [check.passed for e in self.exercises for check in e.visible]
        hidden = [check.passed for e in self.exercises for check in e.hidden]
        return Passed(sum(visible), len(visible), sum(hidden), len(hidden))


def student_view(record: GradeRecord, lab: LabInfo, course_title: str, code: CodeView) -> StudentView:
    """Choose from a record what its student may see."""
    return StudentView(
        course_title=course_title,
        student=shown(record.student, ID_LIMIT),
        lab_title=lab.title,
        score=score_of(record),
        graded=graded_at(record),
        exercises=tuple(_exercise(exercise, lab) for exercise in record.exercises),
        findings=tuple(_finding(finding, code) for finding in record.findings[:_MAX_FINDINGS]),
        more_findings=max(0, len(record.findings) - _MAX_FINDINGS),
        output=shown(record.output.rstrip(), OUTPUT_LIMIT),
        code=code,
    )


def graded_at(record: GradeRecord) -> str:
    """Return when a record was made: "24 November 2026, 06:04 UTC"."""
    time = datetime.fromisoformat(record.provenance.finished).astimezone(UTC)
    return f"{time.day} {time:%B %Y, %H:%M} UTC"


def _exercise(exercise: Exercise, lab: LabInfo) -> ExerciseView:
    visible = [check for check in exercise.checks if check.visibility == "visible"]
    hidden = [check for check in exercise.checks if check.visibility != "visible"]
    return ExerciseView(
        id=exercise.id,
        title=exercise.title,
        score=score_of(exercise),
        visible=tuple(_visible(check, lab) for check in visible),
        hidden=tuple(_hidden(check, place, exercise.id) for place, check in enumerate(hidden, 1)),
    )


def _visible(check: Check, lab: LabInfo) -> VisibleCheck:
    return VisibleCheck(
        id=check.id,
        title=shown(check.title, TEXT_LIMIT),
        passed=check.outcome == "passed",
        badge=BADGES[check.outcome],
        score=Score(check.score, check.max_score),
        feedback=shown(check.feedback, TEXT_LIMIT),
        hint=shown(check.hint, TEXT_LIMIT),
        misconception=lab.misconception(check.misconception) if check.misconception else "",
        facts=facts_of(check.evidence),
        plots=plots_of(check.evidence),
    )


def _hidden(check: Check, place: int, exercise_id: str) -> HiddenCheck:
    return HiddenCheck(
        name=f"Hidden check {place} of {exercise_id}",
        passed=check.outcome == "passed",
        badge=BADGES[check.outcome],
        score=Score(check.score, check.max_score),
        feedback=shown(check.feedback, TEXT_LIMIT),
        hint=shown(check.hint, TEXT_LIMIT),
    )


def _finding(finding: Finding, code: CodeView) -> FindingView:
    return FindingView(
        message=shown(finding.message, _FINDING_LIMIT),
        where=shown(finding.where or "", 200),
        anchor=code.anchor_of(finding.where),
    )
