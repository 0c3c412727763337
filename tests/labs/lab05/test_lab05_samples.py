"""The sample hand-ins of lab 5: what each of them earns, and what is said about it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from labgrade.record.model import GradeRecord
from labgrade.testing import grade_sources

LAB = "lab05_cnn"
COURSE = Path(__file__).parents[3]
FOLDER = COURSE / "submissions" / LAB
FULL = {"q1": 11, "q2": 8, "q3": 19, "q4": 16, "a1": 6}
NONE = dict.fromkeys(FULL, 0)

EXPECTED = {
    "s01.py": FULL,
    "s02.ipynb": FULL,
    "s03.py": {**FULL, "q3": 15.5},
    "s04.py": {"q1": 6, "q2": 0, "q3": 6, "q4": 0, "a1": 0},
    "s05.py": {"q1": 5, "q2": 2.5, "q3": 4, "q4": 0, "a1": 0},
    "s06.py": {"q1": 6, "q2": 5.5, "q3": 0, "q4": 0, "a1": 0},
    "s07.py": {"q1": 9, "q2": 7.5, "q3": 0, "q4": 0, "a1": 0},
    "s08.py": {**FULL, "q1": 8, "q3": 6.5, "q4": 10.5, "a1": 0},
    "s09.py": {**FULL, "q4": 10.5},
    "s10.zip": {**FULL, "q2": 7, "q3": 8.5, "q4": 8.5, "a1": 0},
    "s11.py": {"q1": 3, "q2": 2.5, "q3": 4.5, "q4": 0, "a1": 0},
    "s12.ipynb": {"q1": 3.5, "q2": 5.5, "q3": 1, "q4": 0, "a1": 0},
    "s21.py": FULL,
    "s22.ipynb": {**FULL, "q1": 9, "q3": 15, "a1": 0},
    "s23.py": {**FULL, "q1": 6, "q3": 8.5, "q4": 10.5},
    "s24.zip": {**FULL, "q3": 9, "q4": 5.5, "a1": 1},
    "s25.py": NONE,
    "s26": {"q1": 6.5, "q2": 0, "q3": 0, "q4": 0, "a1": 0},
    "s27.py": {**FULL, "q3": 0, "q4": 0, "a1": 0},
    "s28.py": {"q1": 8, "q2": 6.5, "q3": 2.5, "q4": 4, "a1": 0},
    "s29.ipynb": {"q1": 5, "q2": 2.5, "q3": 6, "q4": 2, "a1": 0},
    "s30.py": {"q1": 9, "q2": 6, "q3": 4.5, "q4": 0, "a1": 0},
}
MISTAKES = {
    "s03.py": {
        "q3.percentage-for-fraction",
    },
    "s04.py": {
        "q1.bias-not-counted",
        "q1.one-added-first",
        "q2.another-kernel",
        "q2.bias-left-on",
        "q3.global-batch-size",
        "q3.training-mode",
        "q4.axes-unnamed",
        "q4.fraction-for-percent",
        "q4.global-batch-size",
    },
    "s05.py": {
        "q2.layer-called",
    },
    "s06.py": {
        "q1.not-floored",
        "q2.bias-left-out",
        "q2.stride-ignored",
    },
    "s08.py": {
        "q1.padding-on-one-side",
        "q3.mean-of-batches",
        "q3.stopped-early",
        "q3.training-mode",
        "q4.order-for-drop",
        "q4.wrong-base",
    },
    "s09.py": {
        "q4.accuracy-drop-drawn",
        "q4.nothing-reduced",
    },
    "s10.zip": {
        "q2.bias-left-out",
        "q3.percentage-for-fraction",
        "q3.softmax-output",
        "q3.stopped-early",
        "q4.sign-exchanged",
    },
    "s11.py": {
        "q1.kernel-flipped",
        "q1.one-input-channel",
        "q2.another-kernel",
        "q3.confusion-normalised",
        "q3.images-mixed",
        "q4.images-mixed",
        "q4.order-for-drop",
        "q4.share-left",
    },
    "s12.ipynb": {
        "q1.bias-not-counted",
        "q1.padding-ignored",
        "q2.bias-left-out",
        "q2.stride-ignored",
        "q3.global-batch-size",
        "q3.loss-per-batch",
    },
    "s22.ipynb": {
        "q3.class-dropped",
        "q3.percentage-for-fraction",
    },
    "s23.py": {
        "q1.bias-not-counted",
        "q1.padding-on-one-side",
        "q3.confusion-turned",
        "q3.loss-per-batch",
        "q3.stopped-early",
        "q4.accuracy-drop-drawn",
        "q4.share-left",
    },
    "s24.zip": {
        "a1.too-few-convolutions",
        "q4.wrong-base",
    },
    "s25.py": {
        "q1.one-added-first",
    },
    "s26": {
        "q1.one-input-channel",
        "q1.stride-ignored",
        "q2.another-kernel",
        "q2.bias-left-on",
    },
    "s28.py": {
        "q1.not-floored",
        "q2.bias-left-out",
        "q3.global-batch-size",
        "q3.mean-of-batches",
        "q3.training-mode",
        "q4.fraction-for-percent",
        "q4.global-batch-size",
    },
    "s29.ipynb": {
        "q1.kernel-flipped",
        "q2.layer-called",
        "q3.images-mixed",
        "q3.training-mode",
        "q4.axes-exchanged",
    },
    "s30.py": {
        "q2.bias-left-out",
        "q2.stride-ignored",
        "q3.class-dropped",
        "q3.percentage-for-fraction",
        "q3.softmax-output",
        "q4.axes-unnamed",
        "q4.sign-exchanged",
    },
}
# Their trainings take more than five CPU seconds together.
SLOW = {"s01.py", "s02.ipynb", "s03.py", "s08.py", "s09.py", "s21.py", "s22.ipynb", "s23.py", "s24.zip"}

Grade = Callable[[str], GradeRecord]


def marked(name: str) -> object:
    return pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name


each_sample = pytest.mark.parametrize("name", [marked(name) for name in EXPECTED])


@pytest.fixture(scope="module")
def graded() -> Grade:
    """Grade a sample, once in a test run."""

    @functools.cache
    def run(name: str) -> GradeRecord:
        return grade_sources(LAB, {name: FOLDER / name}, seed=21, course=COURSE)[name]

    return run


def test_every_sample_is_expected() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(EXPECTED)


@each_sample
def test_marks(graded: Grade, name: str) -> None:
    assert {exercise.id: exercise.score for exercise in graded(name).exercises} == EXPECTED[name]


@each_sample
def test_known_mistakes(graded: Grade, name: str) -> None:
    named = {
        check.misconception.removeprefix(f"{LAB}.")
        for exercise in graded(name).exercises
        for check in exercise.checks
        if check.misconception
    }

    assert named == MISTAKES.get(name, set())


def test_syntax_error_names_its_line(graded: Grade) -> None:
    (finding,) = [finding for finding in graded("s27.py").findings if finding.code == "syntax-error"]

    assert "26" in (finding.where or "")


def test_missing_download_is_said(graded: Grade) -> None:
    assert [finding for finding in graded("s28.py").findings if "network" in finding.message]


def test_missing_gpu_is_said(graded: Grade) -> None:
    assert [finding for finding in graded("s30.py").findings if "GPU" in finding.message]


@pytest.mark.slow
def test_missing_training_is_done_by_our_loop_and_said(graded: Grade) -> None:
    record = graded("s24.zip")
    passed = {
        check.id for exercise in record.exercises for check in exercise.checks if check.outcome == "passed"
    }

    assert "own-loop-used" in {finding.code for finding in record.findings}
    assert {"q3.accuracy", "q4.accuracy"} <= passed
