"""What a check shows beside its verdict: numbers that the report draws, and findings.

The forms are those that `labgrade.reports` draws: curve, confusion, table, points. All numbers are the
grader's own, or were read from a student's values through `expect`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from labgrade.record.clean import storable_json

_MOST = 500
"""Values of a series, points, or rows: a training may return millions of losses, a record holds 16 MiB."""


@dataclass
class Evidence:
    """The `evidence` fixture of one check.

    Attributes:
        facts: JSON by name, for the record.
        findings: (code, message) pairs for the submission; our own words.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    findings: list[tuple[str, str]] = field(default_factory=list)

    def fact(self, name: str, value: Any) -> None:
        """Note one fact.

        Raises:
            TypeError: it is no JSON, so that no record could hold it.
        """
        self.facts[name] = _json(name, value)

    def curve(self, title: str, series: Mapping[str, Sequence[float]], x_label: str, y_label: str) -> None:
        """Draw one or more series over 1, 2, …; of long ones, values evenly apart."""
        drawn = [_series(name, values) for name, values in series.items()]
        self._plot("curve", title, x_label=x_label, y_label=y_label, series=drawn)

    def confusion(self, title: str, matrix: Tensor, classes: Sequence[str]) -> None:
        """Draw a confusion matrix: (n, n) counts, rows true, columns predicted."""
        self._plot("confusion", title, classes=list(classes), matrix=matrix.tolist())

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str | int | float]]) -> None:
        """Show a table, or the first rows of a long one."""
        self._plot("table", title, columns=list(columns), rows=[list(row) for row in rows[:_MOST]])

    def points(self, title: str, points: Sequence[tuple[float, float]], x_label: str, y_label: str) -> None:
        """Draw points; of many, some."""
        pairs = [[float(x), float(y)] for x, y in (points[place] for place in _places(len(points)))]
        self._plot("points", title, x_label=x_label, y_label=y_label, points=pairs)

    def finding(self, code: str, message: str) -> None:
        """Tell the submission something that is no mark; once, however often it is said."""
        if (code, message) not in self.findings:
            self.findings.append((code, message))

    def _plot(self, kind: str, title: str, **rest: Any) -> None:
        plot = _json(title, {"kind": kind, "title": title, **rest})
        self.facts.setdefault("plots", []).append(plot)


def _series(name: str, values: Sequence[float]) -> dict[str, Any]:
    places = _places(len(values))
    series: dict[str, Any] = {"name": name, "y": [float(values[place]) for place in places]}
    if len(places) < len(values):
        series["x"] = [place + 1 for place in places]  # else it is 1, 2, …
    return series


def _places(length: int) -> list[int]:
    """Return the places of all, or of `_MOST` of them, the first and the last among these."""
    if length <= _MOST:
        return list(range(length))
    return [round(step * (length - 1) / (_MOST - 1)) for step in range(_MOST)]


def _json(name: str, value: Any) -> Any:
    """Return a copy that a record can hold."""
    try:
        return json.loads(json.dumps(storable_json(value)))
    except (TypeError, ValueError) as error:
        raise TypeError(f"evidence {name!r} is nothing that a record can hold: {error}") from None
