"""The wheel in an environment of its own, used from an empty folder far from any checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path

import nbformat
import pytest
from tests.distributions import REPOSITORY, build

from labgrade import __version__
from labgrade.authoring.source import read_source
from labgrade.course import load_course

from .venv import Environment

COURSE = load_course(REPOSITORY)
LAB = COURSE.lab("lab01_tensors")
VISIBLE = sum(plan.visible.checks for plan in LAB.exercises)
HIDDEN = sum(plan.hidden.checks for plan in LAB.exercises)
VISIBLE_MARKS = sum(plan.visible.marks for plan in LAB.exercises)
HIDDEN_MARKS = sum(plan.hidden.marks for plan in LAB.exercises)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def student(tmp_path_factory) -> Environment:
    """An environment in which the wheel is installed and the checkout is not in sight."""
    folder = tmp_path_factory.mktemp("student")
    (folder / "dist").mkdir()
    made = Environment(folder / "environment")
    made.install_wheel(build("wheel", folder / "dist"))
    made.see()
    return made


@pytest.fixture(scope="module")
def desk(student, tmp_path_factory) -> Path:
    """An empty folder in which the student has begun the lab."""
    folder = tmp_path_factory.mktemp("desk")
    ended = student.labgrade("new", LAB.id, cwd=folder)
    assert (0, "") == (ended.returncode, ended.stderr)
    return folder


def test_it_is_the_wheel_that_runs(student, tmp_path):
    command = [str(student.python), "-c", "import labgrade; print(labgrade.__file__)"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert student.packages in Path(found.strip()).parents


def test_the_untouched_stub_is_not_attempted_everywhere(student, desk):
    ended = student.labgrade("check", f"{LAB.id}/{LAB.id}.py", cwd=desk)

    lines = ended.stdout.splitlines()
    assert (1, "") == (ended.returncode, ended.stderr)
    assert VISIBLE == sum(line.startswith("  · ") for line in lines)
    assert not any(line.startswith(("  ✓", "  ✗", "  ?")) for line in lines)
    assert lines[-1] == (
        f"0 of {VISIBLE} visible checks passed (0 of {VISIBLE_MARKS.normalize():f} marks); "
        f"{HIDDEN} hidden checks ({HIDDEN_MARKS.normalize():f} marks) run at grading"
    )


def test_the_solution_passes_and_the_hidden_numbers_are_stated(student, desk):
    cells = nbformat.reads(read_source(LAB.solution).solution_notebook(), as_version=4).cells
    work = desk / "done" / f"{LAB.id}.py"
    work.parent.mkdir()
    work.write_text("\n\n".join(cell.source for cell in cells if cell.cell_type == "code"), encoding="utf-8")

    ended = student.labgrade("check", work, cwd=desk)

    assert (0, "") == (ended.returncode, ended.stderr)
    assert ended.stdout.splitlines()[-1] == (
        f"{VISIBLE} of {VISIBLE} visible checks passed ({VISIBLE_MARKS.normalize():f} marks); "
        f"{HIDDEN} hidden checks ({HIDDEN_MARKS.normalize():f} marks) run at grading"
    )


def test_marks_are_not_made_without_the_hidden_checks(student, desk):
    (desk / "work.py").write_text("")

    ended = student.labgrade("grade", "work.py", "--lab", LAB.id, cwd=desk)

    assert (2, "") == (ended.returncode, ended.stdout)
    assert "This copy of the course has no hidden checks" in ended.stderr


def test_the_command_is_on_the_environments_path(student, tmp_path):
    command = [str(student.root / "bin" / "labgrade"), "--version"]

    assert (
        f"labgrade {__version__}\n"
        == subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    )
