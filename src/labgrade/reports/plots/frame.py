"""The frame of a plot: where its area lies, and its axes with ticks, labels and names."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from markupsafe import Markup

from labgrade.reports.plots.axes import Axis, fitted
from labgrade.reports.plots.data import Point
from labgrade.reports.plots.svg import clipped, joined, rounded, tag

WIDTH = 560
HEIGHT = 300
TOP = 20.0
"""SVG units over the area, for a number on the highest bar."""
_BELOW = 52.0
"""SVG units under the area: a line of tick labels, and the axis's name."""
_BESIDE = 34.0
"""SVG units left of the tick labels and right of them: the axis's name, and some room."""
_INSET = 9.0
"""SVG units between the area's sides and the first and last value, so that marks stay inside."""


class Frame(NamedTuple):
    """The area that is drawn in, by its edges in SVG units, and its axes."""

    x: Axis
    y: Axis
    left: float
    right: float
    top: float = TOP
    bottom: float = HEIGHT - _BELOW

    def x_at(self, value: float) -> float:
        """Return where a value lies on the x axis."""
        return self.left + _INSET + self.x.share(value) * (self.right - self.left - 2 * _INSET)

    def y_at(self, value: float) -> float:
        """Return where a value lies on the y axis; greater ones lie higher."""
        return self.bottom - self.y.share(value) * (self.bottom - self.top)

    def at(self, point: Point) -> Point:
        """Return where a point lies."""
        return Point(self.x_at(point.x), self.y_at(point.y))


def framed(make_x: Callable[[int], Axis], y: Axis) -> Frame:
    """Return the frame around two axes.

    Args:
        make_x: the x axis with about so many steps; as many are taken as have room for their labels.
        y: the other axis.
    """
    left = _BESIDE + y.room
    x = fitted(make_x, WIDTH - left)
    return Frame(x, y, left, WIDTH - max(12.0, x.room / 2))


def drawn_frame(frame: Frame, x_label: str, y_label: str) -> Markup:
    """Return the axes as markup: lines across, labels at the ticks, a name along each axis."""
    across = "".join(
        f"M{rounded(frame.left)},{rounded(frame.y_at(tick.value))}H{rounded(frame.right)}"
        for tick in frame.y.ticks
    )
    ticks = "".join(f"M{rounded(frame.x_at(tick.value))},{rounded(frame.bottom)}v5" for tick in frame.x.ticks)
    edge = f"M{rounded(frame.left)},{rounded(frame.bottom)}H{rounded(frame.right)}"
    return joined(
        [
            tag("path", class_="grid", d=across),
            tag("path", class_="rule", d=edge + ticks),
            *_x_labels(frame),
            *_y_labels(frame),
            _x_name(frame, x_label + frame.x.scale_note),
            _y_name(frame, y_label + frame.y.scale_note),
        ]
    )


def _x_labels(frame: Frame) -> list[Markup]:
    return [
        tag("text", tick.label, class_="tick", x=frame.x_at(tick.value), y=frame.bottom + 18)
        for tick in frame.x.ticks
    ]


def _y_labels(frame: Frame) -> list[Markup]:
    return [
        tag("text", tick.label, class_="tick end", x=frame.left - 8, y=frame.y_at(tick.value) + 4)
        for tick in frame.y.ticks
    ]


def _x_name(frame: Frame, name: str) -> Markup:
    text = clipped(name, frame.right - frame.left)
    return tag("text", text, class_="name", x=(frame.left + frame.right) / 2, y=HEIGHT - 10)


def _y_name(frame: Frame, name: str) -> Markup:
    text = clipped(name, frame.bottom - frame.top)
    middle = (frame.top + frame.bottom) / 2
    return tag("text", text, class_="name", x=-middle, y=16, transform="rotate(-90)")
