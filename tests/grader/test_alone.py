"""Exercises that run by themselves: once, in their own process. What they find out is shared, and shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.trees import write_tree

from labgrade.record.codec import decode, encode
from labgrade.reports.build import build_student_page
from labgrade.reports.views import LabInfo
from labgrade.testing import grade_source

LAB = "lab01_alone"

LAB_TOML = f"""\
id = "{LAB}"
title = "Alone"
marks = "10"
preload = ["torch"]
[limits]
load_seconds = 5
exercise_seconds = 1

[[exercises]]
id = "q1"
title = "With the others"
names = ["number"]
visible = {{ checks = 2, marks = "2" }}
hidden = {{ checks = 0, marks = "0" }}

[[exercises]]
id = "q2"
title = "By itself"
names = ["number"]
alone = true
visible = {{ checks = 1, marks = "1" }}
hidden = {{ checks = 2, marks = "2" }}

[[exercises]]
id = "q3"
title = "By itself too"
names = ["number", "work"]
alone = true
seconds = 4
visible = {{ checks = 2, marks = "2" }}
hidden = {{ checks = 1, marks = "1" }}

[[exercises]]
id = "q4"
title = "By itself, and cut"
names = ["endless"]
alone = true
visible = {{ checks = 1, marks = "1" }}
hidden = {{ checks = 1, marks = "1" }}
"""

VISIBLE = '''\
import itertools

from labgrade.grader import check, exercise, expect, probes

RUNS = {name: itertools.count() for name in ("q1", "q2", "q3")}


def shared_number(student, once):
    return once("number", lambda: expect(student.number()).number())


@exercise("q1")
class TestTogether:
    @check(marks=1)
    def test_shown(self, student, once, evidence):
        evidence.fact("run", next(RUNS["q1"]))
        evidence.fact("number", shared_number(student, once))

    @check(marks=1)
    def test_also(self, student, once, evidence):
        evidence.fact("number", shared_number(student, once))


@exercise("q2")
class TestAlone:
    @check(marks=1)
    def test_shown(self, student, once, evidence):
        evidence.fact("run", next(RUNS["q2"]))
        number = shared_number(student, once)
        evidence.fact("number", number)
        evidence.curve("VISIBLE-CURVE", {"loss": [2, 1]}, "epoch", "loss")
        evidence.finding("told", "It was told.")
        expect(number).that(number > 0, "It is not positive.")


@exercise("q3")
class TestAloneToo:
    @check(marks=1)
    def test_same(self, student, once, evidence):
        evidence.fact("run", next(RUNS["q3"]))
        evidence.fact("number", shared_number(student, once))

    @check(marks=1)
    def test_work(self, student):
        """Work of more than the share that a shared process would give"""
        expect(student.work()).equals(7)


@exercise("q4")
class TestCut:
    @check(marks=1)
    def test_interrupted(self, student, once, evidence):
        ran = once("endless", lambda: probes.within(student.endless, [0], seconds=0.2))
        expect(ran.finished).that(not ran.finished, "It ended.")
        evidence.finding("cut", "It was cut.")
'''

HIDDEN = '''\
from labgrade.grader import check, exercise, expect, probes

from lab01_alone.shared_by_both import twice


@exercise("q2")
class TestAlone:
    @check(marks=1)
    def test_hidden(self, student, once, evidence):
        evidence.fact("number", once("number", lambda: expect(student.number()).number()))
        evidence.fact("HIDDEN-FACT", "HIDDEN-VALUE")
        evidence.curve("HIDDEN-CURVE", {"HIDDEN-SERIES": [2, 1]}, "HIDDEN-X", "loss")
        evidence.table("HIDDEN-TABLE", ("HIDDEN-COLUMN",), [("HIDDEN-CELL",)])
        evidence.finding("told", "It was told.")

    @check(marks=1)
    def test_fresh(self, student):
        """No other exercise ran in this process"""
        expect(student.calls()).equals(twice(0))


@exercise("q3")
class TestAloneToo:
    @check(marks=1)
    def test_hidden_same(self, student, once, evidence):
        evidence.fact("number", once("number", lambda: expect(student.number()).number()))


@exercise("q4")
class TestCut:
    @check(marks=1)
    def test_told(self, student, once, evidence):
        ran = once("endless", lambda: probes.within(student.endless, [0], seconds=0.2))
        expect(ran.value).equals(None)
        evidence.finding("cut", "It was cut.")
'''

RIGHT = """\
import os, time

made = []

def number():
    made.append(1)
    return int.from_bytes(os.urandom(6), "big") + 1.0

def calls():
    return max(0, len(made) - 1)

def work():
    end = time.process_time() + 0.6
    while time.process_time() < end: pass
    return 7

def endless(state):
    while True: state[0] += 1
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    files = {
        "course.toml": f'title = "Alone"\ncode = "A 1"\nlabs = ["{LAB}"]\n',
        f"assignments/{LAB}/lab.toml": LAB_TOML,
        f"assignments/{LAB}/task.md": "# Alone\n",
        f"graders/{LAB}/shared_by_both.py": "def twice(x):\n    return 2 * x\n",
        f"graders/{LAB}/test_visible.py": VISIBLE,
        f"graders/{LAB}/test_hidden.py": HIDDEN,
        "graders/pytest.ini": "[pytest]\naddopts = --import-mode=importlib -p no:cacheprovider\n",
    }
    return write_tree(tmp_path_factory.mktemp("alone") / "course", files)


@pytest.fixture(scope="module")
def grade(course):
    def run(*exercises, changes=""):
        return grade_source(LAB, f"{RIGHT}\n{changes}", exercises=exercises, course=course)

    return run


def checks_of(record):
    return {check.id: check for exercise in record.exercises for check in exercise.checks}


def facts(record, name):
    return {i: c.evidence[name] for i, c in checks_of(record).items() if name in c.evidence}


NUMBERS = {"q2.shown", "q2.hidden", "q3.same", "q3.hidden_same"}


class TestShared:
    def test_one_result_serves_the_checks_of_both_modules_and_of_all_that_run_alone(self, grade):
        numbers = facts(grade("q1", "q2", "q3"), "number")

        assert NUMBERS < set(numbers)
        assert len({numbers[name] for name in NUMBERS}) == 1

    def test_the_others_have_their_own_for_each_run(self, grade):
        numbers = facts(grade("q1", "q2"), "number")

        assert numbers["q1.shown"] == numbers["q1.also"] != numbers["q2.shown"]

    def test_each_submission_has_its_own(self, grade):
        first, second = (facts(grade("q2"), "number") for _ in range(2))

        assert first.keys() == second.keys()
        assert not {*first.values()} & {*second.values()}

    @pytest.mark.parametrize(
        ("changes", "outcome"),
        [
            ("def number(): raise ValueError('no')", "error"),
            ("def number(): return 'text'", "failed"),
            ("def number(): raise NotImplementedError", "not_attempted"),
            ("def number(): os._exit(0)", "crashed"),
        ],
    )
    def test_one_failure_serves_all_who_ask(self, grade, changes, outcome):
        tried = "import os\n" + changes.replace("number():", "number():\n    made.append(1)\n   ", 1)
        checks = checks_of(grade("q2", "q3", changes=tried))

        assert {checks[name].outcome for name in NUMBERS} == {outcome}
        assert {checks[name].score for name in NUMBERS} == {0}
        assert checks["q3.work"].outcome == "passed"


class TestOnce:
    def runs(self, grade, exercise, changes):
        """How often a check that shows its count ran while a submission was graded."""
        first, second = (facts(grade(exercise, changes=changes), "run").popitem()[1] for _ in range(2))
        return second - first

    WRONG = "def number(): return -1.0"

    def test_a_failing_exercise_is_not_repeated(self, grade):
        assert self.runs(grade, "q2", self.WRONG) == 1

    def test_one_that_is_not_alone_is(self, grade):
        assert self.runs(grade, "q1", "def number(): return 'text'") == 2

    def test_it_has_all_its_time_at_the_first_attempt(self, grade):
        record = grade("q3")

        assert {check.outcome for check in checks_of(record).values()} == {"passed"}
        assert self.runs(grade, "q3", "") == 1

    def test_it_runs_in_a_process_of_its_own(self, grade):
        assert checks_of(grade("q1", "q2"))["q2.fresh"].outcome == "passed"


class TestCut:
    def test_a_call_past_its_time_is_interrupted_and_told_once(self, grade):
        record = grade("q4")

        assert {check.outcome for check in checks_of(record).values()} == {"passed"}
        assert [(f.code, f.message) for f in record.findings] == [("cut", "It was cut.")]


class TestShown:
    def test_the_record_holds_evidence_and_findings_of_both_modules(self, grade):
        record = decode(encode(grade("q2")))
        checks = checks_of(record)

        assert [plot["title"] for plot in checks["q2.shown"].evidence["plots"]] == ["VISIBLE-CURVE"]
        assert checks["q2.hidden"].evidence["HIDDEN-FACT"] == "HIDDEN-VALUE"
        assert [p["kind"] for p in checks["q2.hidden"].evidence["plots"]] == ["curve", "table"]
        assert [(f.code, f.message) for f in record.findings] == [("told", "It was told.")]

    def test_a_failed_check_shows_its_evidence_too(self, grade):
        shown = checks_of(grade("q2", changes="def number(): return -1.0"))["q2.shown"]

        assert (shown.outcome, shown.evidence["number"], len(shown.evidence["plots"])) == ("failed", -1.0, 1)

    def test_the_students_page_shows_none_of_a_hidden_check(self, grade, tmp_path):
        record = grade("q1", "q2", "q3")
        info = LabInfo(LAB, "Alone", tuple((e.id, e.title) for e in record.exercises))
        page = build_student_page(record, info, tmp_path, "Alone", slug=str).read_text()

        assert "VISIBLE-CURVE" in page
        assert "It was told." in page
        assert "HIDDEN" not in page
