"""From what can be drawn to figures."""

from __future__ import annotations

from typing import assert_never

from labgrade.reports.plots.bars import class_accuracy_figure
from labgrade.reports.plots.curve import curve_figure
from labgrade.reports.plots.data import Confusion, Curve, Distribution, Plot, Points, Table, Undrawn
from labgrade.reports.plots.figure import Figure
from labgrade.reports.plots.heatmap import confusion_figure
from labgrade.reports.plots.histogram import distribution_figure
from labgrade.reports.plots.scatter import points_figure


def drawn(plot: Plot) -> tuple[Figure, ...]:
    """Return the figures of a plot: of a confusion matrix two, of any other one."""
    match plot:
        case Curve():
            return (curve_figure(plot),)
        case Points():
            return (points_figure(plot),)
        case Confusion():
            return confusion_figure(plot), class_accuracy_figure(plot)
        case Distribution():
            return (distribution_figure(plot),)
        case Table():
            return (Figure(plot.title, plot.notes, table=plot),)
        case Undrawn():
            return (Figure(plot.title, plot.notes),)
        case _:
            assert_never(plot)
