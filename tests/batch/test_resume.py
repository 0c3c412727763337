"""Grading again into one folder: what stands, and what is graded anew."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from tests.cli.tiny_course import HALF, HIDDEN, LAB_ID, RIGHT
from tests.trees import write_tree

from labgrade.intake.slug import safe_slug
from labgrade.record.codec import decode
from labgrade.record.store import RecordStore

from .tiny import MAX_SCORE, Tiny, record_files, records

CLASS = {
    "s01.py": RIGHT,
    "s02.py": HALF,
    "broken.zip": b"PK\x03\x04 not a zip at all",
    "notes.csv": "no,hand-in",
    ".hidden.py": RIGHT,
}
GRADED = {"s01.py": MAX_SCORE, "s02.py": 2.5, "broken.zip": 0}


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Tiny:
    """A class graded once, with the seed 7."""
    tiny = Tiny(tmp_path_factory.mktemp("resume"))
    tiny.hand_in("class", CLASS)
    ended = tiny.run("grade", "class", "--lab", LAB_ID, "--out", "out", "--seed", 7, "--json")
    assert ended.code == 0, ended.err
    assert ended.scores() == GRADED
    return tiny


@pytest.fixture
def tiny(graded, tmp_path) -> Tiny:
    """A copy of the graded class, to be changed."""
    copy = Tiny(tmp_path)
    shutil.copytree(graded.folder, tmp_path, dirs_exist_ok=True)
    return copy


def grade(tiny: Tiny, *options: object):
    return tiny.run("grade", "class", "--lab", LAB_ID, "--out", "out", "--json", *options)


def age(path: Path, time: str) -> None:
    """Give a record's file another time, in its name too."""
    record = decode(path.read_bytes())
    provenance = record.provenance.model_copy(update={"finished": time})
    path.unlink()
    RecordStore(path.parents[2], safe_slug).put(record.model_copy(update={"provenance": provenance}))


def test_equal_hand_ins_are_not_graded_again(graded):
    before = record_files(graded.folder / "out")

    again = grade(graded)

    assert (0, "") == (again.code, again.err)
    assert GRADED == again.scores()
    assert before == record_files(graded.folder / "out")
    assert {str(path.relative_to(graded.folder)) for path in before} == {
        row["record"] for row in again.document["submissions"]
    }


def test_a_lab_that_reads_no_data_is_not_graded_again_for_another_data_set(graded):
    before = record_files(graded.folder / "out")

    again = grade(graded, "--data", "mnist")

    assert (0, "", GRADED) == (again.code, again.err, again.scores())
    assert before == record_files(graded.folder / "out")


@pytest.mark.slow
def test_an_equal_seed_reuses_and_says_so(graded):
    ended = graded.run("grade", "class", "--lab", LAB_ID, LABGRADE_OUT="out", LABGRADE_SEED="7")

    assert 0 == ended.code
    assert 3 == ended.err.count("(as before)")
    assert 3 == len(record_files(graded.folder / "out"))


@pytest.mark.slow
def test_another_seed_grades_anew_and_the_newest_counts(tiny):
    grade(tiny, "--seed", 8)

    assert [(7, 1), (8, 2)] * 3 == [
        (record["provenance"]["seed"], record["sequence"]) for record in records(tiny.folder / "out")
    ]


@pytest.mark.slow
def test_again_grades_anew_with_a_seed_of_its_own(tiny):
    grade(tiny, "--again")

    found = records(tiny.folder / "out")
    assert 6 == len(found)
    assert 2 == len({record["provenance"]["seed"] for record in found})


def test_only_a_changed_hand_in_is_graded_again(tiny):
    tiny.hand_in("class", {"s02.py": RIGHT})

    assert GRADED | {"s02.py": MAX_SCORE} == grade(tiny).scores()
    assert 4 == len(record_files(tiny.folder / "out"))
    tiny.hand_in("class", {"s02.py": HALF})
    assert GRADED == grade(tiny).scores(), "the older record is not the one that counts"
    assert 5 == len(record_files(tiny.folder / "out"))


@pytest.mark.slow
def test_a_rejection_for_another_reason_is_another_record(tiny):
    tiny.hand_in("class", {"broken.zip": b"%PDF-1.7\n"})

    grade(tiny)

    reasons = [r["findings"] for r in records(tiny.folder / "out") if r["student"] == "broken"]
    assert 2 == len(reasons)
    assert reasons[0] != reasons[1]


@pytest.mark.slow
def test_another_grader_grades_anew(tiny):
    with (tiny.course / "graders" / LAB_ID / "test_hidden.py").open("a") as file:
        file.write("\n# another version\n")

    grade(tiny)

    assert 6 == len(record_files(tiny.folder / "out"))


@pytest.mark.slow
def test_a_limited_run_is_no_substitute_for_a_whole_one(tiny):
    limited = grade(tiny, "-k", "q2")

    assert {"s01.py": 1, "s02.py": 0, "broken.zip": 0} == limited.scores()
    assert {1} == {row["max_score"] for row in limited.document["submissions"]}
    assert GRADED == grade(tiny).scores()


@pytest.mark.slow
def test_a_record_with_something_not_run_is_graded_again(tiny):
    write_tree(tiny.course / "graders" / LAB_ID, {"test_hidden.py": HIDDEN.replace("2 * x)", "2 * x / 0)")})
    broken = grade(tiny)
    assert 3 == broken.code
    assert broken.scores()["s01.py"] is None

    again = grade(tiny)

    assert 3 == again.code
    mine = [record for record in records(tiny.folder / "out") if record["student"] == "s01"]
    assert [MAX_SCORE, None, None] == [record["score"] for record in mine]


def test_a_run_that_did_not_end_hands_on_its_seed(tiny):
    journal = tiny.folder / "out" / "runs.jsonl"
    (begun, *_) = journal.read_text().splitlines()
    journal.write_text(begun.replace('"seed": 7', '"seed": 99') + "\n")
    tiny.hand_in("class", {"s03.py": f"# another\n{RIGHT}"})

    grade(tiny)

    seeds = {record["student"]: record["provenance"]["seed"] for record in records(tiny.folder / "out")}
    assert {"s01": 7, "s02": 7, "broken": 7, "s03": 99} == seeds


def test_with_the_clock_set_back_the_sequence_decides(tiny):
    """The folder's records get times to come, as a clock would have said that was set back since."""
    for path in record_files(tiny.folder / "out"):
        age(path, "2095-01-01T00:00:00.000000+00:00")
    tiny.hand_in("class", {"s01.py": HALF})

    assert GRADED | {"s01.py": 2.5} == grade(tiny).scores()
    assert GRADED | {"s01.py": 2.5} == grade(tiny).scores()
    mine = {
        record["sequence"]: record["score"]
        for record in records(tiny.folder / "out")
        if record["student"] == "s01"
    }
    assert {1: MAX_SCORE, 2: 2.5} == mine


def test_a_damaged_record_is_passed_over_in_one_clear_line(tiny):
    (path,) = (tiny.folder / "out" / LAB_ID / "s01").glob("*.json")
    path.write_text(path.read_text().replace('"passed"', '"failed"', 1))

    again = grade(tiny)

    assert (0, GRADED) == (again.code, again.scores())
    lines = again.err.strip().splitlines()
    assert 1 == len(lines)
    assert str(path.relative_to(tiny.folder)) in lines[0]
    assert "Warning" not in again.err
    assert 2 == len(list((tiny.folder / "out" / LAB_ID / "s01").glob("*.json")))


def test_a_page_that_a_kill_left_unwritten_is_written_by_the_next_run(tiny):
    page = tiny.folder / "out" / LAB_ID / "s01" / "index.html"
    page.unlink()

    grade(tiny)

    assert page.is_file()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_one_message(tiny):
    out = tiny.folder / "out"
    out.chmod(0o500)
    try:
        ended = grade(tiny, "--again")
    finally:
        out.chmod(0o700)

    assert (2, "") == (ended.code, ended.out)
    assert "labgrade: out: This folder cannot be written to" in ended.err
    assert "Traceback" not in ended.err


def test_a_disk_that_fails_in_the_middle_is_one_message_and_the_next_run_goes_on(tiny):
    """A student's folder is a file: what the system says is as it would be of a full disk."""
    out = tiny.folder / "out"
    tiny.hand_in("class", {"s03.py": RIGHT})
    write_tree(out / LAB_ID, {"s03": "in the way"})

    ended = grade(tiny)

    assert (2, "") == (ended.code, ended.out)
    assert "The output folder cannot be written to" in ended.err
    assert "Traceback" not in ended.err
    (out / LAB_ID / "s03").unlink()
    assert GRADED | {"s03.py": MAX_SCORE} == grade(tiny).scores()
    assert all(json.loads(path.read_text()) for path in record_files(out))
