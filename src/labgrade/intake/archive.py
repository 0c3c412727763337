"""Zip archives, unpacked in memory with every promise of theirs counted after."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from functools import partial
from typing import TYPE_CHECKING

from labgrade.intake.limits import IntakeLimits, readable_size
from labgrade.intake.members import Candidate, archive_components, is_junk, noted_path
from labgrade.intake.notes import MemberLost, Notes, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER = b"PK\x01\x02"
_CHUNK = 256 * 1024
_ENCRYPTED = 0x1 | 0x40
_NAME_IS_UTF8 = 0x800
# The other methods hand out whatever one chunk unpacks to (gigabytes), so they cannot be limited.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGE = (  # what zipfile raises on malformed input, beyond its own exception
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


def zip_candidates(data: bytes, name: str, limits: IntakeLimits, notes: Notes) -> Iterator[Candidate]:
    """Yield the archive's files that can be read safely, in the archive's order.

    Args:
        data: the archive's bytes.
        name: its file name, for messages.
        limits: what may be unpacked.
        notes: takes what is left out.

    Raises:
        Refused: "damaged-archive" or "too-many-files"; "archive-bomb" while a candidate is read.
    """
    if data.count(_HEADER) > limits.entries:  # counted first: parsing 100,000 headers takes a second
        raise Refused("too-many-files", name, limit=f"{limits.entries:,}")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGE as error:
        kind = "empty" if not data else "damaged-archive"
        raise Refused(kind, name) from error
    most = min(max(limits.ratio_floor, limits.ratio * len(data)), limits.total_bytes)
    yield from _Unpacker(archive, name, most).candidates(limits.depth, notes)


class _Unpacker:
    """One archive, and what it has unpacked to so far."""

    def __init__(self, archive: zipfile.ZipFile, name: str, most: int) -> None:
        self._archive = archive
        self._name = name
        self._most = most
        self._produced = 0

    def candidates(self, depth: int, notes: Notes) -> Iterator[Candidate]:
        """Yield the files to which there is no objection, at most `depth` folders deep."""
        for info in self._archive.infolist():
            name = _name(info)
            components = archive_components(name)
            if components is None:
                notes.add("unsafe-path", name)
            elif not name.endswith(("/", "\\")) and not any(map(is_junk, components[: depth + 1])):
                yield from self._candidate(info, components, depth, notes)

    def _candidate(
        self, info: zipfile.ZipInfo, components: list[str], depth: int, notes: Notes
    ) -> Iterator[Candidate]:
        shown = "/".join(components)
        objection = _objection(info)
        if objection is not None:
            notes.add(objection, shown)
        elif len(components) > depth:
            notes.add("too-deep", shown, limit=str(depth))
        elif (path := noted_path(components, shown, notes)) is not None:
            yield Candidate(path, info.file_size, partial(self._unpack, info, shown))

    def _unpack(self, info: zipfile.ZipInfo, name: str, limit: int) -> bytes:
        parts: list[bytes] = []
        length = 0
        try:
            with self._archive.open(info) as member:
                while length <= limit and (part := member.read(_CHUNK)):
                    length += len(part)
                    self._count(len(part))
                    parts.append(part)
        except _DAMAGE as error:
            self._count(info.file_size)  # what came before the damage cost as much
            raise MemberLost("damaged-member", name) from error
        if length > limit:
            raise MemberLost("too-large", name, limit=readable_size(limit))
        return b"".join(parts)

    def _count(self, size: int) -> None:
        self._produced += size
        if self._produced > self._most:
            raise Refused("archive-bomb", self._name, limit=readable_size(self._most))


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; some systems write UTF-8 without saying so."""
    name = info.orig_filename
    if info.flag_bits & _NAME_IS_UTF8:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _objection(info: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "link"
    if kind not in {0, stat.S_IFREG}:
        return "special-file"
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    return None if info.compress_type in _METHODS else "unsupported-compression"
