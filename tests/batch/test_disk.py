"""An output folder that cannot be written to: one clear message, and nothing torn."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import pytest
from tests.cli.tiny_course import LAB_ID, RIGHT
from tests.trees import write_tree

from labgrade.intake.slug import safe_slug
from labgrade.record.store import RecordStore

CLASS = {f"s{number:02}.py": f"# {number}\n{RIGHT}" for number in range(8)}


def mount(place, options: str) -> bool:
    """Mount a small file system; False where that is not for us to do."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    place.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def disk(tmp_path):
    """Makes a file system of its own below the test's folder."""
    place = tmp_path / "disk"

    def make(options: str):
        if not mount(place, options):
            pytest.skip("needs the right to mount")
        return place

    yield make
    with contextlib.suppress(FileNotFoundError):
        subprocess.run(["umount", str(place)], capture_output=True, check=False)


@pytest.fixture
def grade(labgrade, course, tmp_path):
    write_tree(tmp_path / "class", CLASS)

    def run(out, *options):
        arguments = ("--lab", LAB_ID, "--course", course, "--out", out, "--jobs", "2", "--json", *options)
        return labgrade.run("grade", "class", *arguments, cwd=tmp_path)

    return run


def refused(ended, *said):
    assert (2, "") == (ended.code, ended.out)
    assert 1 == ended.err.count("labgrade: ")
    assert "TIP: " in ended.err
    assert "Traceback" not in ended.err
    for text in said:
        assert text in ended.err


def test_a_disk_that_is_full_stops_the_run_and_room_lets_it_go_on(grade, disk):
    place = disk("size=96k")

    refused(grade(place), f"{place}: The output folder cannot be written to (No space left on device).")
    store = RecordStore(place, safe_slug)
    assert [] == store.problems()
    graded = {record.student for record in store.records()}
    assert len(graded) < len(CLASS)
    assert [] == list(place.rglob("*.tmp"))

    subprocess.run(["mount", "-o", "remount,size=64m", str(place)], check=True)
    ended = grade(place)

    assert (0, "") == (ended.code, ended.err)
    assert {3.5} == {found["score"] for found in ended.document["submissions"]}
    records = list(RecordStore(place, safe_slug).records())
    assert len(CLASS) == len(records)
    assert {1} == {record.sequence for record in records}


def test_a_folder_that_is_read_only_is_refused_at_once(grade, disk):
    place = disk("size=1m,ro")

    refused(grade(place), f"{place}: This folder cannot be written to (Read-only file system).")


def test_a_file_in_the_folders_place(grade, tmp_path):
    write_tree(tmp_path, {"taken": "a file"})

    refused(grade("taken"), "taken: This folder cannot be written to (File exists).")


def test_a_folder_below_a_file(grade, tmp_path):
    write_tree(tmp_path, {"taken": "a file"})

    refused(grade("taken/out"), "taken/out: This folder cannot be written to (Not a directory).")
