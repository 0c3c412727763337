"""What a check shows beside its verdict: numbers that the report draws, and findings.

The forms are those that `labgrade.reports` draws: curve, confusion, table, points. All numbers are the
grader's own, or were read from a student's values through `expect`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor


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
        """Note one fact."""
        self.facts[name] = value

    def curve(self, title: str, series: Mapping[str, Sequence[float]], x_label: str, y_label: str) -> None:
        """Draw one or more series over 1, 2, …."""
        drawn = [{"name": name, "y": [float(v) for v in values]} for name, values in series.items()]
        self._plot("curve", title, x_label=x_label, y_label=y_label, series=drawn)

    def confusion(self, title: str, matrix: Tensor, classes: Sequence[str]) -> None:
        """Draw a confusion matrix: (n, n) counts, rows true, columns predicted."""
        self._plot("confusion", title, classes=list(classes), matrix=matrix.tolist())

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str | int | float]]) -> None:
        """Show a table."""
        self._plot("table", title, columns=list(columns), rows=[list(row) for row in rows])

    def points(self, title: str, points: Sequence[tuple[float, float]], x_label: str, y_label: str) -> None:
        """Draw points."""
        pairs = [[float(x), float(y)] for x, y in points]
        self._plot("points", title, x_label=x_label, y_label=y_label, points=pairs)

    def finding(self, code: str, message: str) -> None:
        """Tell the submission something that is no mark; once, however often it is said."""
        if (code, message) not in self.findings:
            self.findings.append((code, message))

    def _plot(self, kind: str, title: str, **rest: Any) -> None:
        self.facts.setdefault("plots", []).append({"kind": kind, "title": title, **rest})
