"""A lab's source, `reference_solutions/LAB.py`: one file from which stub and solution both come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from labgrade.authoring.cells import CODE_MARK, MARKDOWN_MARK, Cell, Region, find_regions, split_cells
from labgrade.authoring.notebook import notebook_text
from labgrade.authoring.stub import stub_cells
from labgrade.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BLANK_LINES = 2


@dataclass(frozen=True)
class LabSource:
    """A lab's source, checked.

    Attributes:
        cells: as written, markers and solutions included.
        regions: the solution regions, by line.
        stub: the cells that students get.
    """

    cells: tuple[Cell, ...]
    regions: tuple[Region, ...]
    stub: tuple[Cell, ...]

    @property
    def solution(self) -> tuple[Cell, ...]:
        """The cells with their solutions, without the markers."""
        markers = {number for region in self.regions for number in (region.begin, region.end)}
        return tuple(
            Cell(cell.kind, tuple(line for line in cell.lines if line.number not in markers))
            for cell in self.cells
        )

    def stub_module(self) -> str:
        """Return the stub as the text of a percent module."""
        return _module_text(self.stub)

    def stub_notebook(self) -> str:
        """Return the stub as the text of a notebook with the same cells."""
        return notebook_text(map(_notebook_cell, self.stub))

    def solution_notebook(self) -> str:
        """Return the solution as the text of a notebook, for a teacher to run."""
        return notebook_text(map(_notebook_cell, self.solution))


def read_source(path: Path) -> LabSource:
    """Read and check a lab's source.

    Raises:
        UserError: naming file and line of the first mistake.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot be read ({error})", str(path), "Write the lab's source there.") from error
    return parse_source(text, str(path))


def parse_source(text: str, origin: str) -> LabSource:
    """Check a lab's source and work out its stub.

    Args:
        text: of the percent file.
        origin: the file's name, for errors.

    Raises:
        UserError: naming file and line of the first mistake.
    """
    cells = split_cells(text, origin)
    regions = find_regions(cells, origin)
    return LabSource(cells, regions, stub_cells(cells, regions, origin))


def _module_text(cells: tuple[Cell, ...]) -> str:
    lines: list[str] = []
    for cell in cells:
        lines += ["", "", CODE_MARK if cell.kind == "code" else MARKDOWN_MARK]
        lines += [line.text.rstrip() for line in cell.lines]
    return "\n".join(_spaced(lines)).strip("\n") + "\n"


def _spaced(lines: list[str]) -> Iterator[str]:
    """Yield the lines, never more than two blank ones in a row."""
    blank = 0
    for line in lines:
        blank = 0 if line else blank + 1
        if blank <= MAX_BLANK_LINES:
            yield line


def _notebook_cell(cell: Cell) -> tuple[Literal["code", "markdown"], str]:
    lines = [line.text.rstrip() for line in cell.lines]
    if cell.kind == "markdown":
        lines = [line.removeprefix("#").removeprefix(" ") for line in lines]
    return cell.kind, "\n".join(_spaced(lines)).strip("\n")
