"""Files that are whole or absent, whenever the process is killed."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

_SUFFIX = ".tmp"
_PREFIX = ".labgrade-"


def write_atomic(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write `data` to `path` so that a reader sees the old file, or the new one, never a part.

    Args:
        path: its folder is made where it is missing.
        data: the file's bytes.
        durable: also survive a power cut (fsync of file and folder); pages that can be built
            again do without.
    """
    make_folder(path.parent, durable=durable)
    temporary = path.parent / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"
    try:
        _write_new(temporary, data, durable=durable)
        os.replace(temporary, path)  # noqa: PTH105  (Path.replace is the same call)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if durable:
        sync_folder(path.parent)


def _write_new(path: Path, data: bytes, *, durable: bool) -> None:
    with path.open("xb") as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())


def append_line(path: Path, line: bytes) -> None:
    """Append one line and sync it; a torn line of a killed process is closed off first."""
    make_folder(path.parent)
    with path.open("ab+") as file:
        if file.tell() and not _ends_line(file.fileno(), file.tell()):
            line = b"\n" + line
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _ends_line(descriptor: int, size: int) -> bool:
    return os.pread(descriptor, 1, size - 1) == b"\n"


def make_folder(folder: Path, *, durable: bool = True) -> None:
    """Make a folder and its parents; where `durable`, their entries survive a power cut."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    if durable:
        for place in missing:
            sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk, where the system has such a call."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folders: Iterable[Path]) -> int:
    """Delete what killed processes left half-written in `folders`; return how many files.

    Only for the holder of the folder's lock: another writer's file in the making looks the same.
    """
    count = 0
    for folder in folders:
        for leftover in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
            leftover.unlink(missing_ok=True)
            count += 1
    return count
