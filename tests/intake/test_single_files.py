"""A hand-in that is one file: its bytes go through untouched, and content decides what it is."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from labgrade.intake import IntakeLimits, Member, digest_members

from .hand_ins import CODE, accepted, codes, message, notebook, paths, read, rejected, zip_bytes


def test_python_file_is_one_member_that_runs(tmp_path: Path) -> None:
    (tmp_path / "s01.py").write_bytes(CODE)
    submission = accepted(tmp_path / "s01.py")
    assert submission.members == (Member("s01.py", CODE),)
    assert submission.entries == ("s01.py",)
    assert submission.findings == ()
    assert submission.digest == digest_members((Member("s01.py", CODE),))
    assert submission.path == str(tmp_path / "s01.py")


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfx = 1\r\ny = 2\r\n",
        b"# -*- coding: latin-1 -*-\ns = '\xe9'\n",
        b"x = 1\rprint(x)\r",
        "x = 1\n".encode("utf-16"),
        b"x = 1\x00\n",
    ],
    ids=["bom-crlf", "latin-1", "old-mac", "utf-16", "nul"],
)
def test_bytes_of_any_encoding_are_kept_as_they_are(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "s01.py").write_bytes(data)
    assert accepted(tmp_path / "s01.py").members[0].data == data


def test_notebook_is_not_parsed(tmp_path: Path) -> None:
    broken = b'{"cells": [' + b"[" * 100_000
    (tmp_path / "s01.ipynb").write_bytes(broken)
    submission = accepted(tmp_path / "s01.ipynb")
    assert submission.members == (Member("s01.ipynb", broken),)
    assert submission.findings == ()


def test_notebook_larger_than_the_first_look_is_read_to_its_end(tmp_path: Path) -> None:
    data = notebook("x = 1  # " + "long " * 100_000)
    (tmp_path / "s01.ipynb").write_bytes(data)
    assert accepted(tmp_path / "s01.ipynb").members[0].data == data


@pytest.mark.parametrize("name", ["S01.PY", "s01.Py"])
def test_capital_endings_count(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(CODE)
    assert accepted(tmp_path / name).entries == (name,)


@pytest.mark.parametrize(
    ("name", "data", "becomes"),
    [
        ("s01.py", notebook("x = 1"), "s01.ipynb"),
        ("s01.py", b'\xef\xbb\xbf\n {"nbformat": 4, "metadata": {}, "cells": []}', "s01.ipynb"),
        ("s01.ipynb", CODE, "s01.py"),
        ("s01.txt", notebook("x = 1"), "s01.ipynb"),
        ("s01.zip", notebook("x = 1"), "s01.ipynb"),
        ("s01.ipynb.txt", notebook("x = 1"), "s01.ipynb"),
        ("s01.ipynb.json", notebook("x = 1"), "s01.ipynb"),
        ("s01.py.txt", CODE, "s01.py"),
        ("s01.py", zip_bytes({"q1.py": CODE}), "q1.py"),
        ("s01.ipynb", zip_bytes({"q1.py": CODE}), "q1.py"),
        ("s01", zip_bytes({"q1.py": CODE}), "q1.py"),
    ],
)
def test_content_decides_where_the_ending_is_wrong(
    tmp_path: Path, name: str, data: bytes, becomes: str
) -> None:
    (tmp_path / name).write_bytes(data)
    submission = accepted(tmp_path / name)
    assert submission.entries == (becomes,)
    assert codes(submission) == ["renamed"]
    assert f'"{name}"' in message(submission, "renamed")


def test_dictionary_at_the_top_of_a_module_is_no_notebook(tmp_path: Path) -> None:
    (tmp_path / "s01.py").write_bytes(b"{'cells': 1}\n")
    assert accepted(tmp_path / "s01.py").entries == ("s01.py",)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("s01.txt", b"my answers", "a text file"),
        ("s01.pdf", b"%PDF-1.7 ...", "a PDF document"),
        ("s01.py", b"%PDF-1.7 ...", "a PDF document"),
        ("s01.ipynb", b"\n<!DOCTYPE html><html>", "a web page"),
        ("s01.zip", b"Rar!\x1a\x07\x00", "a RAR archive"),
        ("s01.rar", b"Rar!\x1a\x07\x00", "a RAR archive"),
        ("s01.tar.gz", b"\x1f\x8b\x08", "a gzip archive"),
        ("s01.tar", b"q1.py\x00", "a tar archive"),
        ("s01.docx", zip_bytes({"word/document.xml": b"<w/>"}), "an Office document"),
        ("s01.ipynb", b"\x7fELF\x00\x00", "a file of an unknown kind"),
        ("s01", b"", "a file of an unknown kind"),
    ],
)
def test_what_cannot_run_is_rejected_with_advice(tmp_path: Path, name: str, data: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(data)
    rejection = rejected(tmp_path / name)
    assert codes(rejection) == ["unsupported-file"]
    assert kind in message(rejection, "unsupported-file")
    assert ".zip" in message(rejection, "unsupported-file")
    assert rejection.digest == hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\xef\xbb\xbf\n", b"\n" * 100_000])
@pytest.mark.parametrize("name", ["s01.py", "s01.ipynb"])
def test_blank_file_is_a_submission_with_a_finding(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    submission = accepted(tmp_path / name)
    assert submission.entries == (name,)
    assert codes(submission) == ["empty"]


def test_blank_start_is_not_a_blank_file(tmp_path: Path) -> None:
    (tmp_path / "s01.py").write_bytes(b"\n" * 100_000 + CODE)
    assert accepted(tmp_path / "s01.py").findings == ()


@pytest.mark.parametrize(("size", "fits"), [(10, True), (11, False)])
@pytest.mark.parametrize("name", ["s01.py", "s01.ipynb"])
def test_size_limit_is_exact(tmp_path: Path, name: str, size: int, *, fits: bool) -> None:
    (tmp_path / name).write_bytes(b"{" + b" " * (size - 1))
    result = read(tmp_path / name, IntakeLimits(py_bytes=10, notebook_bytes=10))
    assert codes(result) == ([] if fits else ["too-large"])


@pytest.mark.parametrize("name", ["s01.py", "s01.ipynb", "s01.zip"])
def test_sparse_file_over_the_limit_is_not_read(tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as file:
        file.write(b"{" if name.endswith("ipynb") else b"")
        file.truncate(1 << 40)
    rejection = rejected(tmp_path / name)
    assert codes(rejection) == ["too-large"]
    assert "MiB" in message(rejection, "too-large")


def test_default_limits_leave_room_for_outputs() -> None:
    limits = IntakeLimits()
    assert limits.notebook_bytes >= 200 * 1024 * 1024
    assert limits.total_bytes >= limits.notebook_bytes


def test_file_that_vanished_is_rejected(tmp_path: Path) -> None:
    rejection = rejected(tmp_path / "gone.py")
    assert codes(rejection) == ["unreadable"]
    assert '"gone.py"' in message(rejection, "unreadable")


def test_path_that_no_system_takes_is_rejected() -> None:
    assert codes(rejected(Path("a\0b.py"))) == ["unreadable"]


def test_very_long_name_keeps_its_ending(tmp_path: Path) -> None:
    name = "n" * 249 + ".ipynb"
    (tmp_path / name).write_bytes(CODE)
    (path,) = paths(accepted(tmp_path / name))
    assert path.endswith(".py")
    assert len(path.encode()) <= 255


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be made on Windows")
@pytest.mark.parametrize(
    "raw", [b"caf\xe9.py", b"a\nb.py", "a\u202eb.py".encode(), b"a\\..\\b.py", b"a:b.py"]
)
def test_awkward_names_become_safe_paths(tmp_path: Path, raw: bytes) -> None:
    directory = os.fsencode(tmp_path)
    try:
        Path(os.fsdecode(directory + b"/" + raw)).write_bytes(CODE)
    except OSError:
        pytest.skip("this file system takes no such names")
    submission = accepted(Path(os.fsdecode(directory + b"/" + raw)))
    (path,) = paths(submission)
    assert path.isprintable()
    assert not set(path) & set('\\:"<>|*?')
    assert submission.path.encode("utf-8")
    assert submission.entries == (path,)
