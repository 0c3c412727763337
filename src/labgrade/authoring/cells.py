"""Percent cells and solution regions: the layout of a lab's source, line by line.

A cell begins with `# %%` (code) or `# %% [markdown]` (comment lines follow). A region stands between
`# BEGIN SOLUTION` and `# END SOLUTION`, both indented as the code between them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NoReturn

from labgrade.errors import UserError

CODE_MARK = "# %%"
MARKDOWN_MARK = "# %% [markdown]"
BEGIN = "# BEGIN SOLUTION"
END = "# END SOLUTION"

Kind = Literal["code", "markdown"]

_NEAR_CELL = re.compile(r"#\s*%%")
_NEAR_MARKER = re.compile(r"#\W*(begin|end)[\W_]*solution", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """A line of the source and its number there, from 1."""

    number: int
    text: str


@dataclass(frozen=True)
class Cell:
    """One cell without its first line, the `# %%` mark.

    Attributes:
        kind: "code" or "markdown".
        lines: of the cell, blank lines at its ends included.
    """

    kind: Kind
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Region:
    """A solution region, by the line numbers of its two markers."""

    begin: int
    end: int
    indent: str

    def __contains__(self, number: int) -> bool:
        return self.begin <= number <= self.end


def refuse(origin: str, number: int, what: str, next_step: str = "") -> NoReturn:
    """Raise a `UserError` at a line of the source."""
    raise UserError(what, f"{origin}:{number}", next_step)


def split_cells(text: str, origin: str) -> tuple[Cell, ...]:
    """Split a percent file into its cells.

    Raises:
        UserError: at text before the first cell, a malformed mark, or code in a markdown cell.
    """
    cells: list[tuple[Kind, list[Line]]] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if kind := _mark(line, number, origin):
            cells.append((kind, []))
        elif cells:
            cells[-1][1].append(Line(number, line))
        elif line.strip():
            refuse(origin, number, "text before the first cell", f'Begin the file with "{CODE_MARK}".')
    for kind, lines in cells:
        if kind == "markdown":
            _check_markdown(lines, origin)
    return tuple(Cell(kind, tuple(lines)) for kind, lines in cells)


def find_regions(cells: tuple[Cell, ...], origin: str) -> tuple[Region, ...]:
    """Return the solution regions in order.

    Raises:
        UserError: at a marker that is misspelt, nested, unbalanced, in a markdown cell, or whose two
            ends are indented differently or lie in different cells.
    """
    return tuple(region for cell in cells for region in _cell_regions(cell, origin))


def _mark(line: str, number: int, origin: str) -> Kind | None:
    if line.rstrip() == CODE_MARK:
        return "code"
    if line.rstrip() == MARKDOWN_MARK:
        return "markdown"
    if _NEAR_CELL.match(line):
        refuse(
            origin, number, f"not a cell mark: {line.strip()!r}", f'Write "{CODE_MARK}" or "{MARKDOWN_MARK}".'
        )
    return None


def _check_markdown(lines: list[Line], origin: str) -> None:
    for line in lines:
        if line.text.strip() and not line.text.startswith("#"):
            refuse(origin, line.number, "code in a markdown cell", f'Begin a code cell with "{CODE_MARK}".')
        if _NEAR_MARKER.match(line.text):
            refuse(origin, line.number, "a solution marker in a markdown cell", "Move it into a code cell.")


def _cell_regions(cell: Cell, origin: str) -> list[Region]:
    regions: list[Region] = []
    opened: Line | None = None
    for line in cell.lines:
        marker = _marker(line, origin)
        if marker == "begin":
            if opened is not None:
                refuse(origin, line.number, f"a region begins inside the one of line {opened.number}")
            opened = line
        elif marker == "end":
            if opened is None:
                refuse(origin, line.number, f'"{END}" without "{BEGIN}"')
            regions.append(_region(opened, line, origin))
            opened = None
    if opened is not None:
        refuse(origin, opened.number, f'"{BEGIN}" without "{END}" in its cell')
    return regions


def _marker(line: Line, origin: str) -> Literal["begin", "end"] | None:
    text = line.text.strip()
    if text == BEGIN:
        return "begin"
    if text == END:
        return "end"
    if _NEAR_MARKER.search(text):
        refuse(
            origin,
            line.number,
            f"not a solution marker: {text!r}",
            f'Write "{BEGIN}" or "{END}" on its own line.',
        )
    return None


def _region(begin: Line, end: Line, origin: str) -> Region:
    indent = _indent(begin)
    if _indent(end) != indent:
        refuse(origin, end.number, f'"{END}" is not indented as the "{BEGIN}" of line {begin.number}')
    return Region(begin.number, end.number, indent)


def _indent(line: Line) -> str:
    return line.text[: len(line.text) - len(line.text.lstrip())]
