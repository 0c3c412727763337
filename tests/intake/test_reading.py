"""Files that change or lie about themselves while they are read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.trees import write_tree

from labgrade.intake import Entry, IntakeLimits, Member, Rejection, read_entry

from .hand_ins import CODE, LAB, accepted, codes, paths, rejected

if TYPE_CHECKING:
    from labgrade.intake.notes import Notes
    from labgrade.intake.source import Source


def _grow(monkeypatch: pytest.MonkeyPatch, path: Path, data: bytes) -> None:
    """Let the file grow at the first read of it."""
    original = os.read

    def read(descriptor: int, size: int) -> bytes:
        if path.stat().st_size < len(data):
            path.write_bytes(data)
        return original(descriptor, size)

    monkeypatch.setattr(os, "read", read)


def test_file_that_grows_is_read_to_its_new_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s01.py").write_bytes(b"x = 1\n")
    _grow(monkeypatch, tmp_path / "s01.py", CODE * 20_000)
    assert accepted(tmp_path / "s01.py").members[0].data == CODE * 20_000


def test_file_that_grows_past_the_limit_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s01.py").write_bytes(b"x = 1\n")
    _grow(monkeypatch, tmp_path / "s01.py", CODE * 20_000)
    assert codes(rejected(tmp_path / "s01.py", IntakeLimits(py_bytes=100_000))) == ["too-large"]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs a file that hides its size")
def test_file_that_says_it_is_empty_is_read_up_to_the_limit() -> None:
    entry = Entry("s01", LAB, "/proc/self/maps")
    result = read_entry(entry, limits=IntakeLimits(py_bytes=100), formats=(_TakesAll(),))
    assert isinstance(result, Rejection)
    assert codes(result) == ["too-large"]


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="POSIX only")
def test_link_that_replaces_a_file_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.py").write_bytes(b"answers = 1\n")
    (tmp_path / "s01.py").write_bytes(CODE)
    original = os.open

    def swap_and_open(path: str, flags: int, *rest: int) -> int:
        Path(path).unlink()
        Path(path).symlink_to(tmp_path / "secret.py")
        return original(path, flags, *rest)

    monkeypatch.setattr(os, "open", swap_and_open)
    assert codes(rejected(tmp_path / "s01.py")) == ["link"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX only")
def test_pipe_that_replaces_a_file_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s01.py").write_bytes(CODE)
    original = os.open

    def swap_and_open(path: str, flags: int, *rest: int) -> int:
        Path(path).unlink()
        os.mkfifo(path)
        return original(path, flags, *rest)

    monkeypatch.setattr(os, "open", swap_and_open)
    assert codes(rejected(tmp_path / "s01.py")) == ["special-file"]


def test_read_error_is_a_rejection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s01.py").write_bytes(CODE)

    def fail(*_: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", fail)
    assert codes(rejected(tmp_path / "s01.py")) == ["unreadable"]


def test_file_that_goes_while_its_folder_is_read_loses_itself_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_tree(tmp_path / "s01", {"q1.py": CODE, "q2.py": CODE})
    original = os.open

    def open_once(path: str, flags: int, *rest: int) -> int:
        (folder / "q2.py").unlink(missing_ok=True)
        return original(path, flags, *rest)

    monkeypatch.setattr(os, "open", open_once)
    submission = accepted(folder)
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["unreadable"]


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    (tmp_path / "s01.py").write_bytes(CODE)
    (tmp_path / "s02.py").write_bytes(b"x" * 200)
    before = _open_descriptors()
    for _ in range(5):
        accepted(tmp_path / "s01.py")
        rejected(tmp_path / "s02.py", IntakeLimits(py_bytes=100))
    assert _open_descriptors() == before


class _TakesAll:
    """Reads any file as Python code."""

    name = "all"

    def claims(self, path_name: str, head: bytes | None) -> bool:
        del path_name
        return head is not None

    def read(self, source: Source, limits: IntakeLimits, notes: Notes) -> tuple[Member, ...]:
        del notes
        return (Member("all.py", source.read(limits.py_bytes)),)


def _open_descriptors() -> int:
    """Return the lowest free descriptor: it rises where one leaks."""
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor
