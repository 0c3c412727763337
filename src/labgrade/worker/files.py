"""A submission's files in its private folders: placed, remembered after loading, and put back."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

Files = tuple[tuple[str, bytes], ...]
"""Relative path and bytes of each file."""

_MAX_ENTRIES = 2_000
_MAX_BYTES = 64 << 20


def place(files: Files, folder: Path) -> None:
    """Write the files below `folder`."""
    for path, data in files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


class Snapshot:
    """What a submission's folders held right after loading, and where its code stood.

    Module-level code may write files that a function reads (weights, a vocabulary), or change the working
    directory: a process that starts an exercise finds both as loading left them, and nothing of another's.
    Beyond 2,000 files and folders or 64 MiB nothing is remembered, and nothing is taken away either.

    Args:
        folders: the folders that are the submission's own, the working directory first.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._place = Path.cwd()
        self._kept = _remembered(folders)

    def restore(self) -> None:
        """Make the folders what they were."""
        if self._kept is not None:
            for folder, kept in zip(self._folders, self._kept, strict=True):
                _empty(folder)
                for path in kept.folders:
                    (folder / path).mkdir(parents=True, exist_ok=True)
                place(kept.files, folder)

    def enter(self) -> None:
        """Go where loading left the process."""
        with contextlib.suppress(OSError):
            os.chdir(self._place)


@dataclass(frozen=True)
class _Kept:
    """What one folder held: the folders in it, by relative path, and the files."""

    folders: tuple[str, ...]
    files: Files


def _remembered(folders: Sequence[Path]) -> list[_Kept] | None:
    kept, room, number = [], _MAX_BYTES, 0
    for folder in folders:
        inner, files = [], []
        for path in _own_entries(folder):
            name, is_folder = str(path.relative_to(folder)), path.is_dir()
            number += 1
            room -= 0 if is_folder else path.stat().st_size
            if room < 0 or number > _MAX_ENTRIES:
                return None
            if is_folder:
                inner.append(name)
            else:
                files.append((name, path.read_bytes()))
        kept.append(_Kept(tuple(inner), tuple(files)))
    return kept


def _own_entries(folder: Path) -> Iterator[Path]:
    """Yield regular files and folders, nothing that leads elsewhere."""
    for path in folder.rglob("*"):
        if not path.is_symlink() and (path.is_dir() or path.is_file()):
            yield path


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                entry.unlink()
