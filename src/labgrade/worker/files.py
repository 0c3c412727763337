"""A submission's files in its private folders: placed, remembered after loading, and put back."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

Files = tuple[tuple[str, bytes], ...]
"""Relative path and bytes of each file."""

_MAX_FILES = 2_000
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
    Beyond 2,000 files or 64 MiB nothing is remembered, and nothing is taken away either.

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
            for folder, files in zip(self._folders, self._kept, strict=True):
                _empty(folder)
                place(files, folder)

    def enter(self) -> None:
        """Go where loading left the process."""
        with contextlib.suppress(OSError):
            os.chdir(self._place)


def _remembered(folders: Sequence[Path]) -> list[Files] | None:
    kept, room, number = [], _MAX_BYTES, 0
    for folder in folders:
        files = []
        for path in _regular_files(folder):
            number += 1
            room -= path.stat().st_size
            if room < 0 or number > _MAX_FILES:
                return None
            files.append((str(path.relative_to(folder)), path.read_bytes()))
        kept.append(tuple(files))
    return kept


def _regular_files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                entry.unlink()
