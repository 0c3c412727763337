"""Opening what lies on disk without following links, waiting for a pipe, or reading past a limit."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labgrade.intake.limits import readable_size
from labgrade.intake.notes import MemberLost, Refused
from labgrade.intake.sniff import HEAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Windows lacks the POSIX flags and needs O_BINARY; a missing one is 0.
_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY", "O_NOINHERIT"):
    _FLAGS |= getattr(os, _name, 0)


@dataclass
class Source:
    """One entry on disk, open.

    Attributes:
        name: its file or folder name.
        path: where it lies.
        head: its first bytes (at most 64 KiB), or None for a folder.
        skip: real paths that are never read (folders only).
        links: number of names that the file has on disk.
    """

    name: str
    path: str
    head: bytes | None = None
    skip: frozenset[str] = frozenset()
    links: int = 1
    _descriptor: int = field(default=-1, repr=False)
    _size: int = 0

    def read(self, limit: int) -> bytes:
        """Return the file's bytes; call it once. Raises Refused ("too-large") above `limit` bytes."""
        data = self.head or b""
        if self._size <= limit:
            data = _read_to_end(self._descriptor, data, self._size, limit)
        if max(len(data), self._size) > limit:
            raise Refused("too-large", self.name, limit=readable_size(limit))
        return data


@contextmanager
def open_source(path: str, name: str, skip: frozenset[str] = frozenset()) -> Iterator[Source]:
    """Open a file or folder for reading, and close it again.

    Raises:
        Refused: "link", "special-file" or "unreadable".
    """
    status = _look(path, name)
    if stat.S_ISDIR(status.st_mode):
        yield Source(name, path, skip=skip)
        return
    descriptor = _open_regular(path, name)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Refused("special-file", name)
        head = _read_to_end(descriptor, b"", HEAD_BYTES, HEAD_BYTES - 1)
        yield Source(name, path, head, links=status.st_nlink, _descriptor=descriptor, _size=status.st_size)
    except OSError as error:
        raise Refused("unreadable", name, reason=_reason(error)) from error
    finally:
        os.close(descriptor)


def read_member(path: Path, name: str, limit: int) -> tuple[bytes, int]:
    """Return the bytes of a file inside a folder, and the number of names that it has on disk.

    Raises:
        MemberLost: for what `open_source` refuses, and above `limit` bytes.
    """
    try:
        with open_source(str(path), name) as source:
            if source.head is None:
                raise MemberLost("special-file", name)
            return source.read(limit), source.links
    except Refused as refused:
        raise MemberLost(refused.code, *refused.names, **refused.facts) from refused


def is_link(path: str | Path, status: os.stat_result) -> bool:
    """Return whether the entry is a symbolic link, or a junction where there are such things."""
    is_junction = getattr(os.path, "isjunction", None)
    return stat.S_ISLNK(status.st_mode) or (is_junction is not None and is_junction(path))


def _look(path: str, name: str) -> os.stat_result:
    """Tell what lies at `path` without opening it: opening a device can have effects of its own."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError) as error:
        raise Refused("unreadable", name, reason=_reason(error)) from error
    if is_link(path, status):
        raise Refused("link", name)
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise Refused("special-file", name)
    return status


def _open_regular(path: str, name: str) -> int:
    try:
        return os.open(path, _FLAGS)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EMLINK}:  # became a link since we looked
            raise Refused("link", name) from error
        raise Refused("unreadable", name, reason=_reason(error)) from error


def _read_to_end(descriptor: int, start: bytes, size: int, limit: int) -> bytes:
    """Read on from `start` to the end, or to one byte more than `limit`, whatever `size` promised."""
    parts, length = [start], len(start)
    while length <= limit:
        wanted = max(size - length, 0) + HEAD_BYTES
        part = os.read(descriptor, min(wanted, limit + 1 - length))
        if not part:
            break
        parts.append(part)
        length += len(part)
    return b"".join(parts)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "its name cannot be used here"
