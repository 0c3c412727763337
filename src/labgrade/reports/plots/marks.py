"""Marks and dashes by which series differ where colours do not tell them apart."""

from __future__ import annotations

from typing import Final

from labgrade.reports.plots.data import Point
from labgrade.reports.plots.svg import rounded

DASHES: Final = ("none", "8 4", "2 3", "9 3 2 3")
"""By a series' place, again from the first; values of `stroke-dasharray`."""

# From the mark's centre: where the pen starts, and how it goes on.
_SHAPES: Final = (
    (-4.0, 0.0, "a4,4 0 1 0 8,0a4,4 0 1 0 -8,0z"),  # circle
    (-3.5, -3.5, "h7v7h-7z"),  # square
    (0.0, -5.0, "l4.8,8.4h-9.6z"),  # triangle
    (0.0, -5.0, "l5,5l-5,5l-5,-5z"),  # diamond
    (0.0, 5.0, "l4.8,-8.4h-9.6z"),  # triangle on its tip
)


def mark(place: int, centre: Point) -> str:
    """Return the path of a mark: its shape goes with the series' place."""
    x, y, rest = _SHAPES[place % len(_SHAPES)]
    return f"M{rounded(centre.x + x)},{rounded(centre.y + y)}{rest}"
