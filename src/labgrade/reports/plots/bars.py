"""The accuracy of each class, from a confusion matrix, as bars."""

from __future__ import annotations

from markupsafe import Markup

from labgrade.reports.plots.data import Column, Confusion, Table
from labgrade.reports.plots.figure import Figure
from labgrade.reports.plots.svg import clipped, joined, tag, width_of

_WIDTH = 300.0
"""What a narrow screen has room for: bars that are cut off all look as long."""
_LABEL = 112.0
_MARGIN = 8.0
_VALUE = 76.0
"""SVG units before a bar, for its percentage."""
_LINE = 25.0
_BAR = 16.0
_TOP = 4.0


def class_accuracy_figure(plot: Confusion) -> Figure:
    """Draw which share of each class's images was recognised."""
    names = _MARGIN + min(max(map(width_of, plot.classes)), _LABEL)
    shares = [plot.right(place) for place in range(len(plot.classes))]
    return Figure(
        f"Accuracy of each class: {plot.title}",
        (f"The share of a class's images that were recognised{_weakest(plot, shares)}.",),
        body=joined(_line(plot.classes[place], share, names, place) for place, share in enumerate(shares)),
        width=_WIDTH,
        height=2 * _TOP + _LINE * len(shares),
        description="Bar chart of the share recognised, a bar a class.",
        table=_table(plot, shares),
    )


def _line(name: str, share: float | None, names: float, place: int) -> Markup:
    y = _TOP + _LINE * place
    left = names + _VALUE
    room = _WIDTH - left
    return joined(
        [
            tag("text", clipped(name, _LABEL), class_="tick end", x=names, y=y + 13),
            tag("text", _percent(share), class_="end", x=left - _MARGIN, y=y + 13),
            tag("rect", class_="track", x=left, y=y, width=room, height=_BAR),
            tag("rect", class_="column", x=left, y=y, width=room * (share or 0.0), height=_BAR),
        ]
    )


def _percent(share: float | None) -> str:
    return "no images" if share is None else f"{share:.1%}"


def _weakest(plot: Confusion, shares: list[float | None]) -> str:
    known = [(share, place) for place, share in enumerate(shares) if share is not None]
    if not known:
        return ""
    share, place = min(known)
    return f"; the lowest is {plot.classes[place]}'s, {share:.1%}"


def _table(plot: Confusion, shares: list[float | None]) -> Table:
    heads = ("Images", "Recognised", "Share")
    rows = (
        (plot.classes[place], f"{sum(row):,}", f"{row[place]:,}", _percent(shares[place]))
        for place, row in enumerate(plot.matrix)
    )
    return Table(plot.title, (Column("Class"), *(Column(head, numeric=True) for head in heads)), tuple(rows))
