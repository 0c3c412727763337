"""Faults of ours in the middle of a class: each costs the entry that it hits at most, and never a mark."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from tests.cli.runs import warm
from tests.cli.tiny_course import LAB_ID, RIGHT, asking, write_course
from tests.trees import write_tree

# A hand-in whose check kills the zygote has its worker already: the next one is hit.
ONCE = {
    "job": "kill-job:job",
    "zygote": "kill-zygote:zygote",
    **{f"zygotes{number}": "kill-zygote:always" for number in range(4)},
    "supervisor": "fault:supervisor",
}
ALWAYS = {
    "jobs": ("kill-job:always", "WorkerLost: the job ended"),
    "faults": ("fault:always", "WorkerLost: a supervisor ended"),
}
GOOD = [f"good{number}" for number in range(4)]


def graded(folder, *, before: str = "") -> SimpleNamespace:
    """Grade a class in which faults happen, with two jobs."""
    (folder / "flags").mkdir()
    write_course(folder / "course")
    hand_ins = {f"{name}.py": asking(word) for name, word in ONCE.items()}
    hand_ins |= {f"{name}.py": asking(word) for name, (word, _) in ALWAYS.items()}
    hand_ins |= {f"{name}.py": f"# {name}\n{RIGHT}" for name in GOOD}
    hand_ins["grader.py"] = asking("broken-grader")
    write_tree(folder / "class", hand_ins)
    ended = grade(folder, before=before)
    return SimpleNamespace(folder=folder, ended=ended, results=results(ended))


def grade(folder, **options):
    arguments = ("grade", "class", "--lab", LAB_ID, "--course", "course", "--jobs", "2", "--json")
    return warm().run(*arguments, cwd=folder, env={"TINY_FLAGS": str(folder / "flags")}, **options)


def results(ended):
    return {found["student"]: found for found in ended.document["submissions"]}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The class graded by jobs that are forks."""
    return graded(tmp_path_factory.mktemp("faults"))


def record_of(run, student):
    return json.loads((run.folder / run.results[student]["record"]).read_text(encoding="utf-8"))


def test_every_hand_in_has_one_record_and_the_run_says_that_something_was_not_run(run):
    expected = {*GOOD, *ONCE, *ALWAYS, "grader"}

    assert 3 == run.ended.code
    assert expected == set(run.results)
    for student in expected:
        assert 1 == len(list((run.folder / "reports" / LAB_ID / student).glob("*.json")))


@pytest.mark.parametrize("student", [*GOOD, *ONCE])
def test_what_was_lost_once_is_graded_all_the_same(run, student):
    assert 3.5 == run.results[student]["score"]


@pytest.mark.parametrize("student", ALWAYS)
def test_what_is_lost_every_time_is_our_fault_and_open(run, student):
    checks = [check for exercise in record_of(run, student)["exercises"] for check in exercise["checks"]]
    notes = record_of(run, student)["provenance"]["instructor_notes"]

    assert run.results[student]["score"] is None
    assert {"not_run"} == {check["outcome"] for check in checks}
    assert {None} == {check["score"] for check in checks}
    assert 3.5 == run.results[student]["max_score"]
    assert all("not your fault" in check["feedback"] for check in checks)
    # The last of three losses may have been another one's.
    assert 1 == len(set(notes.values()))
    assert set(notes.values()) <= {ALWAYS[student][1], "WorkerLost: the zygote ended"}


def test_a_check_that_is_broken_is_open_and_the_others_are_not(run):
    outcomes = {
        check["id"]: check["outcome"]
        for exercise in record_of(run, "grader")["exercises"]
        for check in exercise["checks"]
    }

    assert "not_run" == outcomes.pop("q2.of_nine")
    assert {"passed"} == set(outcomes.values())
    assert run.results["grader"]["score"] is None


def test_the_person_reads_how_many_checks_were_not_run_and_no_traceback(run):
    assert "9 checks were not run, by a fault of ours; those marks stay open. Run it again." in run.ended.err
    assert "Traceback" not in run.ended.err
    assert 1 == len(run.ended.err.strip().splitlines())


def test_what_was_open_is_graded_again_once_it_can_be_and_nothing_else_is(run):
    (run.folder / "flags" / "mended").touch()

    again = results(grade(run.folder))

    assert 3.5 == again["grader"]["score"]
    for student in (*GOOD, *ONCE):
        assert run.results[student]["record"] == again[student]["record"]


@pytest.mark.slow
def test_where_jobs_cannot_be_forks_the_same_holds(tmp_path):
    """As on systems without a safe fork; a job cannot be killed there, it is the batch itself."""
    everywhere = ("zygote", "supervisor", "zygotes0", "faults", "grader", *GOOD)
    (tmp_path / "flags").mkdir()
    write_course(tmp_path / "course")
    words = {**ONCE, **{name: word for name, (word, _) in ALWAYS.items()}, "grader": "broken-grader"}
    write_tree(tmp_path / "class", {f"{n}.py": asking(words[n]) if n in words else RIGHT for n in everywhere})

    ended = grade(tmp_path, before="import labgrade.batch.pool as pool; pool.FORKS = False")

    scores = {student: found["score"] for student, found in results(ended).items()}
    assert 3 == ended.code
    assert {**dict.fromkeys(everywhere, 3.5), "faults": None, "grader": None} == scores
