"""Short tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labgrade.intake.names import visible

if TYPE_CHECKING:
    from labgrade.batch import Graded

_MOST_ROWS = 60


def class_table(graded: Sequence[Graded]) -> None:
    """Print a row a submission: lab, student, score, and the first finding."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, side in (("Lab", "left"), ("Student", "left"), ("Score", "right"), ("Findings", "left")):
        table.add_column(title, justify=side, overflow="fold")  # type: ignore[arg-type]
    for row in graded[:_MOST_ROWS]:
        cells = (row.lab, visible(row.student, 40), _score(row), _findings(row))
        table.add_row(*(Text(cell) for cell in cells))
    console = Console()
    console.print(table)
    if len(graded) > _MOST_ROWS:
        console.print(f"… and {len(graded) - _MOST_ROWS} more, in the report.")


def _score(row: Graded) -> str:
    return "not graded" if row.score is None else f"{row.score:g} of {row.max_score:g}"


def _findings(row: Graded) -> str:
    if not row.findings:
        return ""
    first = row.findings[0]
    more = f" (+{len(row.findings) - 1})" if len(row.findings) > 1 else ""
    place = f"{first['where']}: " if first["where"] else ""
    return visible(f"{place}{first['message']}", 100) + more
