"""The sample hand-ins of lab 4: what each of them earns, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from labgrade.record.model import GradeRecord
from labgrade.testing import grade_sources

LAB = "lab04_feedforward"
ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "submissions" / LAB
FULL = {"q1": 12, "q2": 8, "q3": 6, "q4": 24}

EXPECTED = {
    "s01.py": FULL,
    "s02.ipynb": FULL,
    "s03.py": FULL,
    "s04.py": {**FULL, "q1": 11.5, "q4": 18},
    "s05.py": {"q1": 11.5, "q2": 0, "q3": 0, "q4": 19},
    "s06.py": dict.fromkeys(FULL, 0),
    "s07.py": {"q1": 1.5, "q2": 8, "q3": 0, "q4": 2},
    "s08.py": {**FULL, "q4": 16},
    "s09": {"q1": 0, "q2": 8, "q3": 0, "q4": 16},
    "s10.zip": {"q1": 1.5, "q2": 2.5, "q3": 0, "q4": 23.5},
    "s11.ipynb": {"q1": 5, "q2": 2.5, "q3": 6, "q4": 11.5},
    "s12.py": {"q1": 0.5, "q2": 2.5, "q3": 0, "q4": 6.5},
}
MISTAKES = {
    "s04.py": {"q1.frozen-counted", "q4.percentage-for-fraction", "q4.softmax-output"},
    "s05.py": {
        "q1.frozen-counted",
        "q2.output-relu",
        "q3.own-weights",
        "q4.confusion-turned",
        "q4.training-mode",
    },
    "s06.py": {"q4.biases-left-out"},
    "s07.py": {"q3.output-activated"},
    "s09": {
        "q1.hidden-tanh",
        "q1.tensors-counted",
        "q3.weight-not-transposed",
        "q4.axes-unnamed",
        "q4.loss-per-batch",
        "q4.mean-of-batches",
        "q4.training-mode",
    },
    "s10.zip": {
        "q1.hidden-layer-wider",
        "q2.start-ignored",
        "q3.output-activated",
        "q4.class-dropped",
    },
    "s11.ipynb": {
        "q1.stopped-early",
        "q2.stopped-early",
        "q4.count-for-fraction",
        "q4.hidden-layers-miscounted",
        "q4.training-too-slow",
    },
    "s12.py": {
        "q1.buffers-counted",
        "q1.frozen-counted",
        "q1.no-activation",
        "q2.shapes-broadcast",
        "q4.biases-of-inputs",
        "q4.confusion-turned",
        "q4.layers-do-not-fit",
    },
}


@pytest.fixture(scope="module")
def records() -> dict[str, GradeRecord]:
    return grade_sources(LAB, {path.name: path for path in sorted(FOLDER.iterdir())}, seed=21, course=ROOT)


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


def codes(record: GradeRecord) -> list[str]:
    return [finding.code for finding in record.findings]


@pytest.mark.parametrize("name", ["s01.py", "s03.py", "s06.py"])
def test_nothing_else_is_said_where_all_was_loaded(records: dict[str, GradeRecord], name: str) -> None:
    assert not codes(records[name])


@pytest.mark.parametrize("name", ["s05.py", "s12.py"])
def test_figure_left_open_is_said(records: dict[str, GradeRecord], name: str) -> None:
    assert codes(records[name]).count("figure-left-open") == 1


@pytest.mark.parametrize("name", ["s09", "s10.zip"])
def test_several_files_are_said(records: dict[str, GradeRecord], name: str) -> None:
    assert codes(records[name]) == ["several-files"]


def test_syntax_error_names_its_line(records: dict[str, GradeRecord]) -> None:
    (finding,) = [finding for finding in records["s07.py"].findings if finding.code == "syntax-error"]

    assert "15" in (finding.where or "")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("s02.ipynb", "scikit-learn"),
        ("s04.py", "downloaded"),
        ("s08.py", "GPU"),
        ("s11.ipynb", "torchsummary"),
        ("s12.py", "readme.txt"),
    ],
)
def test_statement_that_failed_is_explained(records: dict[str, GradeRecord], name: str, words: str) -> None:
    raised = [finding.message for finding in records[name].findings if finding.code == "statement-raised"]

    assert any(words in message for message in raised)


def test_prints_are_kept(records: dict[str, GradeRecord]) -> None:
    assert "Epoch 500/600" in records["s04.py"].output
