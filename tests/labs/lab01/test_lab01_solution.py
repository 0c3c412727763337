"""The one source: the solution has full marks whatever the inputs, the stub none and no reproach."""

import tomllib
from decimal import Decimal

import pytest

from labgrade.testing import grade_sources

LAB = "lab01_tensors"


def outcomes(record):
    return {check.outcome for exercise in record.exercises for check in exercise.checks}


@pytest.mark.parametrize("seed", range(1, 26))
def test_the_solution_has_full_marks_at_every_seed(grade, solution, seed):
    record = grade(solution, seed)

    assert record.score == record.max_score == Decimal(50)
    assert outcomes(record) == {"passed"}


@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
def test_the_stub_is_not_attempted_and_not_wrong(grade, lab_folder, suffix):
    record = grade(lab_folder / f"{LAB}{suffix}")

    assert record.score == 0
    assert outcomes(record) == {"not_attempted"}
    assert record.findings == ()


def test_every_check_that_did_not_pass_has_feedback(grade, lab_folder):
    record = grade(lab_folder / f"{LAB}.py")

    assert all(check.feedback for exercise in record.exercises for check in exercise.checks)


def test_the_graders_hold_what_the_lab_file_announces(grade, solution, lab_folder):
    planned = tomllib.loads((lab_folder / "lab.toml").read_text(encoding="utf-8"))

    record = grade(solution)

    assert record.max_score == Decimal(planned["marks"])
    for exercise, table in zip(record.exercises, planned["exercises"], strict=True):
        assert exercise.id == table["id"]
        for visibility in ("visible", "hidden"):
            marks = [check.max_score for check in exercise.checks if check.visibility == visibility]
            assert len(marks) == table[visibility]["checks"]
            assert sum(marks) == Decimal(table[visibility]["marks"])


def test_the_solution_has_full_marks_where_the_worker_is_spawned(solution):
    record = grade_sources(LAB, {"s": solution}, executor="spawn")["s"]

    assert record.score == record.max_score
