"""One class with every kind of hand-in: good ones between bad ones, ids that nobody should choose."""

from __future__ import annotations

import json
import os
import re
import zipfile
from types import SimpleNamespace

import pytest
from tests.cli.tiny_course import ENDLESS, EXITING, HALF, LAB_ID, RIGHT, UNREADABLE, WRONG
from tests.trees import write_tree

from labgrade.intake.slug import safe_slug
from labgrade.record.store import RecordStore

LONG = "l" * 240
MARKUP = "<img src=x onerror=alert(1)>"
FULL = {
    "first",
    "middle",
    "same",
    "SAME",
    "index",
    "CON",
    MARKUP,
    LONG,
    "%2e%2e%2f",
    "nötig",
    "packed",
    "deep",
}
REJECTED = {"broken", "document", "hollow", "linked", "pipe", "torn"}
OTHERS = {"endless": 1.0, "exiting": 1.0, "half": 2.5, "wrong": 1.0, "unreadable": 0.0, "empty": 0.0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The class's folder."""
    folder = write_tree(
        tmp_path_factory.mktemp("class"),
        {
            **{f"{name}.py": RIGHT for name in FULL - {"packed", "deep"}},
            "deep/work/answer.py": RIGHT,
            "half.py": HALF,
            "wrong.py": WRONG,
            "endless.py": ENDLESS,
            "exiting.py": EXITING,
            "unreadable.py": UNREADABLE,
            "empty.py": "",
            "broken.ipynb": '{"cells": [',
            "document.pdf": b"%PDF-1.7\n",
            "hollow/notes.txt": "nothing that runs",
            "torn.zip": b"PK\x03\x04 and no more",
            # Never a hand-in:
            ".hidden.py": RIGHT,
            "...py": RIGHT,
            ".git/hooks.py": RIGHT,
            "__MACOSX/x.py": RIGHT,
            "README.md": "# The class",
            "marks.csv": "student,mark\n",
            "out/lab01_tiny/evil/evil.py": RIGHT,
            "out/evil.py": RIGHT,
        },
    )
    with zipfile.ZipFile(folder / "packed.zip", "w") as archive:
        archive.writestr("answer.py", RIGHT)
    os.mkfifo(folder / "pipe.py")
    (folder / "linked.py").symlink_to(folder / "first.py")
    return folder


@pytest.fixture(scope="module")
def graded(labgrade, course, folder):
    """The class graded into a folder that lies inside the class's own."""
    options = ("--lab", LAB_ID, "--course", course, "--out", "out", "--jobs", "2", "--json")
    ended = labgrade.run("grade", ".", *options, cwd=folder)
    results = {found["student"]: found for found in ended.document["submissions"]}
    return SimpleNamespace(ended=ended, results=results, out=folder / "out", options=options)


def test_the_run_is_done_whatever_was_handed_in(graded):
    assert (0, "") == (graded.ended.code, graded.ended.err)


def test_standard_output_is_one_document_of_the_promised_form(graded):
    document = graded.ended.document

    assert {"schema", "submissions"} == set(document)
    for found in document["submissions"]:
        assert ["student", "lab", "path", "score", "max_score", "record", "findings"] == list(found)
        assert (LAB_ID, 3.5) == (found["lab"], found["max_score"])
        assert all({"code", "message", "where"} == set(finding) for finding in found["findings"])


def test_every_hand_in_and_nothing_else_is_graded(graded):
    assert FULL | REJECTED | set(OTHERS) == set(graded.results)
    assert len(graded.ended.document["submissions"]) == len(graded.results)


@pytest.mark.parametrize("student", sorted(FULL))
def test_good_work_has_full_marks_whatever_lies_beside_it(graded, student):
    assert graded.results[student]["score"] == 3.5


@pytest.mark.parametrize(("student", "score"), sorted(OTHERS.items()))
def test_work_that_is_not_all_right_keeps_the_marks_of_what_is(graded, student, score):
    assert graded.results[student]["score"] == score


@pytest.mark.parametrize("student", sorted(REJECTED))
def test_what_cannot_be_run_has_a_record_with_a_finding_and_no_mark(graded, student):
    found = graded.results[student]
    record = json.loads((graded.out.parent / found["record"]).read_text())

    assert found["score"] == 0
    assert found["findings"]
    assert {"not_attempted"} == {check["outcome"] for each in record["exercises"] for check in each["checks"]}


def test_the_path_is_the_entry_as_given(graded):
    assert graded.results["first"]["path"] == "first.py"
    assert graded.results["deep"]["path"] == "deep"


def test_ids_that_are_one_but_for_case_are_told_and_kept_apart(graded):
    pair = [graded.results["same"], graded.results["SAME"]]

    assert all("duplicate-id" in {finding["code"] for finding in found["findings"]} for found in pair)
    assert pair[0]["record"] != pair[1]["record"]


def test_records_lie_where_they_are_looked_for_under_names_that_are_safe(graded):
    pattern = rf"out/{LAB_ID}/[a-z0-9._-]{{1,60}}/\d{{8}}T\d{{6}}\.\d{{6}}Z-[0-9a-f]{{12}}\.json"

    for found in graded.results.values():
        assert re.fullmatch(pattern, found["record"]), found["record"]
        assert (graded.out.parent / found["record"]).is_file()
    # `evil` was put there by somebody else.
    places = {found["record"].split("/")[2].casefold() for found in graded.results.values()}
    assert len(places) == len(graded.results)
    assert not places & {"index", "con", ".."}


def test_nothing_else_in_a_records_folder_ends_like_a_record(graded):
    for found in graded.results.values():
        place = (graded.out.parent / found["record"]).parent
        assert {path.name for path in place.glob("*.json")} == {found["record"].rpartition("/")[2]}


def test_no_record_is_torn_or_misplaced(graded):
    assert [] == RecordStore(graded.out, safe_slug).problems()


def test_the_report_starts_in_the_output_folder_and_holds_no_students_markup(graded):
    page = (graded.out / "index.html").read_text()

    assert "onerror" in page
    assert MARKUP not in page


def test_the_same_class_again_is_nothing_but_the_records_that_stand(graded, labgrade, folder):
    before = {path: path.read_bytes() for path in graded.out.glob("*/*/*.json")}

    again = labgrade.run("grade", ".", *graded.options, cwd=folder)

    assert again.document == graded.ended.document
    assert before == {path: path.read_bytes() for path in graded.out.glob("*/*/*.json")}


def test_two_pages_never_share_a_place(graded):
    pages = [path.parent.name.casefold() for path in (graded.out / LAB_ID).glob("*/index.html")]

    assert len(pages) == len(set(pages)) == len(graded.results)


def test_a_file_given_twice_is_graded_once(graded, labgrade, folder):
    paths = ("first.py", "./first.py", folder / "first.py", "../" + folder.name + "/first.py")

    ended = labgrade.run("grade", *paths, *graded.options, cwd=folder)

    assert [("first", "first.py")] == [(s["student"], s["path"]) for s in ended.document["submissions"]]
