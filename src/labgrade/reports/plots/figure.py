"""A drawn plot: markup, words, and the same numbers as a table."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from labgrade.reports.plots.data import Column, Table
from labgrade.reports.text import written


class Key(NamedTuple):
    """One entry of a plot's key: a sample of 28 by 14 SVG units, and what it stands for."""

    sample: Markup
    words: str


class Figure(NamedTuple):
    """What a page shows of a plot.

    Attributes:
        title: its name.
        notes: sentences of the caption.
        body: what stands inside the `svg` element; empty where there is nothing to draw.
        width, height: of the drawing in SVG units, which are CSS pixels.
        fluid: it may be drawn smaller where there is less room, for it has few words; else one scrolls.
        description: the drawing in words.
        keys: what its marks and colours stand for.
        table: the numbers that are drawn, or None.
    """

    title: str
    notes: tuple[str, ...] = ()
    body: Markup = Markup()
    width: float = 0
    height: float = 0
    fluid: bool = False
    description: str = ""
    keys: tuple[Key, ...] = ()
    table: Table | None = None


def numbers(title: str, names: list[str], rows: list[list[float]]) -> Table:
    """Return a table of numbers."""
    cells = tuple(tuple(map(written, row)) for row in rows)
    return Table(title, tuple(Column(name, numeric=True) for name in names), cells)
