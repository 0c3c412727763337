"""From checks to exercises and records: pure sums, exact, and unknown where any part is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from labgrade.record.marks import add_marks
from labgrade.record.model import Check, Exercise


class Total(NamedTuple):
    """A score and what there was to be had.

    Attributes:
        score: None where a part was not run.
        max_score: the sum of all parts, run or not.
    """

    score: Decimal | None
    max_score: Decimal


def total(parts: Iterable[Check | Exercise]) -> Total:
    """Add up checks, or exercises. Order does not matter; nothing is rounded."""
    parts = list(parts)
    return Total(add_marks(part.score for part in parts), sum((p.max_score for p in parts), Decimal(0)))


def exercise_of(exercise_id: str, title: str, checks: Iterable[Check]) -> Exercise:
    """Return the exercise that these checks make; its score is their sum."""
    checks = tuple(checks)
    score, max_score = total(checks)
    return Exercise(id=exercise_id, title=title, score=score, max_score=max_score, checks=checks)


def full_marks(exercise: Exercise) -> bool:
    """Tell whether every check of an exercise passed."""
    return all(check.outcome == "passed" for check in exercise.checks)
