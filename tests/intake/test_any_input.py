"""Whatever lies on disk, reading it gives a submission or a rejection, and says why."""

from __future__ import annotations

import contextlib
import re
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from labgrade.intake import Entry, IntakeLimits, Rejection, Submission, digest_members, read_entry

from .hand_ins import CODE, LAB, notebook, zip_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

_LIMITS = IntakeLimits(
    py_bytes=2_000,
    notebook_bytes=4_000,
    data_bytes=2_000,
    archive_bytes=20_000,
    total_bytes=6_000,
    members=6,
    entries=30,
)
_NAMES = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.sampled_from(
        [
            "q1.py",
            "Q1.py",
            "lab01_tensors.py",
            "a/b/c.ipynb",
            "../x.py",
            "q1.py/x.csv",
            "data.csv",
            "x.zip",
            "test_a.py",
        ]
    ),
    st.lists(st.sampled_from(["a", "..", ".", "", "\\", "con", "venv"]), max_size=5).map("/".join),
)
_CONTENTS = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([b"", CODE, notebook("x = 1"), zip_bytes({"q1.py": CODE}), b"<html>", bytes(5_000)]),
)
_LEGAL = st.sampled_from(["q1.py", "Q1.PY", "a/q1.ipynb", "a/b/c.csv", "a/.x", "LAB01_TENSORS.py", "z.zip"])
_FILES = st.lists(st.tuples(_NAMES, _CONTENTS), max_size=8)
_EDITS = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=12)


def _assert_well_formed(result: Submission | Rejection) -> None:
    for finding in result.findings:
        assert re.fullmatch(r"[a-z-]+", finding.code)
        assert finding.message.isprintable()
        assert finding.message.endswith(".")
        assert len(finding.message) < 2_500
    assert len({finding.code for finding in result.findings}) == len(result.findings)
    if isinstance(result, Rejection):
        assert result.findings
        return
    assert result.digest == digest_members(result.members)
    by_path = {member.path: member.data for member in result.members}
    assert len({path.casefold() for path in by_path}) == len(result.members) <= _LIMITS.members
    assert sum(map(len, by_path.values())) <= _LIMITS.total_bytes
    assert result.entries
    assert set(result.entries) <= set(by_path)
    for path in by_path:
        assert not path.startswith("/")
        assert "\\" not in path
        assert not {"", ".", ".."} & set(path.split("/"))


def _read_as(name: str, data: bytes) -> Submission | Rejection:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        return read_entry(Entry("s01", LAB, str(path)), limits=_LIMITS)


def _pack(files: Sequence[tuple[str, bytes]], method: int) -> bytes:
    return zip_bytes([(name or "x", data) for name, data in files], method)


@given(st.sampled_from(["s.py", "s.ipynb", "s.zip", "s", "s.txt", "s.ipynb.txt", "s.tar.gz"]), _CONTENTS)
@settings(max_examples=100, deadline=None)
def test_any_file_is_read_or_rejected(name: str, data: bytes) -> None:
    _assert_well_formed(_read_as(name, data))


@given(st.dictionaries(st.text(st.characters(exclude_characters="/\0"), max_size=30) | _LEGAL, _CONTENTS))
@settings(max_examples=100, deadline=None)
def test_any_folder_is_read_or_rejected(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            path = Path(folder, "s", name)
            with contextlib.suppress(OSError, ValueError):  # what this disk takes, or has already
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        _assert_well_formed(read_entry(Entry("s01", LAB, str(Path(folder, "s"))), limits=_LIMITS))


@given(_FILES, st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
@settings(max_examples=100, deadline=None)
def test_any_archive_is_read_or_rejected(files: list[tuple[str, bytes]], method: int) -> None:
    _assert_well_formed(_read_as("s.zip", _pack(files, method)))


@given(_FILES.filter(bool), _EDITS, st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
@settings(max_examples=200, deadline=None)
def test_any_damage_to_an_archive_is_survived(
    files: list[tuple[str, bytes]], edits: list[tuple[int, int]], method: int
) -> None:
    data = bytearray(_pack(files, method))
    for position, value in edits:
        data[-1 - position % len(data)] = value  # the directory lies at the end
    _assert_well_formed(_read_as("s.zip", bytes(data)))
