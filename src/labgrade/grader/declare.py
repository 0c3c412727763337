"""How an author declares exercises and checks: two decorators over pytest's own markers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from labgrade.grader.compare import Mistake

CHECK_MARKER = "labgrade_check"
EXERCISE_MARKER = "labgrade_exercise"

F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)


def check(
    marks: int | str, *, hint: str = "", mistakes: Sequence[Mistake] = (), needs: Sequence[str] = ()
) -> Callable[[F], F]:
    """Make a test function a check.

    Args:
        marks: what it is worth, an int or a decimal string ("0.5").
        hint: one sentence that a student reads when the check did not pass.
        mistakes: known mistakes that show as an exception (`Mistake(slug, raises=…)`).
        needs: ids of exercises that must pass for this check to make sense; else it is skipped.

    The first line of the function's docstring is its title.
    """
    marker = getattr(pytest.mark, CHECK_MARKER)
    return marker(marks=marks, hint=hint, mistakes=tuple(mistakes), needs=tuple(needs))  # type: ignore[no-any-return]


def exercise(exercise_id: str) -> Callable[[C], C]:
    """Make a test class the checks of one exercise of the lab ("q1")."""
    marker = getattr(pytest.mark, EXERCISE_MARKER)
    return marker(exercise_id)  # type: ignore[no-any-return]
