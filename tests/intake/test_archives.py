"""Zip archives: unpacked in memory, nothing they promise is believed."""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING

import pytest

from labgrade.intake import IntakeLimits

from .hand_ins import (
    CODE,
    accepted,
    codes,
    message,
    notebook,
    patched,
    paths,
    read,
    rejected,
    zip_bytes,
    zip_of_many,
    zip_with_mode,
)

if TYPE_CHECKING:
    from pathlib import Path


def _zip(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "s01.zip"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_unpacked(tmp_path: Path, method: int) -> None:
    files = {"q1.py": CODE, "data/points.csv": b"1,2\n"}
    submission = accepted(_zip(tmp_path, zip_bytes(files, method)))
    assert {member.path: member.data for member in submission.members} == files
    assert submission.entries == ("q1.py",)
    assert submission.findings == ()


@pytest.mark.parametrize(
    "name",
    [
        "../evil.py",
        "a/../../evil.py",
        "/etc/evil.py",
        "//server/evil.py",
        "C:evil.py",
        "c:/evil.py",
        "..\\evil.py",
        "a\\..\\..\\evil.py",
        "\\evil.py",
        "C:\\evil.py",
        "..",
        "n" * 256 + ".py",
        "/".join(["folder" * 20] * 12) + "/evil.py",
    ],
)
def test_path_that_leads_out_is_left_out(tmp_path: Path, name: str) -> None:
    submission = accepted(_zip(tmp_path, zip_bytes({name: CODE, "q1.py": CODE})))
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["unsafe-path"]


def test_nothing_is_written_to_disk(tmp_path: Path) -> None:
    accepted(_zip(tmp_path, zip_bytes({"../evil.py": CODE, "a/q1.py": CODE, "b.csv": b"1"})))
    assert [path.name for path in tmp_path.iterdir()] == ["s01.zip"]
    assert not (tmp_path.parent / "evil.py").exists()


def test_honest_backslashes_are_separators(tmp_path: Path) -> None:
    files = [("lab1\\q1.py", CODE), ("lab1\\data\\", b""), ("lab1\\data\\a.csv", b"1")]
    submission = accepted(_zip(tmp_path, zip_bytes(files)))
    assert paths(submission) == ["q1.py", "data/a.csv"]
    assert submission.findings == ()


def test_control_characters_in_names_are_replaced_and_shown(tmp_path: Path) -> None:
    submission = accepted(_zip(tmp_path, zip_bytes({"q\x1b[31m\u202e1.py": CODE})))
    assert paths(submission) == ["q_[31m_1.py"]
    assert codes(submission) == ["unsafe-name"]
    assert "\\x1b[31m\\u202e1.py" in message(submission, "unsafe-name")
    assert message(submission, "unsafe-name").isprintable()


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        (0o120777, "link"),
        (0o010644, "special-file"),
        (0o020644, "special-file"),
        (0o060644, "special-file"),
        (0o140644, "special-file"),
    ],
    ids=["link", "pipe", "device", "disk", "socket"],
)
def test_links_and_special_members_are_left_out(tmp_path: Path, mode: int, code: str) -> None:
    submission = accepted(_zip(tmp_path, zip_with_mode("data.csv", mode, b"/etc/passwd")))
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == [code]


def test_encrypted_member_is_told(tmp_path: Path) -> None:
    data = patched(zip_bytes({"q1.py": CODE}), "q1.py", flag=1)
    rejection = rejected(_zip(tmp_path, data))
    assert codes(rejection) == ["encrypted", "nothing-to-run"]
    assert "password" in message(rejection, "encrypted")


def test_wrong_checksum_loses_that_member(tmp_path: Path) -> None:
    data = zip_bytes({"q1.py": CODE, "q2.py": b"MARKER = 2\n"}).replace(b"MARKER", b"MURKER")
    submission = accepted(_zip(tmp_path, data))
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["damaged-member"]
    assert '"q2.py"' in message(submission, "damaged-member")


@pytest.mark.parametrize("size", [0, 3, 1_000_000])
def test_lying_size_never_gives_more_than_it_says(tmp_path: Path, size: int) -> None:
    honest = zip_bytes({"q1.py": CODE, "q2.py": b"x = 1\n" * 10_000}, zipfile.ZIP_DEFLATED)
    submission = accepted(_zip(tmp_path, patched(honest, "q2.py", size=size)))
    assert "q1.py" in paths(submission)
    assert all(len(member.data) <= 60_000 for member in submission.members)
    assert codes(submission) in (["damaged-member"], ["several-files"], [])


def test_declared_size_over_the_limit_is_not_unpacked(tmp_path: Path) -> None:
    bomb = zip_bytes({"q1.py": CODE, "zeros.csv": bytes(50_000_000)}, zipfile.ZIP_DEFLATED)
    submission = accepted(_zip(tmp_path, bomb))
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["too-large"]


def test_size_is_counted_where_it_lies(tmp_path: Path) -> None:
    # Says 5,000 bytes, would give 5,000,000: reading stops at what it said.
    bomb = zip_bytes({"q1.py": CODE, "zeros.csv": bytes(5_000_000)}, zipfile.ZIP_DEFLATED)
    limits = IntakeLimits(data_bytes=10_000)
    submission = accepted(_zip(tmp_path, patched(bomb, "zeros.csv", size=5_000)), limits)
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["damaged-member"]


def test_ratio_stops_a_bomb_within_the_size_limits(tmp_path: Path) -> None:
    bomb = zip_bytes({"s01.ipynb": b"{" + bytes(3_000_000)}, zipfile.ZIP_DEFLATED)
    rejection = rejected(_zip(tmp_path, bomb), IntakeLimits(ratio_floor=1_000_000))
    assert codes(rejection) == ["archive-bomb"]


def test_damaged_members_are_counted_too(tmp_path: Path) -> None:
    # Each unpacks in full before its checksum turns out wrong, so none would use up the total.
    files = {f"d{number}.csv": b"0123" + bytes(100_000) for number in range(20)}
    bomb = zip_bytes({**files, "z.py": CODE}, zipfile.ZIP_STORED).replace(b"0123", b"3210")
    rejection = rejected(_zip(tmp_path, bomb), IntakeLimits(total_bytes=500_000))
    assert codes(rejection) == ["damaged-member", "archive-bomb"]


def test_very_long_names_are_not_looked_at(tmp_path: Path) -> None:
    files = {f"{number}" + "/a" * 32_000 + ".py": b"" for number in range(50)}
    submission = accepted(_zip(tmp_path, zip_bytes({**files, "q1.py": CODE})))
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["unsafe-path"]


def test_utf8_names_without_the_flag_are_understood(tmp_path: Path) -> None:
    name = "donn\u00e9es.csv"
    data = bytearray(zip_bytes({"q1.py": CODE, name: b"1"}))
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.rfind(magic)
        assert data[start + at + 1] == 0x08
        data[start + at + 1] = 0
    assert paths(accepted(_zip(tmp_path, bytes(data)))) == ["q1.py", name]


def test_old_dos_names_stay_as_they_are(tmp_path: Path) -> None:
    data = zip_bytes({"q1.py": CODE, "a_.csv": b"1"}).replace(b"a_.csv", b"a\x82.csv")
    assert paths(accepted(_zip(tmp_path, data))) == ["q1.py", "a\u00e9.csv"]


def test_repetitive_output_is_no_bomb(tmp_path: Path) -> None:
    data = notebook("for _ in range(10**6): print('loss 0.0')") + b" " * 5_000_000
    submission = accepted(_zip(tmp_path, zip_bytes({"s01.ipynb": data}, zipfile.ZIP_DEFLATED)))
    assert submission.members[0].data == data


def test_many_middling_files_stop_at_the_total(tmp_path: Path) -> None:
    files = {f"d{number}.csv": bytes(100_000) for number in range(20)}
    bomb = zip_bytes({**files, "z.py": CODE}, zipfile.ZIP_DEFLATED)
    submission = accepted(_zip(tmp_path, bomb), IntakeLimits(total_bytes=500_000))
    assert paths(submission) == ["z.py", "d0.csv", "d1.csv", "d2.csv", "d3.csv"]
    assert codes(submission) == ["too-much-data"]


def test_too_much_code_is_refused_as_a_whole(tmp_path: Path) -> None:
    data = zip_bytes({f"q{number}.py": CODE for number in range(5)})
    rejection = rejected(_zip(tmp_path, data), IntakeLimits(members=4))
    assert codes(rejection) == ["too-much-code"]


@pytest.mark.parametrize("count", [100_000, 1_000_000])
def test_very_many_entries_are_refused_before_they_are_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    def fail(*_: object) -> None:
        pytest.fail("the archive's headers were parsed")

    path = _zip(tmp_path, zip_of_many(count))
    monkeypatch.setattr(zipfile, "ZipFile", fail)
    rejection = rejected(path)
    assert codes(rejection) == ["too-many-files"]
    assert "20,000" in message(rejection, "too-many-files")


def test_nested_archives_are_left_out(tmp_path: Path) -> None:
    inner = zip_bytes({"q2.py": CODE})
    files = {"q1.py": CODE, "inner.zip": inner, "more.tar.gz": b"\x1f\x8b", "disguised.py": inner}
    submission = accepted(_zip(tmp_path, zip_bytes(files)))
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["nested-archive"]


def test_zip_of_a_zip_says_what_to_do(tmp_path: Path) -> None:
    rejection = rejected(_zip(tmp_path, zip_bytes({"s01.zip": zip_bytes({"q1.py": CODE})})))
    assert codes(rejection) == ["nested-archive", "nothing-to-run"]


def test_duplicate_names_keep_the_last_and_tell(tmp_path: Path) -> None:
    submission = accepted(_zip(tmp_path, zip_bytes([("q1.py", b"x = 1\n"), ("q1.py", b"x = 2\n")])))
    assert [member.data for member in submission.members] == [b"x = 2\n"]
    assert codes(submission) == ["duplicate-member"]


@pytest.mark.parametrize(
    ("first", "second"), [("Q1.py", "q1.py"), ("e\u0301.py", "\u00e9.py"), ("a/b.py", "A/B.py")]
)
def test_names_that_some_disks_take_for_one_are_one(tmp_path: Path, first: str, second: str) -> None:
    submission = accepted(_zip(tmp_path, zip_bytes({first: b"x = 1\n", second: b"x = 2\n"})))
    assert [member.data for member in submission.members] == [b"x = 2\n"]
    assert codes(submission) == ["duplicate-member"]


@pytest.mark.parametrize("inner", ["q1.py/q2.py", "Q1.PY/deep/q2.py"])
def test_file_that_is_a_folder_too_is_left_out(tmp_path: Path, inner: str) -> None:
    submission = accepted(_zip(tmp_path, zip_bytes({"q1.py": CODE, inner: CODE, "q3.py": CODE})))
    assert sorted(paths(submission)) == sorted([inner, "q3.py"])
    assert codes(submission) == ["name-clash"]


def test_rename_takes_no_name_of_a_folder(tmp_path: Path) -> None:
    files = {"q1.py": notebook("x = 1"), "q1.ipynb/q2.py": CODE}
    submission = accepted(_zip(tmp_path, zip_bytes(files)))
    assert sorted(paths(submission)) == ["q1.ipynb/q2.py", "q1.py.ipynb"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_cannot_be_limited_are_left_out(tmp_path: Path, method: int) -> None:
    data = zip_bytes({"q1.py": CODE}, method)
    assert codes(rejected(_zip(tmp_path, data))) == ["unsupported-compression", "nothing-to-run"]


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 and no more",
        b"not an archive",
        zip_bytes({"q1.py": CODE})[:-10],
        zip_bytes({"q1.py": CODE}).replace(b"PK\x01\x02", b"PK\x01\x09"),
        b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 1, 1, 2**31, 2**31, 0),
    ],
    ids=["start-only", "text", "cut", "no-directory", "lying-directory"],
)
def test_damaged_archive_is_rejected(tmp_path: Path, data: bytes) -> None:
    assert codes(rejected(_zip(tmp_path, data))) == ["damaged-archive"]


def test_names_that_are_no_text_are_a_damaged_archive(tmp_path: Path) -> None:
    data = zip_bytes({"\u00e9.py": CODE}).replace("\u00e9".encode(), b"\xff\xff")
    assert codes(rejected(_zip(tmp_path, data))) == ["damaged-archive"]


def test_empty_files_are_told_apart(tmp_path: Path) -> None:
    assert codes(rejected(_zip(tmp_path, b""))) == ["empty"]
    assert codes(rejected(_zip(tmp_path, zip_bytes({})))) == ["nothing-to-run"]


def test_archive_over_the_limit_is_not_read(tmp_path: Path) -> None:
    data = zip_bytes({"q1.py": CODE})
    assert codes(rejected(_zip(tmp_path, data), IntakeLimits(archive_bytes=len(data) - 1))) == ["too-large"]
    assert codes(accepted(_zip(tmp_path, data), IntakeLimits(archive_bytes=len(data)))) == []


def test_what_tools_leave_behind_is_ignored_quietly(tmp_path: Path) -> None:
    files = {
        "lab1/q1.py": CODE,
        "__MACOSX/lab1/._q1.py": b"\x00\x05",
        "lab1/.DS_Store": b"\x00",
        "lab1/.git/config": b"[core]",
        "lab1/.ipynb_checkpoints/q1-checkpoint.ipynb": notebook("x = 0"),
        "lab1/__pycache__/q1.cpython-311.pyc": b"\x00",
        "lab1/venv/lib/site-packages/torch.py": CODE,
        "lab1/Thumbs.db": b"\x00",
    }
    submission = accepted(_zip(tmp_path, zip_bytes(files)))
    assert paths(submission) == ["q1.py"]
    assert submission.findings == ()


def test_deep_folders_are_left_out(tmp_path: Path) -> None:
    files = {"q1.py": CODE, "/".join("abc") + "/deep.py": CODE}
    submission = accepted(_zip(tmp_path, zip_bytes(files)), IntakeLimits(depth=3))
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["too-deep"]


def test_name_with_nul_is_left_out(tmp_path: Path) -> None:
    data = zip_bytes({"q1.py": CODE, "evilX.csv": b"1"}).replace(b"evilX.csv", b"evil\0.csv")
    submission = accepted(_zip(tmp_path, data))
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["unsafe-path"]


def test_archive_inside_other_bytes_reads_the_same(tmp_path: Path) -> None:
    result = read(_zip(tmp_path, b"#!/bin/sh\n" + zip_bytes({"q1.py": CODE})))
    assert codes(result) == []
