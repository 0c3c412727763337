"""How a number is distributed over the class, as a histogram."""

from __future__ import annotations

import bisect
import functools
import math
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from labgrade.reports.plots.axes import Axis, linear_axis, logarithmic_axis, span, spans_decades, whole
from labgrade.reports.plots.data import Column, Distribution, Table
from labgrade.reports.plots.figure import Figure, Key
from labgrade.reports.plots.frame import HEIGHT, WIDTH, Frame, drawn_frame, framed
from labgrade.reports.plots.svg import joined, rounded, tag, width_of
from labgrade.reports.text import counted, written

_BINS = 12
_WIDE = 100.0
"""From this ratio of greatest to least on, positive values are counted by their ratios."""
_FINE_DECADES = 5
"""Powers of ten up to which each is split at 2 and 5."""
_STUDENT_STEPS = 4


class Bin(NamedTuple):
    """Values from `low` to below `high`; the last bin holds its upper end too."""

    low: float
    high: float
    students: int


def distribution_figure(plot: Distribution) -> Figure:
    """Draw a distribution over the class."""
    if not plot.values:
        return Figure(plot.title, (*plot.notes, "There is no value to be drawn."))
    bins = bins_of(plot.values, plot.minima)
    frame = _frame(plot, bins)
    marks = [_bar(frame, one) for one in bins if one.students]
    lines = [_minimum(frame, value) for value in plot.minima]
    return Figure(
        plot.title,
        (_summary(plot), *plot.notes),
        body=joined([drawn_frame(frame, plot.x_label, "students"), *marks, *lines]),
        width=WIDTH,
        height=HEIGHT,
        fluid=True,
        description=f"Histogram of {plot.x_label} over {counted(len(plot.values), 'student')}.",
        keys=_keys(plot.minima),
        table=_table(plot, bins),
    )


def bins_of(values: Sequence[float], others: Sequence[float] = ()) -> tuple[Bin, ...]:
    """Count values between round numbers; the bins reach over `others` too, which are not counted."""
    edges = _edges([*values, *others])
    last = len(edges) - 2
    counts = Counter(min(max(bisect.bisect_right(edges, value) - 1, 0), last) for value in values)
    return tuple(Bin(edges[place], edges[place + 1], counts[place]) for place in range(last + 1))


def _edges(values: Sequence[float]) -> list[float]:
    low, high = span(values)
    if not spans_decades(low, high, _WIDE):
        axis = linear_axis(low, high, _BINS, whole=whole(values))
        return [tick.value for tick in axis.ticks]
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = math.ceil((last - first) / _BINS)
    parts = (1, 2, 5) if last - first <= _FINE_DECADES else (1,)
    edges = [part * 10.0**power for power in range(first, last, every) for part in parts]
    return [*edges, 10.0**last]


def _frame(plot: Distribution, bins: Sequence[Bin]) -> Frame:
    low, high = bins[0].low, bins[-1].high
    students = linear_axis(0, max(one.students for one in bins), _STUDENT_STEPS, whole=True)
    if spans_decades(*span([*plot.values, *plot.minima]), _WIDE):
        return framed(functools.partial(logarithmic_axis, low, high), students)
    return framed(functools.partial(_linear, low, high, whole(plot.values)), students)


def _linear(low: float, high: float, whole_only: bool, count: int) -> Axis:  # noqa: FBT001  (for a partial)
    return linear_axis(low, high, count, whole=whole_only, snap=False)


def _bar(frame: Frame, one: Bin) -> Markup:
    left, right, top = frame.x_at(one.low), frame.x_at(one.high), frame.y_at(one.students)
    bar = tag(
        "rect",
        tag("title", f"{_named(one)}: {counted(one.students, 'student')}"),
        class_="column",
        x=left + 1,
        y=top,
        width=max(right - left - 2, 1.0),
        height=frame.bottom - top,
    )
    if width_of(str(one.students)) > right - left:
        return bar
    return bar + tag("text", str(one.students), class_="tick", x=(left + right) / 2, y=top - 4)


def _minimum(frame: Frame, value: float) -> Markup:
    x = rounded(frame.x_at(value))
    path = f"M{x},{rounded(frame.bottom)}V{rounded(frame.top)}"
    return tag("path", tag("title", f"minimum {written(value)}"), class_="limit", d=path)


def _keys(minima: Sequence[float]) -> tuple[Key, ...]:
    if not minima:
        return ()
    sample = tag("path", class_="limit", d="M14,14V0")
    return (Key(sample, f"minimum: {', '.join(map(written, minima))}"),)


def _summary(plot: Distribution) -> str:
    least, greatest = min(plot.values), max(plot.values)
    who = counted(len(plot.values), "student")
    if least == greatest:
        return f"{who}, {'each ' if len(plot.values) > 1 else ''}{written(least)}."
    middle = written(statistics.median(plot.values))
    return f"{who}, {written(least)} to {written(greatest)}, median {middle}."


def _named(one: Bin) -> str:
    return f"{written(one.low)} to {written(one.high)}"


def _table(plot: Distribution, bins: Sequence[Bin]) -> Table:
    rows = [(f"{written(one.low)} to under {written(one.high)}", str(one.students)) for one in bins]
    rows[-1] = (_named(bins[-1]), str(bins[-1].students))
    return Table(plot.title, (Column(plot.x_label), Column("Students", numeric=True)), tuple(rows))
