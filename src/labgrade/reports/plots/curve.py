"""Curves: one or more series of values over the same axis. NaN and infinity are gaps."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from labgrade.reports.plots.axes import Axis, linear_axis, span, value_axis, whole
from labgrade.reports.plots.data import Column, Curve, Point, Series, Table, drawable
from labgrade.reports.plots.figure import Figure, Key, numbers
from labgrade.reports.plots.frame import HEIGHT, WIDTH, Frame, drawn_frame, framed
from labgrade.reports.plots.marks import DASHES, mark
from labgrade.reports.plots.svg import joined, rounded, tag
from labgrade.reports.text import counted, written

FEW = 40
"""Points of a series up to which each is marked."""
_Y_STEPS = 5


def curve_figure(curve: Curve) -> Figure:
    """Draw a curve."""
    plain = Figure(curve.title, curve.notes, table=_table(curve))
    drawn = [point for series in curve.series for point in series.points if drawable(point.y)]
    if not drawn:
        return plain._replace(notes=(*curve.notes, "There is no finite value to be drawn."))
    frame = framed(
        functools.partial(x_axis, [point.x for point in drawn]), value_axis((p.y for p in drawn), _Y_STEPS)
    )
    lines = (_line(frame, series, place) for place, series in enumerate(curve.series))
    return plain._replace(
        body=joined([drawn_frame(frame, curve.x_label, curve.y_label), *lines]),
        width=WIDTH,
        height=HEIGHT,
        fluid=True,
        description=_description(curve),
        keys=_keys(curve),
    )


def x_axis(values: Sequence[float], count: int) -> Axis:
    """Return the axis from the first value to the last; of whole numbers, with whole ticks."""
    return linear_axis(*span(values), count, whole=whole(values), snap=False)


def _line(frame: Frame, series: Series, place: int) -> Markup:
    few = len(series.points) <= FEW
    parts, marked = [], []
    for run in _runs(series.points):
        places = [frame.at(point) for point in run]
        parts.append("M" + "L".join(f"{rounded(p.x)},{rounded(p.y)}" for p in places))
        if few or len(run) == 1:
            marked += [_mark(place, *both) for both in zip(places, run, strict=True)]
    dash = DASHES[place % len(DASHES)]
    line = tag("path", class_=f"line s{place + 1}", d="".join(parts), stroke_dasharray=dash)
    return joined([line, *marked])


def _mark(place: int, where: Point, point: Point) -> Markup:
    words = tag("title", f"{written(point.x)}: {written(point.y)}")
    return tag("path", words, class_=f"mark s{place + 1}", d=mark(place, where))


def _runs(points: Sequence[Point]) -> Iterator[list[Point]]:
    """Split points at the gaps."""
    run: list[Point] = []
    for point in points:
        if drawable(point.y):
            run.append(point)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _keys(curve: Curve) -> tuple[Key, ...]:
    """One series whose name the title or the axis says needs no key."""
    said = f"{curve.title}\n{curve.y_label}".casefold()
    if len(curve.series) == 1 and curve.series[0].name.casefold() in said:
        return ()
    return tuple(Key(_sample(place), series.name) for place, series in enumerate(curve.series))


def _sample(place: int) -> Markup:
    dash = DASHES[place % len(DASHES)]
    line = tag("path", class_=f"line s{place + 1}", d="M1,7H27", stroke_dasharray=dash)
    return joined([line, tag("path", class_=f"mark s{place + 1}", d=mark(place, Point(14, 7)))])


def _description(curve: Curve) -> str:
    axes = f"{curve.y_label or 'y'} against {curve.x_label or 'x'}"
    return " ".join([f"Line chart, {axes}.", *map(_said, curve.series)])


def _said(series: Series) -> str:
    values = [point.y for point in series.points if drawable(point.y)]
    if not values:
        return f"{series.name}: no finite value."
    ends = f"first {written(values[0])}, last {written(values[-1])}"
    extremes = f"least {written(min(values))}, greatest {written(max(values))}"
    return f"{series.name}: {counted(len(values), 'value')}, {ends}, {extremes}."


def _table(curve: Curve) -> Table:
    """A column a series where all have the same x, else a row a point with its series' name."""
    first = [point.x for point in curve.series[0].points]
    x_name, y_name = curve.x_label or "x", curve.y_label or "y"
    if all([point.x for point in series.points] == first for series in curve.series):
        names = [series.name or y_name for series in curve.series]
        columns = zip(*(series.points for series in curve.series), strict=True)
        return numbers(
            curve.title, [x_name, *names], [[row[0].x, *(point.y for point in row)] for row in columns]
        )
    heads = (Column("Series"), Column(x_name, numeric=True), Column(y_name, numeric=True))
    rows = ((s.name, written(point.x), written(point.y)) for s in curve.series for point in s.points)
    return Table(curve.title, heads, tuple(rows))
