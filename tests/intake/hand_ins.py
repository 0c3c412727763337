"""Small hand-ins, honest and malformed, made where a test needs them."""

from __future__ import annotations

import io
import json
import struct
import warnings
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING

from labgrade.intake import Entry, IntakeLimits, Rejection, Submission, read_entry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LAB = "lab01_tensors"
LABS = ("lab01_tensors", "lab02_computation_graphs", "lab10_networks")
CODE = b"def q1(x):\n    return x\n"


def notebook(*sources: str) -> bytes:
    """Return a notebook's bytes with one code cell a source."""
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": s} for s in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def zip_bytes(
    files: Mapping[str, bytes] | Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_STORED
) -> bytes:
    """Return a zip archive of the files, in order; pairs allow one name twice."""
    pairs = files.items() if isinstance(files, Mapping) else files
    buffer = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in pairs:
            info = zipfile.ZipInfo(name)
            info.filename = name  # ZipInfo tidies backslashes and NUL away on some systems
            info.compress_type = method
            archive.writestr(info, data)
    return buffer.getvalue()


def zip_with_mode(name: str, mode: int, data: bytes = b"target") -> bytes:
    """Return a zip archive with one Python file and one member of the Unix file mode `mode`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("q1.py", CODE)
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = mode << 16
        archive.writestr(info, data)
    return buffer.getvalue()


def zip_of_many(count: int) -> bytes:
    """Return an archive that lists `count` empty members: headers only, made in no time."""
    header = (
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    )
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(header) * count, 0, 0)
    return header * count + end


def patched(data: bytes, member: str, *, size: int | None = None, flag: int | None = None) -> bytes:
    """Return the archive with a member's unpacked size or flag bits rewritten in both its headers."""
    changed = bytearray(data)
    name = member.encode()
    for magic, name_at, size_at, flag_at in ((b"PK\x03\x04", 30, 22, 6), (b"PK\x01\x02", 46, 24, 8)):
        start = changed.find(magic)
        while start >= 0 and changed[start + name_at : start + name_at + len(name)] != name:
            start = changed.find(magic, start + 1)
        assert start >= 0
        if size is not None:
            struct.pack_into("<L", changed, start + size_at, size)
        if flag is not None:
            struct.pack_into("<H", changed, start + flag_at, flag)
    return bytes(changed)


def read(path: Path, limits: IntakeLimits | None = None, lab: str = LAB) -> Submission | Rejection:
    """Read what lies at `path` as student s01's."""
    return read_entry(Entry("s01", lab, str(path)), limits=limits or IntakeLimits())


def accepted(path: Path, limits: IntakeLimits | None = None) -> Submission:
    """Read what must become a submission."""
    result = read(path, limits)
    assert isinstance(result, Submission), result
    return result


def rejected(path: Path, limits: IntakeLimits | None = None) -> Rejection:
    """Read what must be rejected."""
    result = read(path, limits)
    assert isinstance(result, Rejection), result
    return result


def codes(result: Submission | Rejection | Entry) -> list[str]:
    """Return the codes of the findings, in order."""
    return [finding.code for finding in result.findings]


def message(result: Submission | Rejection | Entry, code: str) -> str:
    """Return the message of the one finding with this code."""
    (found,) = [finding.message for finding in result.findings if finding.code == code]
    return found


def paths(submission: Submission) -> list[str]:
    """Return the members' paths, in order."""
    return [member.path for member in submission.members]
