"""The checks of a lab as collected by pytest: planned once, run once a submission."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest

from labgrade.course import Lab
from labgrade.coursefile import LAB_FILE
from labgrade.errors import UserError
from labgrade.grader.bench import FIXTURES
from labgrade.grader.compare import Mistake
from labgrade.grader.declare import CHECK_MARKER, EXERCISE_MARKER, GRADER_MODULES, SHARED_MODULE
from labgrade.record.model import Visibility


@dataclass(frozen=True)
class PlannedCheck:
    """One check of a lab.

    Attributes:
        id: "q5.at_two", unique in the lab.
        lab, exercise: where it belongs.
        title: first line of its docstring.
        visibility: by the module it lies in.
        marks: what it is worth.
        hint: a sentence for the student, or "".
        mistakes: known mistakes that show as exceptions.
        needs: exercises that must have passed.
        self_report: it rests on what the worker says of itself.
        item: pytest's test function.
        plain: it uses only our own fixtures, takes no parameters and its class has no set-up of its own.
    """

    id: str
    lab: str
    exercise: str
    title: str
    visibility: Visibility
    marks: Decimal
    hint: str
    mistakes: tuple[Mistake, ...]
    needs: tuple[str, ...]
    self_report: bool
    item: pytest.Function
    plain: bool


def check_id(item: pytest.Item) -> str:
    """Return a check's id, "q5.at_two"."""
    exercise = item.get_closest_marker(EXERCISE_MARKER)
    return f"{exercise.args[0] if exercise else ''}.{item.name.removeprefix('test_')}"


def plan(items: Iterable[pytest.Item]) -> list[PlannedCheck]:
    """Turn collected items into checks.

    Raises:
        UserError: for a check without marks, outside an exercise, with a doubled id, or that uses a fixture
            of wider than function scope (it would carry one submission's state into the next).
    """
    checks = [_planned(item) for item in items]
    _refuse_doubles(checks)
    return checks


def _planned(item: pytest.Item) -> PlannedCheck:
    if not isinstance(item, pytest.Function) or inspect.iscoroutinefunction(item.function):
        raise UserError("is not a plain test function", where=item.nodeid)
    check, exercise = item.get_closest_marker(CHECK_MARKER), item.get_closest_marker(EXERCISE_MARKER)
    if check is None:
        raise UserError("carries no marks", where=item.nodeid, next_step="Put @check(marks=…) above it.")
    if exercise is None:
        raise UserError(
            "belongs to no exercise", where=item.nodeid, next_step='Put @exercise("q1") above its class.'
        )
    _refuse_wide_fixtures(item)
    visibility = GRADER_MODULES.get(item.path.stem)
    if visibility is None:
        raise UserError("lies outside test_visible.py and test_hidden.py", where=item.nodeid)
    name = item.name.removeprefix("test_")
    return PlannedCheck(
        id=check_id(item),
        lab=item.path.parent.name,
        exercise=exercise.args[0],
        title=_title(item, name),
        visibility=visibility,
        marks=_marks(check.kwargs["marks"], item.nodeid),
        hint=check.kwargs["hint"],
        mistakes=check.kwargs["mistakes"],
        needs=check.kwargs["needs"],
        self_report=check.kwargs["self_report"],
        item=item,
        plain=_is_plain(item),
    )


def _is_plain(item: pytest.Function) -> bool:
    # Another mark (a `skipif`, a plug-in's) is pytest's to obey.
    ours = all(mark.name in (CHECK_MARKER, EXERCISE_MARKER) for mark in item.iter_markers())
    simple = item.cls is not None and not hasattr(item, "callspec") and ours
    # Our fixtures ask for pytest's `request`; whatever else is in the list is an author's, maybe an automatic
    # one.
    return simple and set(item.fixturenames) <= {*FIXTURES, "request"} and _ours(item)


def _ours(item: pytest.Function) -> bool:
    # A grader may override a fixture by one of the same name; then pytest's own way is the right one.
    names = set(FIXTURES).intersection(item.fixturenames)
    definitions = [item._fixtureinfo.name2fixturedefs.get(name, ()) for name in names]  # noqa: SLF001
    return all(
        len(found) == 1 and found[0].func.__module__ == "labgrade.grader.plugin" for found in definitions
    )


def _title(item: pytest.Function, name: str) -> str:
    doc = (item.function.__doc__ or "").strip().splitlines()
    return doc[0].strip() if doc else name.replace("_", " ").capitalize()


def _marks(given: Any, where: str) -> Decimal:
    try:
        marks = Decimal(str(given))
    except InvalidOperation:
        raise UserError(f"marks={given!r} is no decimal number", where=where) from None
    if not marks.is_finite() or marks <= 0 or marks != round(marks, 4):
        raise UserError(f"marks={given!r} must be above 0 with at most 4 decimals", where=where)
    return marks


def _refuse_wide_fixtures(item: pytest.Function) -> None:
    for name, definitions in item._fixtureinfo.name2fixturedefs.items():  # noqa: SLF001
        for definition in definitions:
            if name.startswith("_xunit_setup_") and definition.scope != "function":
                raise UserError(
                    f"has a set-up of scope {definition.scope!r}, which outlives a submission",
                    where=item.nodeid,
                    next_step="Use setup_method, or a fixture.",
                )
            if definition.scope != "function" and not definition.func.__module__.startswith("_pytest"):
                raise UserError(
                    f"uses the fixture {name!r} of scope {definition.scope!r}, which outlives a submission",
                    where=item.nodeid,
                    next_step="Give the fixture function scope.",
                )


def _refuse_doubles(checks: Sequence[PlannedCheck]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for check in checks:
        other = seen.setdefault((check.lab, check.id), check.item.nodeid)
        if other != check.item.nodeid:
            raise UserError(f"has the same check id {check.id!r} as {other}", where=check.item.nodeid)


def require_plan(lab: Lab, checks: Sequence[PlannedCheck], *, visible_only: bool) -> None:
    """Hold a lab's collected checks to its `lab.toml`: a lost check would shrink what a mark is out of.

    Args:
        lab: the lab.
        checks: all its collected checks.
        visible_only: hidden ones were not to be collected.

    Raises:
        UserError: names the exercise whose checks or marks differ, or that does not exist.
    """
    for check in checks:
        for exercise in (check.exercise, *check.needs):
            lab.exercise(exercise)
    for plan in lab.exercises:
        hidden = () if visible_only else (("hidden", plan.hidden),)
        for visibility, planned in (("visible", plan.visible), *hidden):
            found = [c.marks for c in checks if (c.exercise, c.visibility) == (plan.id, visibility)]
            if (len(found), sum(found)) != (planned.checks, planned.marks):
                raise UserError(
                    f"{plan.id} has {len(found)} {visibility} checks of {sum(found)} marks together, "
                    f"but its plan says {planned.checks} of {planned.marks}",
                    where=str(lab.folder / LAB_FILE),
                    next_step="Put right the plan, or the marks on the checks.",
                )


def grader_files(folder: Path) -> list[Path]:
    """Return the grader modules that exist in a lab's grader folder."""
    return [path for stem in GRADER_MODULES if (path := folder / f"{stem}.py").is_file()]


def grader_sources(folder: Path) -> list[Path]:
    """Return every file that decides in a lab's grader: its modules, and what they share."""
    shared = folder / SHARED_MODULE
    return [*grader_files(folder), *([shared] if shared.is_file() else [])]
