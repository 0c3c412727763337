"""The sample hand-ins of lab 3: what each of them earns, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from labgrade.record.model import GradeRecord
from labgrade.testing import grade_sources

LAB = "lab03_regression"
ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "submissions" / LAB
FULL = {"q1": 9, "q2": 8, "q3": 10, "q4": 10, "q5": 6, "q6": 7, "q7": 7, "a1": 3}
NOTHING = dict.fromkeys(FULL, 0)

EXPECTED = {
    "s01.py": FULL,
    "s02.ipynb": FULL,
    "s03.py": FULL,
    "s04.py": {**FULL, "q1": 7, "q2": 0, "q3": 9, "q4": 0, "q6": 2.5, "q7": 3.5, "a1": 0},
    "s05.py": {**FULL, "q1": 2, "q2": 0, "q3": 9, "q4": 4.5, "q6": 2.5, "q7": 0, "a1": 0},
    "s06.py": {**NOTHING, "q1": 2, "q3": 1.5},
    "s07.py": {**FULL, "q1": 7, "q6": 2.5, "q7": 0, "a1": 0},
    "s08.py": {**FULL, "q4": 2.5, "q5": 1},
    "s09.py": {**FULL, "q1": 2, "q2": 0, "q4": 2.5, "a1": 0},
    "s10": {**FULL, "q1": 2, "q2": 0, "q3": 4, "a1": 0},
    "s11.zip": {**FULL, "q1": 0, "q2": 4, "q4": 8, "q5": 0, "q7": 5, "a1": 0},
    "s12.ipynb": {**NOTHING, "q1": 5, "q2": 5.5, "q3": 2.5, "q4": 8, "q5": 1},
    "s13.py": {**NOTHING, "q3": 1.5, "q5": 2.5, "q6": 7, "q7": 0.5},
    "s14.py": {**NOTHING, "q1": 3, "q3": 2, "q4": 2.5, "q6": 4.5, "q7": 5},
    "s15.py": {**FULL, "q2": 4, "a1": 0},
    "s16.py": {**NOTHING, "q1": 2, "q3": 3.5, "q7": 3},
}
MISTAKES = {
    "s04.py": {
        "q1.axes-unnamed",
        "q2.autograd-for-formula",
        "q2.gradients-not-reset",
        "q3.criterion-outside",
        "q6.stopped-early",
        "q7.stopped-early",
    },
    "s05.py": {
        "q1.update-in-loop",
        "q2.per-sample",
        "q2.sum-for-mean",
        "q3.no-mean",
        "q4.targets-broadcast",
        "q6.targets-broadcast",
    },
    "s07.py": {"q6.stopped-early"},
    "s09.py": {"q1.another-start", "q2.no-factor-two", "q4.own-model"},
    "s10": {"q1.half-loss", "q2.no-factor-two", "q3.half-loss", "a1.no-factor-two"},
    "s11.zip": {"q1.gradients-not-reset", "q2.noted-before-update", "q4.last-batch"},
    "s12.ipynb": {
        "q1.loss-after-update",
        "q2.arguments-ignored",
        "q3.parameters-reset",
        "q3.tracking-lost",
        "q4.loss-a-batch",
        "q5.targets-broadcast",
    },
    "s13.py": {
        "q1.axes-exchanged",
        "q1.root-of-loss",
        "q2.least-squares",
        "q2.noted-before-update",
        "q3.no-self",
        "q3.parameters-reset",
        "q3.uphill",
        "q4.not-parameters",
        "q4.pair-exchanged",
        "q5.closed-form",
        "q7.log-odds",
        "a1.sign-lost",
    },
    "s14.py": {
        "q1.axes-unnamed",
        "q1.loss-a-sample",
        "q2.noted-by-reference",
        "q2.sum-for-mean",
        "q3.arguments-ignored",
        "q3.gradients-not-reset",
        "q3.no-mean",
        "q3.own-model",
        "q4.sum-for-mean",
        "q5.arguments-ignored",
        "q6.arguments-ignored",
        "q7.labels-ignored",
    },
    "s16.py": {"q1.sum-for-mean", "q3.not-updated", "q7.saturated", "a1.sign-lost"},
}


@pytest.fixture(scope="module")
def records() -> dict[str, GradeRecord]:
    return grade_sources(LAB, {path.name: path for path in sorted(FOLDER.iterdir())}, seed=21)


def test_every_sample_is_expected(records: dict[str, GradeRecord]) -> None:
    assert set(records) == set(EXPECTED)


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


def finding(record: GradeRecord, code: str) -> list[str]:
    return [f"{finding.where}: {finding.message}" for finding in record.findings if finding.code == code]


def test_syntax_error_names_its_line_and_what_is_left_out(records: dict[str, GradeRecord]) -> None:
    (told,) = finding(records["s07.py"], "syntax-error")

    assert "s07.py:19" in told
    assert "lines 19 to 25" in told


def test_missing_gpu_is_said(records: dict[str, GradeRecord]) -> None:
    (told,) = finding(records["s08.py"], "statement-raised")
    failed = [
        check.feedback
        for exercise in records["s08.py"].exercises
        for check in exercise.checks
        if check.outcome == "error" and check.visibility == "visible"
    ]

    assert "GPU" in told
    assert failed
    assert all("GPU" in feedback for feedback in failed)


def test_misspelt_name_is_pointed_out(records: dict[str, GradeRecord]) -> None:
    (feedback,) = [
        check.feedback
        for exercise in records["s15.py"].exercises
        for check in exercise.checks
        if check.id == "q2.gradients_at_start"
    ]

    assert "`mse_gradient`" in feedback


def test_exit_at_the_end_costs_nothing(records: dict[str, GradeRecord]) -> None:
    (told,) = finding(records["s15.py"], "statement-raised")

    assert "exit() was ignored" in told


def test_figure_that_stays_open_is_taken(records: dict[str, GradeRecord]) -> None:
    assert finding(records["s04.py"], "figure-left-open")


def test_failed_statements_are_named_by_file_and_line(records: dict[str, GradeRecord]) -> None:
    drawing, asking = finding(records["s11.zip"], "statement-raised")

    assert drawing.startswith("q1.py:21")
    assert "matplotlib.pyplot" in drawing
    assert asking.startswith("q3.py:3")
    assert "input()" in asking
