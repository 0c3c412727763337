"""What training reached over the class: accuracy, parameters, loss at the end. For the instructor.

Hidden checks count as well: these pages are not the students'.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from labgrade.record.model import Check, Exercise, GradeRecord
from labgrade.reports.plots.data import Distribution, Plot, Undrawn, drawable
from labgrade.reports.plots.read import MAX_PLOTS, MAX_SERIES, number
from labgrade.reports.text import counted, shown

MAX_DISTRIBUTIONS = 24
_TITLE_LIMIT = 120
_NAME_LIMIT = 60


class _Key(NamedTuple):
    """What is one distribution: a measure, by order on the page, at one place of the lab."""

    order: int
    measure: str
    exercise: str
    check: str
    part: str = ""


class _Measured(NamedTuple):
    """One number of one student; NaN where a check names one that is none."""

    key: _Key
    title: str
    value: float
    minimum: float | None = None


@dataclass
class _Group:
    """All numbers of one key, by student."""

    title: str
    values: dict[str, float] = field(default_factory=dict)
    minima: dict[str, float] = field(default_factory=dict)


def distributions(records: Sequence[GradeRecord]) -> tuple[Plot, ...]:
    """Return what is measured in the records, a distribution a check; empty where nothing is.

    Where two checks of an exercise note the same numbers, they read one training: it is shown once.
    """
    groups: dict[_Key, _Group] = {}
    for record in records:
        for measured in _of_record(record):
            group = groups.setdefault(measured.key, _Group(measured.title))
            group.values[record.student] = measured.value
            if measured.minimum is not None:
                group.minima[record.student] = measured.minimum
    ordered = [(key, groups[key]) for key in sorted(groups, key=lambda key: key.order)]
    plots: list[Plot] = [_distribution(key, group) for key, group in _different(ordered)]
    if len(plots) > MAX_DISTRIBUTIONS:
        more = counted(len(plots) - MAX_DISTRIBUTIONS, "more distribution")
        plots[MAX_DISTRIBUTIONS:] = [Undrawn("More distributions", (f"{more} not shown.",))]
    return tuple(plots)


def _of_record(record: GradeRecord) -> Iterator[_Measured]:
    for exercise in record.exercises:
        for check in exercise.checks:
            yield from _of_check(exercise, check)


def _of_check(exercise: Exercise, check: Check) -> Iterator[_Measured]:
    evidence = check.evidence
    title = shown(f"{exercise.id}, {check.title}", _TITLE_LIMIT)
    place = (exercise.id, check.id)
    if "accuracy" in evidence:
        minimum = number(evidence.get("minimum"))
        wanted = minimum if drawable(minimum) else None
        yield _Measured(_Key(0, "accuracy", *place), title, number(evidence["accuracy"]), wanted)
    if "parameters" in evidence:
        yield _Measured(_Key(1, "parameters", *place), title, number(evidence["parameters"]))
    for name, value in _losses(evidence.get("plots")):
        yield _Measured(_Key(2, "loss at the end", *place, name), f"{title} ({name})", value)


def _losses(plots: Any) -> Iterator[tuple[str, float]]:
    """Yield the name and the last value of each series of each curve that shows a loss."""
    for plot in _objects(plots, MAX_PLOTS):
        title, label = _text(plot, "title"), _text(plot, "y_label")
        if plot.get("kind") == "curve" and "loss" in f"{title} {label}".casefold():
            lines = _objects(plot.get("series"), MAX_SERIES)
            for series in lines:
                name, values = _text(series, "name"), series.get("y")
                said = len(lines) == 1 and name.casefold() in title.casefold()
                if isinstance(values, list) and values:
                    yield title if said else _joined(title, name), number(values[-1])


def _objects(value: Any, limit: int) -> list[Mapping[str, Any]]:
    found = value[:limit] if isinstance(value, list) else []
    return [item for item in found if isinstance(item, dict)]


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return shown(value, _NAME_LIMIT) if isinstance(value, str) else ""


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _different(ordered: Iterable[tuple[_Key, _Group]]) -> Iterator[tuple[_Key, _Group]]:
    seen = set()
    for key, group in ordered:
        same = (key.measure, key.exercise, tuple(sorted((s, repr(v)) for s, v in group.values.items())))
        if same not in seen:
            seen.add(same)
            yield key, group


def _distribution(key: _Key, group: _Group) -> Distribution:
    values = {student: value for student, value in group.values.items() if drawable(value)}
    notes = (*_below(values, group.minima), *_no_numbers(len(group.values) - len(values)))
    minima = tuple(sorted(set(group.minima.values())))
    title = f"{key.measure.capitalize()}: {group.title}"
    return Distribution(title, key.measure, tuple(values.values()), minima, notes)


def _below(values: Mapping[str, float], minima: Mapping[str, float]) -> list[str]:
    if not minima:
        return []
    below = sum(value < minima[student] for student, value in values.items() if student in minima)
    return [f"{counted(below, 'student')} below the minimum."]


def _no_numbers(count: int) -> list[str]:
    return [f"{counted(count, 'student')} without a finite number, left out."] if count else []
