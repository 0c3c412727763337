"""The sample hand-ins of lab 2: what each of them earns, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from labgrade.record.model import GradeRecord
from labgrade.testing import grade_sources

LAB = "lab02_computation_graphs"
ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "submissions" / LAB
FULL = {"q1": 6, "q2": 7, "q3": 7, "q4": 5, "q5": 5, "q6": 10}

EXPECTED = {
    "s01.py": FULL,
    "s02.ipynb": FULL,
    "s03.py": FULL,
    "s04.py": {**FULL, "q1": 4, "q2": 5, "q4": 3, "q6": 7},
    "s05.py": {**FULL, "q1": 4, "q2": 5, "q3": 4.5, "q4": 3, "q5": 3, "q6": 0},
    "s06.py": dict.fromkeys(FULL, 0),
    "s08.py": {**FULL, "q3": 0, "q4": 3, "q6": 0},
    "s09.py": {**FULL, "q6": 7},
    "s10.zip": {**FULL, "q6": 7.5},
    "s11.py": {**FULL, "q6": 5.5},
    "s12.ipynb": {**FULL, "q3": 0, "q5": 0, "q6": 0},
    "s13.py": {**FULL, "q5": 2, "q6": 0},
    "s14.py": {**FULL, "q2": 3, "q3": 4.5, "q4": 3, "q5": 2, "q6": 7.5},
    "s15.py": {**FULL, "q1": 3.5, "q2": 4, "q4": 3, "q5": 1.5, "q6": 6.5},
}
MISTAKES = {
    "s04.py": {"q1.one-path", "q2.active-everywhere", "q4.cosine-sign", "q6.no-cosine"},
    "s05.py": {"q4.autograd-for-formula"},
    "s09.py": {"q6.no-minus"},
    "s10.zip": {"q6.only-df-dy"},
    "s14.py": {
        "q2.relu-in-place",
        "q2.value-for-slope",
        "q3.no-input-factor",
        "q4.no-inner-derivative",
        "q5.lost-terms",
        "q6.only-df-dy",
    },
    "s15.py": {
        "q1.untracked-input",
        "q2.python-max",
        "q4.no-outer-factor",
        "q5.constant-result",
        "q5.other-point",
        "q6.constant-result",
        "q6.only-df-dy",
    },
}


@pytest.fixture(scope="module")
def records() -> dict[str, GradeRecord]:
    return grade_sources(LAB, {path.name: path for path in sorted(FOLDER.iterdir())}, seed=21)


def test_every_sample_is_expected(records: dict[str, GradeRecord]) -> None:
    assert set(records) == {*EXPECTED, "s07.py"}


@pytest.mark.parametrize("name", EXPECTED)
def test_marks(records: dict[str, GradeRecord], name: str) -> None:
    assert {exercise.id: exercise.score for exercise in records[name].exercises} == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_known_mistakes(records: dict[str, GradeRecord], name: str) -> None:
    named = {
        check.misconception.removeprefix(f"{LAB}.")
        for exercise in records[name].exercises
        for check in exercise.checks
        if check.misconception
    }

    assert named == MISTAKES.get(name, set())


def outcomes(record: GradeRecord, exercise: str) -> set[str]:
    return {check.outcome for item in record.exercises if item.id == exercise for check in item.checks}


def test_syntax_error_names_its_line(records: dict[str, GradeRecord]) -> None:
    (finding,) = [finding for finding in records["s07.py"].findings if finding.code == "syntax-error"]

    assert "16" in (finding.where or "")
    assert records["s07.py"].score is not None


def test_endless_loop_costs_its_own_exercise(records: dict[str, GradeRecord]) -> None:
    assert outcomes(records["s08.py"], "q4") == {"passed", "timeout"}
    assert outcomes(records["s08.py"], "q5") == {"passed"}


def test_failed_cell_is_named_where_its_global_is_missed(records: dict[str, GradeRecord]) -> None:
    feedback = [
        check.feedback
        for exercise in records["s12.ipynb"].exercises
        if exercise.id == "q5"
        for check in exercise.checks
        if check.visibility == "visible"
    ]

    assert feedback
    assert all("coeffs" in text for text in feedback)


def test_missing_gpu_is_said(records: dict[str, GradeRecord]) -> None:
    assert [finding for finding in records["s13.py"].findings if "GPU" in finding.message]


def test_prints_are_kept_in_part(records: dict[str, GradeRecord]) -> None:
    output = records["s09.py"].output

    assert "step 0" in output
    assert len(output) < 100_000
