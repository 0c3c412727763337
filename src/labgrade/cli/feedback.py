"""What a student reads after `labgrade check`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from labgrade.intake.names import visible

if TYPE_CHECKING:
    from labgrade.course import ExercisePlan, Lab
    from labgrade.record.model import Check, Exercise, Finding, GradeRecord

_SIGNS = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "error": ("✗", "red"),
    "timeout": ("✗", "red"),
    "crashed": ("✗", "red"),
    "not_attempted": ("·", "yellow"),
    "skipped": ("·", "yellow"),
    "not_run": ("?", "magenta"),
}
_LONGEST = 2_000


def show(record: GradeRecord, lab: Lab, *, clear: bool = False) -> None:
    """Print findings, then each exercise with its checks, then the sum; never "all passed" alone.

    Args:
        record: of the self-check.
        lab: its lab, which says what runs at grading.
        clear: begin on an empty screen, where there is one.
    """
    console = Console(highlight=False)
    if clear:
        console.clear()
    for finding in record.findings:
        console.print(_finding(finding), soft_wrap=True)
    for exercise in record.exercises:
        _exercise(console, exercise)
    console.print(_summary(record, lab), soft_wrap=True)


def _finding(finding: Finding) -> Text:
    place = f"{finding.where}: " if finding.where else ""
    return Text.assemble(("note  ", "bold yellow"), visible(f"{place}{finding.message}", _LONGEST))


def _exercise(console: Console, exercise: Exercise) -> None:
    title = Text.assemble((f"{exercise.id}  {exercise.title}", "bold"))
    score = "open" if exercise.score is None else f"{_mark(exercise.score)} of {_mark(exercise.max_score)}"
    title.append(f"   {score} visible marks", "dim")
    console.print(title, soft_wrap=True)
    for check in exercise.checks:
        _check(console, check)


def _check(console: Console, check: Check) -> None:
    sign, style = _SIGNS[check.outcome]
    score = "" if check.score is None else f"{_mark(check.score)}/"
    line = Text.assemble((f"  {sign} ", style), check.title, (f"   {score}{_mark(check.max_score)}", "dim"))
    console.print(line, soft_wrap=True)
    if check.feedback:
        console.print(Padding(Text(visible(check.feedback, _LONGEST)), (0, 0, 0, 4)))
    if check.hint:
        console.print(Padding(Text.assemble(("hint: ", "bold"), visible(check.hint, _LONGEST)), (0, 0, 0, 4)))
    if check.misconception:
        console.print(Padding(Text(f"recognised: {check.misconception}", "dim"), (0, 0, 0, 4)))


def _summary(record: GradeRecord, lab: Lab) -> Text:
    checks = [check for exercise in record.exercises for check in exercise.checks]
    passed = sum(check.outcome == "passed" for check in checks)
    plans = [plan for plan in lab.exercises if any(plan.id == exercise.id for exercise in record.exercises)]
    style = "bold green" if passed == len(checks) else "bold"
    marks = f"{_mark(_sum(check.score for check in checks))} of {_mark(record.max_score)} marks"
    if passed == len(checks):
        marks = f"{_mark(record.max_score)} marks"
    return Text(f"{passed} of {len(checks)} visible checks passed ({marks}); {_hidden(plans)}", style)


def _hidden(plans: Iterable[ExercisePlan]) -> str:
    plans = list(plans)
    number = sum(plan.hidden.checks for plan in plans)
    marks = sum((plan.hidden.marks for plan in plans), Decimal(0))
    noun, verb = ("check", "runs") if number == 1 else ("checks", "run")
    return f"{number} hidden {noun} ({_mark(marks)} marks) {verb} at grading"


def _sum(marks: Iterable[Decimal | None]) -> Decimal:
    return sum((mark for mark in marks if mark is not None), Decimal(0))


def _mark(mark: Decimal) -> str:
    return f"{mark.normalize():f}"
