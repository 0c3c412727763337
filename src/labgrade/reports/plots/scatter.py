"""Points that no line connects: one measured number against another."""

from __future__ import annotations

import functools

from markupsafe import Markup

from labgrade.reports.plots.axes import linear_axis, span
from labgrade.reports.plots.data import Point, Points
from labgrade.reports.plots.figure import Figure, numbers
from labgrade.reports.plots.frame import HEIGHT, WIDTH, Frame, drawn_frame, framed
from labgrade.reports.plots.marks import mark
from labgrade.reports.plots.svg import joined, tag
from labgrade.reports.text import counted, written

_Y_STEPS = 5


def points_figure(plot: Points) -> Figure:
    """Draw points."""
    names = [plot.x_label or "x", plot.y_label or "y"]
    plain = Figure(plot.title, plot.notes, table=numbers(plot.title, names, [list(p) for p in plot.points]))
    if not plot.points:
        return plain._replace(notes=(*plot.notes, "There is no point to be drawn."))
    x, y = span(point.x for point in plot.points), span(point.y for point in plot.points)
    frame = framed(functools.partial(linear_axis, *x), linear_axis(*y, _Y_STEPS))
    marks = (_mark(frame, point) for point in plot.points)
    return plain._replace(
        body=joined([drawn_frame(frame, plot.x_label, plot.y_label), *marks]),
        width=WIDTH,
        height=HEIGHT,
        fluid=True,
        description=_description(plot, names),
    )


def _mark(frame: Frame, point: Point) -> Markup:
    words = tag("title", f"{written(point.x)}, {written(point.y)}")
    return tag("path", words, class_="mark s1", d=mark(0, frame.at(point)))


def _description(plot: Points, names: list[str]) -> str:
    ranges = (
        f"{name} from {written(min(values))} to {written(max(values))}"
        for name, values in zip(names, zip(*plot.points, strict=True), strict=True)
    )
    return f"Scatter plot of {counted(len(plot.points), 'point')}: {', '.join(ranges)}."
