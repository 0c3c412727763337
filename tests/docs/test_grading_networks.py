"""The page on grading networks builds a lab that trains, and that grades as the page says."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.trees import write_tree

from labgrade.cli.app import run
from labgrade.testing import grade_source

from .pages import DOCS, blocks, files

PAGE = DOCS / "grading-networks.md"
LAB = "lab01_networks"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course made of nothing but the page's blocks, its stubs built."""
    root = tmp_path_factory.mktemp("page") / "course"
    write_tree(root, {**files(PAGE), f"assignments/{LAB}/task.md": "# Networks\n"})
    assert run(["author", "build", "--course", str(root)]) == 0
    return root


@pytest.fixture(scope="module")
def solution(course: Path) -> str:
    return (course / "reference_solutions" / f"{LAB}.py").read_text(encoding="utf-8")


def checks_of(record):
    return {check.id: check for exercise in record.exercises for check in exercise.checks}


def test_every_block_is_part_of_a_file():
    assert not [block for block in blocks(PAGE) if not block.file]


def test_the_solution_has_full_marks_and_shows_its_training(course, solution):
    record = grade_source(LAB, solution, course=course)

    assert (record.max_score, ()) == (record.score, record.findings)
    evidence = checks_of(record)["q2.reaches_the_minimum"].evidence
    assert {"accuracy", "minimum", "parameters", "plots"} <= set(evidence)
    assert [plot["kind"] for plot in evidence["plots"]] == ["curve", "confusion", "table"]
    assert "held back" in record.provenance.data_split


def test_a_self_check_trains_on_public_labels(course, solution):
    record = grade_source(LAB, solution, course=course, visible_only=True)

    assert record.score == record.max_score == 5


def test_the_stub_earns_nothing(course):
    stub = course / f"assignments/{LAB}/{LAB}.py"

    assert grade_source(LAB, stub.read_bytes(), course=course).score == 0


def test_softmax_is_named(course, solution):
    wrong = solution.replace(
        "return self.output(torch.relu(self.hidden(images.flatten(1))))",
        "return self.output(torch.relu(self.hidden(images.flatten(1)))).softmax(1)",
    )
    checks = checks_of(grade_source(LAB, wrong, course=course, exercises=("q1",)))

    assert checks["q1.shapes"].misconception == f"{LAB}.q1.softmax"


def test_weights_that_were_not_trained_fail_the_minimum(course, solution):
    lazy = solution + "\n\ndef train(model, loader, epochs, device):\n    return [3.0, 2.0, 1.0]\n"
    checks = checks_of(grade_source(LAB, lazy, course=course, exercises=("q2",)))

    assert checks["q2.reaches_the_minimum"].outcome == "failed"


def test_a_training_past_its_time_is_graded_with_the_weights_it_reached(course, solution, tmp_path):
    endless = solution.replace("for _ in range(epochs):", "while True:")
    copy = tmp_path / "course"
    write_tree(copy, {**files(PAGE), f"assignments/{LAB}/task.md": "# Networks\n"})
    lab = copy / f"assignments/{LAB}/lab.toml"
    lab.write_text(lab.read_text(encoding="utf-8").replace("seconds = 30", "seconds = 2"), encoding="utf-8")
    record = grade_source(LAB, endless, course=copy, exercises=("q2",))

    assert [finding.code for finding in record.findings] == ["training-cut"]
    assert checks_of(record)["q2.reaches_the_minimum"].outcome == "passed"
