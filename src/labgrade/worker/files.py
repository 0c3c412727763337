"""A submission's files in its private working directory."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable
from pathlib import Path

Files = tuple[tuple[str, bytes], ...]
"""Relative path and bytes of each file."""


def place(files: Files, folder: Path) -> None:
    """Write the files below `folder`."""
    for path, data in files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def wipe(folders: Iterable[Path]) -> None:
    """Empty folders that are the submission's own."""
    for folder in folders:
        for entry in folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    entry.unlink()
