"""Writes the generated files of labs, or says which have drifted from their source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from labgrade.authoring.source import read_source

if TYPE_CHECKING:
    from pathlib import Path

    from labgrade.course import Lab


@dataclass(frozen=True)
class Generated:
    """A file that follows from a lab's source.

    Attributes:
        path: where it belongs.
        text: what it has to hold.
    """

    path: Path
    text: str

    @property
    def up_to_date(self) -> bool:
        """Whether the file on disk holds exactly this text."""
        return self.path.is_file() and self.path.read_bytes() == self.text.encode("utf-8")

    def write(self) -> None:
        """Write the file, with the same line ends on every platform."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.text, encoding="utf-8", newline="\n")


def generated_files(lab: Lab) -> tuple[Generated, ...]:
    """Return the stub module and the stub notebook of a lab, as its source has them now.

    Raises:
        UserError: where the source cannot be read or holds a mistake.
    """
    source = read_source(lab.solution)
    return (
        Generated(lab.stub_module, source.stub_module()),
        Generated(lab.stub_notebook, source.stub_notebook()),
    )
