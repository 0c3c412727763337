"""Confusion matrices: counts in cells, coloured by their share of the row, the true class."""

from __future__ import annotations

import bisect
import math
from typing import NamedTuple

from markupsafe import Markup

from labgrade.reports.plots.data import Column, Confusion, Table
from labgrade.reports.plots.figure import Figure, Key
from labgrade.reports.plots.svg import clipped, joined, tag, width_of

_SHADES = (0.1, 0.25, 0.5, 0.75)
"""Shares of the row at which a cell gets its next colour; 0 has one of its own."""
_WORDS = ("none", "under 10 % of the row", "under 25 %", "under 50 %", "under 75 %", "75 % and more")
_LABEL = 112.0
"""Greatest width of a class's name in the drawing, in SVG units."""
_AXIS = 24.0
"""SVG units for an axis's name."""
_TOP = 6.0
_SIDE = 120.0
"""Least width of the matrix, so that the names of its axes fit beside it."""
_CELL = 36.0
_SMALL_CELL = 28.0
_MANY = 12
"""Classes from which on cells are small."""


class _Grid(NamedTuple):
    """Where cells lie, in SVG units."""

    left: float
    cell: float
    classes: int
    slanted: bool
    below: float

    @property
    def side(self) -> float:
        return self.cell * self.classes

    def middle(self, place: int) -> float:
        return self.cell * (place + 0.5)


def confusion_figure(plot: Confusion) -> Figure:
    """Draw a confusion matrix."""
    grid = _grid(plot)
    cells = (_cell(plot, grid, row, column) for row in range(grid.classes) for column in range(grid.classes))
    return Figure(
        plot.title,
        (*plot.notes, _summary(plot), *_most_confused(plot)),
        body=joined([*cells, *_labels(plot, grid), *_names(grid)]),
        width=grid.left + grid.side + 10,
        height=_TOP + grid.side + grid.below + _AXIS,
        description=_description(grid.classes),
        keys=_keys(),
        table=_table(plot),
    )


def _description(count: int) -> str:
    return (
        f"Heat map of {count} by {count} cells: rows are the true classes, columns the predicted ones, "
        "and each cell holds its number of images."
    )


def shade(count: int, total: int) -> int:
    """Return the colour of a cell, 0 to 5, by its share of the row."""
    return bisect.bisect_right(_SHADES, count / total) + 1 if count else 0


def short(count: int) -> str:
    """Write a count in at most five characters; from 100,000 on rounded down: 123k, 4.5M."""
    if count < 100_000:  # noqa: PLR2004  (five digits fit)
        return str(count)
    for size, letter in ((10**3, "k"), (10**6, "M"), (10**9, "G")):
        if count < 1000 * size:
            tenths = count * 10 // size
            return f"{tenths // 10}{letter}" if tenths >= 100 else f"{tenths / 10}{letter}"  # noqa: PLR2004
    digits = str(count)
    return f"{digits[0]}e{len(digits) - 1}"


def _grid(plot: Confusion) -> _Grid:
    count = len(plot.classes)
    counts = max(width_of(short(number)) for row in plot.matrix for number in row)
    cell = math.ceil(max(_SMALL_CELL if count > _MANY else _CELL, counts + 8, _SIDE / count))
    label = min(max(map(width_of, plot.classes)), _LABEL)
    slanted = label > cell - 4
    below = label * 0.71 + 22 if slanted else 20.0
    return _Grid(_AXIS + label + 8, cell, count, slanted, below)


def _cell(plot: Confusion, grid: _Grid, row: int, column: int) -> Markup:
    count, total = plot.matrix[row][column], sum(plot.matrix[row])
    colour = shade(count, total)
    x, y = grid.left + grid.cell * column, _TOP + grid.cell * row
    said = f"true {plot.classes[row]}, predicted {plot.classes[column]}: {count:,} of {total:,}"
    box = tag(
        "rect",
        tag("title", said),
        class_=f"box c{colour}{' hit' if row == column else ''}",
        x=x + 1,
        y=y + 1,
        width=grid.cell - 2,
        height=grid.cell - 2,
    )
    text = tag(
        "text", short(count), class_=f"count c{colour}", x=x + grid.cell / 2, y=y + grid.cell / 2 + 4.5
    )
    return box + text


def _labels(plot: Confusion, grid: _Grid) -> list[Markup]:
    texts = [clipped(name, _LABEL) for name in plot.classes]
    rows = [
        tag("text", text, class_="tick end", x=grid.left - 8, y=_TOP + grid.middle(place) + 4)
        for place, text in enumerate(texts)
    ]
    return rows + [_column_label(grid, place, text) for place, text in enumerate(texts)]


def _column_label(grid: _Grid, place: int, text: str) -> Markup:
    x, y = grid.left + grid.middle(place), _TOP + grid.side + (12 if grid.slanted else 16)
    turn = f"rotate({-45 if grid.slanted else 0} {x:.1f} {y:.1f})"
    return tag("text", text, class_="tick end" if grid.slanted else "tick", x=x, y=y, transform=turn)


def _names(grid: _Grid) -> list[Markup]:
    middle = grid.side / 2
    bottom = _TOP + grid.side + grid.below + _AXIS - 8
    return [
        tag("text", "Predicted class", class_="name", x=grid.left + middle, y=bottom),
        tag("text", "True class", class_="name", x=-(_TOP + middle), y=15, transform="rotate(-90)"),
    ]


def _keys() -> tuple[Key, ...]:
    return tuple(
        Key(tag("rect", class_=f"box c{colour}", x=1, y=1, width=26, height=12), words)
        for colour, words in enumerate(_WORDS)
    )


def _summary(plot: Confusion) -> str:
    right = sum(plot.matrix[place][place] for place in range(len(plot.classes)))
    total = sum(map(sum, plot.matrix))
    if not total:
        return "There are no images in it."
    return f"{right:,} of {total:,} images lie on the diagonal, classified right ({right / total:.1%})."


def _most_confused(plot: Confusion) -> list[str]:
    """Say which class is most often taken for which other; the first of several."""
    wrong = [
        (count, -row, -column)
        for row, counts in enumerate(plot.matrix)
        for column, count in enumerate(counts)
        if row != column and count
    ]
    if not wrong:
        return []
    count, row, column = max(wrong)
    return [f"Most often confused: {plot.classes[-row]} taken for {plot.classes[-column]} ({count:,})."]


def _table(plot: Confusion) -> Table:
    columns = (Column("True \\ predicted"), *(Column(name, numeric=True) for name in plot.classes))
    rows = (
        (name, *(f"{count:,}" for count in row)) for name, row in zip(plot.classes, plot.matrix, strict=True)
    )
    return Table(plot.title, columns, tuple(rows))
