"""How an author declares exercises and checks: two decorators over pytest's own markers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from labgrade.grader.compare import Mistake
    from labgrade.record.model import Visibility

CHECK_MARKER = "labgrade_check"
EXERCISE_MARKER = "labgrade_exercise"
GRADER_MODULES: dict[str, Visibility] = {"test_visible": "visible", "test_hidden": "hidden"}
"""Visibility is where a check lies, so it cannot leak by a forgotten marker."""

SHARED_MODULE = "shared.py"
"""What both modules of a lab share, `from LAB.shared import …`; students have it, as the visible checks."""

F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)


def check(
    marks: int | str,
    *,
    hint: str = "",
    mistakes: Sequence[Mistake] = (),
    needs: Sequence[str] = (),
    self_report: bool = False,
) -> Callable[[F], F]:
    """Make a test function a check.

    Args:
        marks: what it is worth, an int or a decimal string ("0.5").
        hint: one sentence that a student reads when the check did not pass.
        mistakes: known mistakes that show as an exception (`Mistake(slug, raises=…)`).
        needs: ids of exercises that must pass for this check to make sense; else it is skipped.
        self_report: the check rests on what code in the worker says of itself; the record says so.

    The first line of the function's docstring is its title.
    """
    marker = getattr(pytest.mark, CHECK_MARKER)
    return marker(  # type: ignore[no-any-return]
        marks=marks, hint=hint, mistakes=tuple(mistakes), needs=tuple(needs), self_report=self_report
    )


def exercise(exercise_id: str) -> Callable[[C], C]:
    """Make a test class the checks of one exercise of the lab ("q1")."""
    marker = getattr(pytest.mark, EXERCISE_MARKER)
    return marker(exercise_id)  # type: ignore[no-any-return]


def is_grader_item(item: pytest.Item) -> bool:
    """Whether an item lies in a grader module or carries one of our markers."""
    marked = item.get_closest_marker(CHECK_MARKER) or item.get_closest_marker(EXERCISE_MARKER)
    return bool(marked) or (item.path.stem in GRADER_MODULES and item.path.parent.parent.name == "graders")
