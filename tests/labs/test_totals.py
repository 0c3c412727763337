"""The checks of every lab add up to what its `lab.toml` promises."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from labgrade.course import find_course

ROOT = Path(__file__).resolve().parents[2]
LABS = find_course(ROOT).labs
EXERCISES = [(lab, plan) for lab in LABS for plan in lab.exercises]
SELF_REPORT_SHARE = Decimal("0.2")

# In a process of its own: a session of pytest inside this one would share its imports.
PROGRAM = """
import json, sys
from pathlib import Path
from labgrade.course import find_course
from labgrade.grader.checks import grader_files
from labgrade.grader.collect import with_checks

course = find_course(Path(sys.argv[1]))
modules = [module for lab in course.labs for module in grader_files(lab.graders)]
rows = with_checks(modules, course.root / "graders", lambda checks: [
    [c.lab, c.exercise, c.id, c.visibility, str(c.marks), c.self_report, c.title] for c in checks
])
print(json.dumps(rows))
"""


class Row(NamedTuple):
    lab: str
    exercise: str
    id: str
    visibility: str
    marks: str
    self_report: bool
    title: str


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Every check of the course, as it is collected."""
    command = [sys.executable, "-c", PROGRAM, str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [Row(*row) for row in json.loads(done.stdout)]


def marks_of(rows):
    return sum((Decimal(row.marks) for row in rows), Decimal(0))


@pytest.fixture(params=EXERCISES, ids=lambda pair: f"{pair[0].id}-{pair[1].id}")
def exercise(request, rows):
    """One exercise: its plan, and its checks."""
    lab, plan = request.param
    return plan, [row for row in rows if (row.lab, row.exercise) == (lab.id, plan.id)]


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.id)
def test_a_labs_ids_are_unique_and_its_marks_are_its_total(lab, rows):
    own = [row for row in rows if row.lab == lab.id]

    assert [] == [check_id for check_id, count in Counter(row.id for row in own).items() if count > 1]
    assert lab.marks == marks_of(own)
    assert {row.exercise for row in own} == {plan.id for plan in lab.exercises}


def test_numbers_and_marks_are_those_of_the_plan(exercise):
    plan, own = exercise
    for visibility, planned in (("visible", plan.visible), ("hidden", plan.hidden)):
        found = [row for row in own if row.visibility == visibility]
        assert (planned.checks, planned.marks) == (len(found), marks_of(found))


def test_every_exercise_has_visible_and_hidden_checks(exercise):
    assert {"visible", "hidden"} == {row.visibility for row in exercise[1]}


def test_self_reports_are_a_small_part(exercise):
    plan, own = exercise
    assert marks_of(row for row in own if row.self_report) <= SELF_REPORT_SHARE * plan.marks


def test_every_check_has_a_title_of_its_own(exercise):
    titles = Counter(row.title for row in exercise[1])
    assert [] == [title for title, count in titles.items() if count > 1]
