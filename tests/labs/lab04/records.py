"""What the tests of lab 4 share: sources, and what a record says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labgrade.record.model import Check, GradeRecord

LAB = "lab04_feedforward"
HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SOLUTION = (ROOT / "reference_solutions" / f"{LAB}.py").read_text(encoding="utf-8")
STUB = (ROOT / "assignments" / LAB / f"{LAB}.py").read_text(encoding="utf-8")
MARKS = {"q1": 12, "q2": 8, "q3": 6, "q4": 24}


def sources(folder: str) -> dict[str, str]:
    """Return the sources of a folder beside this file, by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((HERE / folder).glob("*.py"))}


def with_override(override: str) -> str:
    """Return the reference solution with later definitions of some of its names."""
    return f"{SOLUTION}\n\n{override}"


def checks(record: GradeRecord, exercise: str = "") -> list[Check]:
    """Return the checks of a record, or of one of its exercises."""
    return [check for item in record.exercises if exercise in ("", item.id) for check in item.checks]


def passed(record: GradeRecord) -> set[str]:
    """Return the ids of the checks that passed."""
    return {check.id for check in checks(record) if check.outcome == "passed"}


def short(record: GradeRecord) -> dict[str, str]:
    """Return what is said where a check did not pass."""
    return {check.id: check.feedback for check in checks(record) if check.outcome != "passed"}


def lost(record: GradeRecord) -> set[str]:
    """Return the exercises without full marks."""
    return {item.id for item in record.exercises if item.score != item.max_score}


def mistakes(record: GradeRecord) -> set[str]:
    """Return the mistakes that were named, without the lab's id."""
    return {check.misconception.removeprefix(f"{LAB}.") for check in checks(record) if check.misconception}
