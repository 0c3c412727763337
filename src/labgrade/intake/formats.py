"""The forms in which people hand in, each an object of one Protocol: plug-ins add theirs beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from labgrade.intake import sniff
from labgrade.intake.archive import zip_candidates
from labgrade.intake.folder import folder_candidates
from labgrade.intake.members import keep, safe_path, with_ending
from labgrade.intake.model import Member

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labgrade.intake.limits import IntakeLimits
    from labgrade.intake.notes import Notes
    from labgrade.intake.source import Source


class IntakeFormat(Protocol):
    """One form of hand-in."""

    @property
    def name(self) -> str:
        """What it is called in messages and settings."""
        ...

    def claims(self, path_name: str, head: bytes | None) -> bool:
        """Return whether this format reads an entry.

        Args:
            path_name: the entry's file or folder name.
            head: the file's first bytes (at most 64 KiB), or None for a folder.
        """
        ...

    def read(self, source: Source, limits: IntakeLimits, notes: Notes) -> tuple[Member, ...]:
        """Return the members that are kept; what is left out goes to `notes`.

        Raises:
            Refused: where the hand-in as a whole cannot be read.
        """
        ...


class FolderFormat:
    """A folder of files; links are not followed."""

    name = "folder"

    def claims(self, path_name: str, head: bytes | None) -> bool:
        """Claim every folder."""
        del path_name  # a folder has no ending
        return head is None

    def read(self, source: Source, limits: IntakeLimits, notes: Notes) -> tuple[Member, ...]:
        """Walk the folder and keep code and small data."""
        return keep(folder_candidates(source, limits, notes), limits, notes)


class ZipFormat:
    """A zip archive, unpacked in memory."""

    name = "zip"

    def claims(self, path_name: str, head: bytes | None) -> bool:
        """Claim what is called .zip, and zip archives under the name of a runnable file."""
        ending = sniff.suffix(path_name)
        if head is None or sniff.is_notebook(head):
            return False
        if ending == ".zip":
            return sniff.foreign_kind(head) is None
        return sniff.is_zip(head) and ending in {".py", ".ipynb", ""}

    def read(self, source: Source, limits: IntakeLimits, notes: Notes) -> tuple[Member, ...]:
        """Unpack within the limits and keep code and small data."""
        if sniff.suffix(source.name) != ".zip":
            notes.add("renamed", source.name, kind="a zip archive")
        data = source.read(limits.archive_bytes)
        return keep(zip_candidates(data, source.name, limits, notes), limits, notes)


class NotebookFormat:
    """A notebook, as bytes: it is parsed in the worker only."""

    name = "notebook"

    def claims(self, path_name: str, head: bytes | None) -> bool:
        """Claim what begins like a notebook, and what is called one and may be one."""
        if head is None:
            return False
        called_so = sniff.suffix(path_name) == ".ipynb"
        return sniff.is_notebook(head) or (called_so and sniff.may_be_notebook(head))

    def read(self, source: Source, limits: IntakeLimits, notes: Notes) -> tuple[Member, ...]:
        """Keep the file as the one member."""
        return _single(source, ".ipynb", "a notebook", limits.notebook_bytes, notes)


class PythonFormat:
    """A Python file, as bytes."""

    name = "python"

    def claims(self, path_name: str, head: bytes | None) -> bool:
        """Claim what is called .py, and text that is called a notebook and is none."""
        if head is None or sniff.foreign_kind(head) is not None:
            return False
        ending = sniff.suffix(path_name)
        return ending == ".py" or (ending == ".ipynb" and b"\0" not in head)

    def read(self, source: Source, limits: IntakeLimits, notes: Notes) -> tuple[Member, ...]:
        """Keep the file as the one member."""
        return _single(source, ".py", "Python code", limits.py_bytes, notes)


BUILTIN_FORMATS: tuple[IntakeFormat, ...] = (FolderFormat(), ZipFormat(), NotebookFormat(), PythonFormat())
"""Asked in this order; the first that claims an entry reads it."""


def claiming(formats: Sequence[IntakeFormat], source: Source) -> IntakeFormat | None:
    """Return the first format that claims the source, or None."""
    return next((f for f in formats if f.claims(source.name, source.head)), None)


def _single(source: Source, ending: str, kind: str, limit: int, notes: Notes) -> tuple[Member, ...]:
    name = source.name
    if not name.lower().endswith(ending):
        notes.add("renamed", name, kind=kind)
        name = with_ending(sniff.stem(safe_path([name]) or name), ending)
    path = safe_path([name]) or f"submission{ending}"
    return (Member(path, source.read(limit)),)
