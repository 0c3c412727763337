"""`labgrade report`: every page again, from the records."""

from __future__ import annotations

import shutil

import pytest
from tests.trees import write_tree

from labgrade.intake.slug import safe_slug
from labgrade.record.store import RecordStore

from .tiny_course import HALF, LAB_ID, RIGHT


@pytest.fixture(scope="module")
def original(labgrade, course, tmp_path_factory):
    """An output folder as `grade` leaves it."""
    folder = write_tree(tmp_path_factory.mktemp("graded"), {"class/s1.py": RIGHT, "class/s2.py": HALF})
    labgrade.run("grade", "class", "--lab", LAB_ID, "--course", course, "--out", "out", cwd=folder)
    return folder / "out"


@pytest.fixture
def out(original, tmp_path):
    """A copy of it, to be changed."""
    shutil.copytree(original, tmp_path / "out")
    return tmp_path / "out"


def pages(out):
    return {path.relative_to(out).as_posix(): path.read_text() for path in out.rglob("*.html")}


def test_pages_that_are_gone_are_written_again_as_they_were(run_cli, course, original, out):
    for path in out.rglob("*.html"):
        path.unlink()

    ended = run_cli("report", "--out", out, "--course", course)

    assert (0, "") == (ended.code, ended.err)
    assert f"4 pages. Report: {out / 'index.html'}\n" == ended.out
    assert pages(original) == pages(out)


def test_a_damaged_record_is_passed_over_in_one_line(run_cli, course, out):
    (path,) = (out / LAB_ID / "s1").glob("*.json")
    path.write_text("{}")

    ended = run_cli("report", "--out", out, "--course", course)

    assert 0 == ended.code
    assert [
        f"warning: {path}: its schema is 'None', this version reads 'labgrade.record/1'; it was passed over."
    ] == (ended.err.splitlines())


def test_a_folder_that_is_not_there(run_cli, course, tmp_path):
    ended = run_cli("report", "--out", tmp_path / "nowhere", "--course", course)

    assert (2, "") == (ended.code, ended.out)
    assert (
        f"labgrade: {tmp_path / 'nowhere'}: There is no such folder.\nTIP: Run `labgrade grade` first"
        in ended.err
    )


def test_a_folder_that_another_run_holds(run_cli, course, out):
    with RecordStore(out, safe_slug).lock():
        ended = run_cli("report", "--out", out, "--course", course)

    assert (2, "") == (ended.code, ended.out)
    assert "Another run is writing into this folder." in ended.err


def test_a_page_that_cannot_be_written(run_cli, course, out):
    (out / "index.html").unlink()
    (out / "index.html").mkdir()

    ended = run_cli("report", "--out", out, "--course", course)

    assert (2, "") == (ended.code, ended.out)
    assert f"labgrade: {out}: The output folder cannot be written to (Is a directory)." in ended.err
