"""What can be drawn, as plain data: bounded in size, all text fit to be shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

LARGEST = 1e300
"""Greatest magnitude that is drawn; differences of two such numbers are still finite."""


def drawable(value: float) -> bool:
    """Say whether a number has a place on an axis: finite, and not near the end of float64."""
    return math.isfinite(value) and abs(value) <= LARGEST


class Point(NamedTuple):
    """One place in a plane."""

    x: float
    y: float


class Series(NamedTuple):
    """One line of a curve.

    Attributes:
        name: for the key.
        points: in their order; a y that is not drawable is a gap.
    """

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Curve:
    """One or more series over the same axis."""

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Points:
    """Points that no line connects; all are drawable."""

    title: str
    x_label: str
    y_label: str
    points: tuple[Point, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Confusion:
    """Counts of a classifier: `matrix[i][j]` images of class i were taken for class j."""

    title: str
    classes: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]
    notes: tuple[str, ...] = ()

    def right(self, place: int) -> float | None:
        """Return the share of a class that was recognised, or None where it has no images."""
        total = sum(self.matrix[place])
        return self.matrix[place][place] / total if total else None


class Column(NamedTuple):
    """A column's head; numbers stand at the right of theirs."""

    name: str
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of text; each is as long as there are columns."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Distribution:
    """One number of each student, without names.

    Attributes:
        title: what was measured, and where.
        x_label: the number's name.
        values: all drawable.
        minima: what was asked for, where it was; ascending.
        notes: for the caption.
    """

    title: str
    x_label: str
    values: tuple[float, ...]
    minima: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Undrawn:
    """What cannot be drawn, and why."""

    title: str
    notes: tuple[str, ...]


Plot = Curve | Points | Confusion | Table | Distribution | Undrawn
