"""`-k EXERCISE`: checked against the labs that it is to limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from labgrade.errors import UserError

if TYPE_CHECKING:
    from labgrade.course import Course


def chosen_exercises(course: Course, labs: Iterable[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the wanted exercise ids.

    Raises:
        UserError: an id is no exercise of any of the labs.
    """
    known = [plan.id for lab in sorted(labs) for plan in course.lab(lab).exercises]
    for name in wanted:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            tip = f"Did you mean {near[0]}?" if near else f"Exercises: {', '.join(dict.fromkeys(known))}."
            raise UserError(f"there is no exercise {name!r}", "-k", tip)
    return tuple(dict.fromkeys(wanted))
