"""Marks reproduced from records and kept bytes, and everything that somebody may do to them."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cli.tiny_course import HIDDEN, LAB_ID, VISIBLE, write_course
from tests.trees import write_tree

from labgrade.intake.slug import safe_slug
from labgrade.record.codec import decode
from labgrade.record.store import RecordStore

from .conftest import CLASS, record_file


def verify(labgrade, place, *arguments: object, course: str = "course"):
    return labgrade.run("verify", *arguments, "--course", course, cwd=place)


def forge(path: Path, change: Mapping[str, Any]) -> Path:
    """Rewrite a record as a careful forger would: fields replaced, file named by its new digest."""
    document = json.loads(path.read_text(encoding="utf-8")) | change
    store = RecordStore(path.parents[2], safe_slug)
    path.unlink()
    return store.put(decode(json.dumps(document).encode()))


def with_full_marks(path: Path) -> dict[str, Any]:
    """Return the exercises and the score of a record in which every check passed."""
    exercises = json.loads(path.read_text(encoding="utf-8"))["exercises"]
    for exercise in exercises:
        for check in exercise["checks"]:
            check |= {"outcome": "passed", "score": check["max_score"], "feedback": ""}
        exercise["score"] = exercise["max_score"]
    return {"exercises": exercises, "score": sum(exercise["score"] for exercise in exercises)}


def times_of(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_every_current_record_comes_out_again_and_nothing_is_written(labgrade, place):
    before = times_of(place)

    ended = verify(labgrade, place, "out")

    assert (0, "") == (ended.code, ended.err)
    lines = ended.out.splitlines()
    assert f"{len(CLASS)} of {len(CLASS)} records verified." == lines[-1]
    assert len(CLASS) == sum(line.startswith("same  out/lab01_tiny/") for line in lines)
    assert before == times_of(place)


def test_one_record_by_its_file(labgrade, place, record_of):
    ended = verify(labgrade, place, record_of("half"), "--json")

    (found,) = ended.document["records"]
    assert 0 == ended.code
    same = {"same": True, "differs": False, "state": "same", "why": []}
    assert {"record": str(record_of("half"))} | same == found


@pytest.mark.slow
def test_an_older_record_may_be_named(labgrade, place, record_of):
    assert 0 == verify(labgrade, place, record_of("s01", first=True)).code


@pytest.mark.slow
def test_a_students_folder_alone(labgrade, place):
    ended = verify(labgrade, place, f"out/{LAB_ID}/wrong", "--json")

    assert 0 == ended.code
    assert ["wrong"] == [Path(found["record"]).parent.name for found in ended.document["records"]]


@pytest.mark.parametrize("folder", [f"out/{LAB_ID}/wrong", f"out/{LAB_ID}/../{LAB_ID}/wrong"])
def test_a_students_folder_is_not_blamed_for_a_neighbours_record(labgrade, place, record_of, folder):
    record_of("half").write_text("{}")

    ended = verify(labgrade, place, folder, "--json")

    assert 0 == ended.code
    assert ["wrong"] == [Path(found["record"]).parent.name for found in ended.document["records"]]


@pytest.fixture(scope="module")
def tampered(labgrade, original, tmp_path_factory):
    """One folder in which somebody was at work, and what `verify` says of it."""
    place = tmp_path_factory.mktemp("tampered") / "copy"
    shutil.copytree(original, place)

    record_of = functools.partial(record_file, place)
    edited = record_of("s01")
    edited.write_text(edited.read_text().replace("Twice three is six", "Twice three is 6"))
    shutil.move(record_of("s02"), record_of("s03").parent)
    renamed = record_of("s04")
    renamed.rename(renamed.with_name("2025" + renamed.name[4:]))
    (place / "out" / "submitted" / f"{digest_of(record_of('s05'))}.zip").unlink()
    kept = place / "out" / "submitted" / f"{digest_of(record_of('s06'))}.zip"
    kept.write_bytes(kept.read_bytes().replace(b"2 * x", b"3 * x"))
    forge(record_of("wrong"), with_full_marks(record_of("wrong")))
    forge(record_of("half"), worth_less(record_of("half")))
    record_of("s07", first=True).write_text("{}")
    ended = verify(labgrade, place, "out", "--json")
    return ended, [(found, Path(found["record"])) for found in ended.document["records"]]


def digest_of(path: Path) -> str:
    return json.loads(path.read_text(encoding="utf-8"))["provenance"]["digests"]["submission"]


def worth_less(path: Path) -> dict[str, Any]:
    """Return a record whose failed checks are worth almost nothing: the same score, a better share."""
    document = json.loads(path.read_text(encoding="utf-8"))
    for exercise in document["exercises"]:
        for check in exercise["checks"]:
            check["max_score"] = check["max_score"] if check["score"] else 0.1
        exercise["max_score"] = float(sum(Decimal(str(check["max_score"])) for check in exercise["checks"]))
    total = sum(Decimal(str(exercise["max_score"])) for exercise in document["exercises"])
    return {"exercises": document["exercises"], "max_score": float(total)}


def test_whatever_was_done_to_a_record_is_told_and_nothing_else(tampered):
    ended, found = tampered
    bad = {(path.parent.name, comparison["state"]) for comparison, path in found if comparison["differs"]}
    good = {path.parent.name for comparison, path in found if comparison["same"]}

    assert 1 == ended.code
    assert {
        ("s01", "changed"),
        ("s03", "changed"),  # holds the second student's record
        ("s04", "changed"),
        ("s05", "changed"),
        ("s06", "changed"),
        ("s07", "changed"),  # an older one
        ("wrong", "differs"),
        ("half", "differs"),
    } == bad
    # Where the newest record is damaged, the one before it counts, and is verified too.
    assert {"s01", "s02", "s03", "s04", "s07", "s08", "broken"} == good


@pytest.mark.parametrize(
    ("student", "state", "said"),
    [
        ("s01", "changed", "its bytes are not those of its name"),
        ("s03", "changed", "it is the record of 's02'"),
        ("s04", "changed", "its bytes are not those of its name"),
        ("s05", "changed", "is not in"),
        ("s06", "changed", "the stored submission"),
        ("wrong", "differs", "q1.of_any: passed (1.5 of 1.5), now failed (0 of 1.5)"),
        ("half", "differs", "q2.of_nine: not_attempted (0 of 0.1), now not_attempted (0 of 0.5)"),
    ],
)
def test_it_says_what_is_wrong(tampered, student, state, said):
    _, found = tampered
    whys = [c["why"] for c, path in found if (path.parent.name, c["state"]) == (student, state)]

    assert any(said in line for why in whys for line in why), whys


class TestOneRecord:
    def test_an_edited_record_by_its_file(self, labgrade, place, record_of):
        path = record_of("s01")
        path.write_text(path.read_text().replace('"s01"', '"s02"'))

        ended = verify(labgrade, place, path)

        assert 1 == ended.code
        assert ended.out.startswith("CHANGED  ")
        assert "0 of 1 records verified." in ended.out

    def test_a_moved_record_by_its_file(self, labgrade, place, record_of):
        moved = shutil.move(record_of("wrong"), record_of("s01").parent)

        ended = verify(labgrade, place, moved)

        assert 1 == ended.code
        assert "it is the record of 'wrong'" in ended.out

    @pytest.mark.parametrize("name", ["away.json", "deeper/20200101T000000.000000Z-000000000000.json"])
    def test_a_record_that_was_carried_off(self, labgrade, place, record_of, name):
        write_tree(place, {name: record_of("s01").read_bytes()})

        assert 1 == verify(labgrade, place, name).code


class TestAnotherVersion:
    @pytest.mark.slow
    def test_equal_marks_of_another_grader_are_the_same_and_it_is_said(self, labgrade, place):
        write_course(place / "course", hidden=HIDDEN + "\n# a newer version\n")

        ended = verify(labgrade, place, "out", "--json")

        assert 0 == ended.code
        assert {("the grader is not what made the record",)} == {
            tuple(found["why"]) for found in ended.document["records"]
        }

    def test_a_mark_that_another_grader_changes_differs_and_it_is_said(self, labgrade, place, record_of):
        write_course(place / "course", visible=VISIBLE.replace("close_to(6.0)", "close_to(9.0)"))

        ended = verify(labgrade, place, record_of("wrong"), "--json")

        (found,) = ended.document["records"]
        assert (1, "differs") == (ended.code, found["state"])
        assert "q1.of_three: failed (0 of 1), now passed (1 of 1)" in found["why"]
        assert "the grader is not what made the record" in found["why"]

    def test_a_lab_that_the_course_does_not_have_is_undecided(self, labgrade, place, record_of):
        course = place / "course"
        for path in sorted(course.rglob("*lab01_tiny*")):
            path.rename(path.with_name(path.name.replace("lab01", "lab02")))
        for path in (course / "course.toml", *course.rglob("lab.toml")):
            path.write_text(path.read_text().replace("lab01", "lab02"))

        ended = verify(labgrade, place, record_of("s01"), "--json")

        (found,) = ended.document["records"]
        assert (2, "unknown lab", False) == (ended.code, found["state"], found["differs"])
        assert ["lab01_tiny is no lab of this course"] == found["why"]

    def test_a_check_that_cannot_be_run_now_is_our_fault(self, labgrade, place, record_of):
        write_course(place / "course", hidden=HIDDEN.replace("close_to(2 * x)", "close_to(2 * y)"))

        ended = verify(labgrade, place, record_of("s01"), "--json")

        (found,) = ended.document["records"]
        assert (3, "not run", False, False) == (ended.code, found["state"], found["same"], found["differs"])
        assert "a check was not run" in found["why"]


REFUSALS = {
    "nothing there": (("nowhere",), "nowhere: There is no such file or folder."),
    "no records": (("class",), "class: There are no records."),
    "no such layer": (("out", "--allow-missing-layer", "walls"), "There is no isolation layer 'walls'"),
    "no such executor": (("out", "--executor", "magic"), "There is no executor 'magic'."),
    "not confined": (("out", "--executor", "spawn"), '--allow-missing-layer "process tree"'),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_the_caller_can_put_right_is_one_message(labgrade, original, case):
    arguments, message = REFUSALS[case]

    ended = verify(labgrade, original, *arguments, "--json")

    assert (2, "") == (ended.code, ended.out)
    assert message in ended.err
    assert "Traceback" not in ended.err


def test_a_course_without_hidden_checks_is_refused(labgrade, place):
    (place / "course" / "graders" / LAB_ID / "test_hidden.py").unlink()

    ended = verify(labgrade, place, "out")

    assert (2, "") == (ended.code, ended.out)
    assert "no hidden checks" in ended.err
    assert "--course" in ended.err


@pytest.mark.slow
def test_records_of_a_limited_run_are_verified_as_far_as_they_go(labgrade, place):
    options = ("--lab", LAB_ID, "--course", "course", "--out", "limited", "-k", "q2")
    labgrade.run("grade", "class/wrong.py", "class/half.py", *options, cwd=place)

    ended = verify(labgrade, place, "limited", "--json")

    assert (0, [True, True]) == (ended.code, [found["same"] for found in ended.document["records"]])
