"""From a check's evidence, which may hold any JSON, to what can be drawn.

Field by field: what is not named here shows nowhere. What has another form than it should is left out,
and a note says so; nothing here raises.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from labgrade.reports.plots.data import (
    Column,
    Confusion,
    Curve,
    Plot,
    Point,
    Points,
    Series,
    Table,
    Undrawn,
    drawable,
)
from labgrade.reports.plots.thin import thinned
from labgrade.reports.text import counted, shown, written

MAX_PLOTS = 8
MAX_SERIES = 8
MAX_POINTS = 500
"""Points of a series, and of a scatter plot."""
MAX_CURVE_POINTS = 2_000
"""Points of all series of a curve together."""
MAX_CLASSES = 30
MAX_COLUMNS = 12
MAX_ROWS = 200
_TITLE_LIMIT = 120
_NAME_LIMIT = 60
_CELL_LIMIT = 200
_MAX_BITS = 63
"""Bits of an integer that a record holds."""

_SPELLED: Final = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class _Malformed(ValueError):
    """A plot has another form than it should; the text says which ("it has no series")."""


def plots_of(evidence: Mapping[str, Any]) -> tuple[Plot, ...]:
    """Return the plots that a check's evidence holds under "plots"."""
    found = evidence.get("plots", [])
    if not isinstance(found, list):
        return (Undrawn("Figures", ("They are left out: the record does not hold a list of them.",)),)
    plots = [_plot(item) for item in found[:MAX_PLOTS]]
    if len(found) > MAX_PLOTS:
        plots.append(
            Undrawn("More figures", (f"{counted(len(found) - MAX_PLOTS, 'more figure')} not shown.",))
        )
    return tuple(plots)


def _plot(item: Any) -> Plot:
    if not isinstance(item, dict):
        return Undrawn("Figure", ("It is left out: the record does not hold an object for it.",))
    kind = item.get("kind")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    try:
        return read(item) if read else _unknown()
    except _Malformed as problem:
        return Undrawn(_title(item, "Figure"), (f"It is left out: {problem}.",))


def _unknown() -> Plot:
    raise _Malformed("its kind is none that is drawn")


def number(value: Any) -> float:
    """Return a JSON number, or the name of one that JSON lacks, as a float; NaN for anything else."""
    if isinstance(value, str):
        return _SPELLED.get(value, float("nan"))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return float("nan")
    try:
        return float(value)
    except OverflowError:  # an integer beyond float64
        return float("inf") if value > 0 else float("-inf")


def _text(item: Mapping[str, Any], key: str, limit: int = _NAME_LIMIT) -> str:
    value = item.get(key)
    return shown(value, limit) if isinstance(value, str) else ""


def _title(item: Mapping[str, Any], otherwise: str) -> str:
    return _text(item, "title", _TITLE_LIMIT).strip() or otherwise


def _list(item: Mapping[str, Any], key: str) -> list[Any]:
    value = item.get(key)
    if not isinstance(value, list) or not value:
        raise _Malformed(f"it has no {key}")
    return value


def _curve(item: Mapping[str, Any]) -> Curve:
    found = _list(item, "series")
    limit = min(MAX_POINTS, MAX_CURVE_POINTS // min(len(found), MAX_SERIES))
    kept: list[Series] = []
    notes: list[str] = []
    for place, raw in enumerate(found[:MAX_SERIES], 1):
        try:
            series, said = _series(raw, place, limit)
        except _Malformed as problem:
            notes.append(f"Series {place} is left out: {problem}.")
        else:
            kept.append(series)
            notes += said
    if not kept:
        raise _Malformed("none of its series has values")
    notes += _left_out(len(found) - MAX_SERIES, "series", "series")
    labels = (_text(item, "x_label"), _text(item, "y_label"))
    return Curve(_title(item, "Curve"), *labels, tuple(kept), tuple(notes))


def _series(raw: Any, place: int, limit: int) -> tuple[Series, list[str]]:
    if not isinstance(raw, dict):
        raise _Malformed("it is no object")
    y = [number(value) for value in _list(raw, "y")]
    points = [Point(x, value) for x, value in zip(_x(raw, len(y)), y, strict=True)]
    placed = [point for point in points if drawable(point.x)]
    if not placed:
        raise _Malformed("no x of it is a finite number")
    name = _text(raw, "name") or f"series {place}"
    notes = [
        *_dropped(len(points) - len(placed), len(points), f"x values of “{name}”"),
        *_gaps(sum(not drawable(point.y) for point in placed), len(placed), name),
        *_thinned(len(placed), limit, f"values of “{name}”"),
    ]
    return Series(name, thinned(placed, limit)), notes


def _x(raw: Mapping[str, Any], count: int) -> Iterable[float]:
    """Return the places of a series' values: 1, 2, … where it names none."""
    if raw.get("x") is None:
        return map(float, range(1, count + 1))
    x = _list(raw, "x")
    if len(x) != count:
        raise _Malformed(f"it has {count:,} values at {len(x):,} places")
    return map(number, x)


def _gaps(gaps: int, count: int, name: str) -> list[str]:
    if not gaps:
        return []
    verb = "is" if gaps == 1 else "are"
    return [f"{gaps:,} of {count:,} values of “{name}” {verb} not finite; the line has a gap there."]


def _dropped(dropped: int, count: int, what: str) -> list[str]:
    return [f"{dropped:,} of {count:,} {what} are no finite numbers and left out."] if dropped else []


def _thinned(count: int, limit: int, what: str) -> list[str]:
    if count <= limit:
        return []
    return [f"Of {count:,} {what} at most {limit} are drawn and listed, with the least and the greatest."]


def _left_out(count: int, noun: str, plural: str) -> list[str]:
    return [f"{count:,} more {noun if count == 1 else plural} not shown."] if count > 0 else []


def _points(item: Mapping[str, Any]) -> Points:
    found = _list(item, "points")
    points = [point for raw in found if (point := _point(raw)) is not None]
    notes = [
        *_dropped(len(found) - len(points), len(found), "points"),
        *_thinned(len(points), MAX_POINTS, "points"),
    ]
    if len(points) > MAX_POINTS:
        points.sort()
    labels = (_text(item, "x_label"), _text(item, "y_label"))
    return Points(_title(item, "Points"), *labels, thinned(points, MAX_POINTS), tuple(notes))


def _point(raw: Any) -> Point | None:
    if not isinstance(raw, list) or len(raw) != 2:  # noqa: PLR2004  (x and y)
        return None
    point = Point(number(raw[0]), number(raw[1]))
    return point if drawable(point.x) and drawable(point.y) else None


def _confusion(item: Mapping[str, Any]) -> Confusion:
    rows = _list(item, "matrix")
    count = len(rows)
    if count > MAX_CLASSES:
        raise _Malformed(f"it has {count:,} classes, and at most {MAX_CLASSES} are drawn")
    if not all(isinstance(row, list) and len(row) == count for row in rows):
        raise _Malformed("its matrix is not square")
    matrix = tuple(tuple(_count(value) for value in row) for row in rows)
    names = item.get("classes")
    classes = [_class(name) for name in names] if isinstance(names, list) and len(names) == count else []
    notes = () if classes else ("There is no name for each class; they are numbered.",)
    return Confusion(
        _title(item, "Confusion matrix"), tuple(classes or map(str, range(count))), matrix, notes
    )


def _class(name: Any) -> str:
    if isinstance(name, int):
        name = str(name) if name.bit_length() <= _MAX_BITS else "?"
    return shown(name, _NAME_LIMIT) if isinstance(name, str) else "?"


def _count(value: Any) -> int:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if not whole or isinstance(value, bool) or not 0 <= value < 2**_MAX_BITS:
        raise _Malformed("not all of its counts are whole numbers from 0 up")
    return int(value)


def _table(item: Mapping[str, Any]) -> Table:
    columns = _list(item, "columns")
    heads = [_cell(column) for column in columns[:MAX_COLUMNS]]
    found = item.get("rows")
    if not isinstance(found, list):
        raise _Malformed("it has no rows")
    raw = [row if isinstance(row, list) else [row] for row in found[:MAX_ROWS]]
    uneven = any(len(row) != len(columns) for row in raw)
    cut = [list(itertools.islice(itertools.chain(row, itertools.repeat("")), len(heads))) for row in raw]
    numeric = [bool(cut) and all(_is_number(row[place]) for row in cut) for place in range(len(heads))]
    notes = [
        *_left_out(len(columns) - MAX_COLUMNS, "column", "columns"),
        *_left_out(len(found) - MAX_ROWS, "row", "rows"),
        *(["Not every row has a cell for each column."] if uneven else []),
    ]
    rows = tuple(tuple(_cell(value) for value in row) for row in cut)
    return Table(_title(item, "Table"), tuple(map(Column, heads, numeric)), rows, tuple(notes))


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return value in _SPELLED
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _cell(value: Any) -> str:
    match value:
        case str():
            return shown(value, _CELL_LIMIT)
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() if value.bit_length() <= _MAX_BITS:
            return f"{value:,}"
        case int() | float():
            return written(number(value))
        case _:
            return "…"


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Plot]]] = {
    "curve": _curve,
    "confusion": _confusion,
    "table": _table,
    "points": _points,
}
