"""The plan of lab 5, and work that is right: all of it, parts of it, none of it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

RIGHT = sorted((Path(__file__).parent / "right").glob("*.py"))
MARKS = {"q1": 11, "q2": 8, "q3": 19, "q4": 16, "a1": 6}
SEEDS = range(25)
TRAINING = ("q3", "q4", "a1")

each_right_way = pytest.mark.parametrize("path", RIGHT, ids=[path.stem for path in RIGHT])


def checks(record, exercise=""):
    return [check for item in record.exercises if exercise in ("", item.id) for check in item.checks]


def short(record):
    """What is not passed, and why."""
    return {check.id: check.feedback for check in checks(record) if check.outcome != "passed"}


def lost(record):
    return {exercise.id for exercise in record.exercises if exercise.score != exercise.max_score}


def plan(course):
    return tomllib.loads((course / "assignments" / "lab05_cnn" / "lab.toml").read_text(encoding="utf-8"))


def test_the_solution_has_full_marks(grade, solution):
    record = grade(solution)

    assert short(record) == {}
    assert record.score == record.max_score == 60
    assert {exercise.id: exercise.max_score for exercise in record.exercises} == MARKS


def test_visible_checks_have_forty_per_cent(grade, solution):
    visible = [check.max_score for check in checks(grade(solution)) if check.visibility == "visible"]

    assert sum(visible) == 24


def test_the_manuals_network_has_its_parameters(grade, solution):
    (check,) = [check for check in checks(grade(solution), "q3") if check.id == "q3.accuracy"]

    assert check.evidence["parameters"] == 149_798


def test_trainings_are_shown(grade, solution):
    for check_id in ("q3.accuracy", "q4.accuracy", "a1.accuracy"):
        (check,) = [check for check in checks(grade(solution)) if check.id == check_id]
        assert {"curve", "confusion", "table"} <= {plot["kind"] for plot in check.evidence["plots"]}
        assert check.evidence["accuracy"] >= check.evidence["minimum"]


def test_the_additional_question_names_its_data_set(grade, small):
    evidence = [check.evidence for check in checks(grade(small, ("a1",)))]
    rows = [row for facts in evidence for plot in facts.get("plots", ()) for row in plot.get("rows", ())]

    assert "digits" in [row[0] for row in rows]


@each_right_way
def test_another_right_way_has_full_marks(grade, path):
    assert short(grade(path.read_text(encoding="utf-8"))) == {}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_the_solution_has_full_marks_at_every_seed(grade, solution, seed):
    assert short(grade(solution, (), seed)) == {}


@pytest.mark.slow
@each_right_way
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_way_has_full_marks_at_every_seed(grade, path, seed):
    assert short(grade(path.read_text(encoding="utf-8"), (), seed)) == {}


def test_the_stub_is_not_attempted(grade, stub):
    record = grade(stub)

    assert record.score == 0
    assert {check.outcome for check in checks(record)} == {"not_attempted"}
    assert all(check.feedback for check in checks(record))


@pytest.mark.parametrize(
    ("exercise", "names"),
    [
        ("q1", "convolve2d, output_size, convolution_parameters"),
        ("q2", "make_conv_layer, conv2d_by_function"),
    ],
)
def test_a_short_exercise_stands_on_its_own(grade, small, exercise, names):
    record = grade(f"{small}\n\ndel {names}", ("q1", "q2"))

    assert lost(record) == {exercise}
    assert {check.outcome for check in checks(record, exercise)} == {"not_attempted"}


@pytest.mark.parametrize(
    ("exercise", "names"),
    [
        ("q4", "ReducedCNN, parameter_drop_percent, accuracy_against_drop, plot_drop_against_accuracy"),
        ("a1", "FashionCNN"),
    ],
)
def test_an_exercise_stands_on_its_own(grade, small, exercise, names):
    record = grade(f"{small}\n\ndel {names}", TRAINING)

    assert lost(record) == {exercise}
    assert {check.outcome for check in checks(record, exercise)} == {"not_attempted"}


def test_a_missing_classifier_costs_its_own_exercise(grade, small):
    record = grade(f"{small}\n\ndel CNNClassifier", TRAINING)

    assert lost(record) == {"q3"}


def test_without_a_training_loop_only_its_own_marks_are_lost(grade, small):
    record = grade(f"{small}\n\ntrain_here = train_classifier\n\ndel train_classifier", ("q3", "a1"))

    assert set(short(record)) == {"q3.losses", "q3.trains_what_it_is_given"}
    assert {check.outcome for check in checks(record) if check.outcome != "passed"} == {"not_attempted"}
    assert [finding.code for finding in record.findings] == ["own-loop-used"]


def test_a_loop_that_raises_costs_no_other_exercise_its_training(grade, small):
    broken = "def train_classifier(model, loader, epochs, device):\n    raise ValueError('not today')"
    record = grade(f"{small}\n\n{broken}", TRAINING)

    assert {"q4.accuracy", "q4.smaller", "q4.close_to_base"}.isdisjoint(short(record))
    assert "a1" not in lost(record)


def test_some_parameters_fewer_earn_a_part(grade, small):
    reduced = small.replace("nn.Conv2d(8, 10, 3)", "nn.Conv2d(8, 13, 3)").replace("10 * 4 * 4", "13 * 4 * 4")
    record = grade(reduced, ("q4",))

    assert set(short(record)) == {"q4.smaller", "q4.smaller_by_a_third"}


def test_a_network_that_cannot_be_captured_is_measured_in_the_worker(grade, small):
    odd = """
class CNNClassifier(CNNClassifier):
    def forward(self, x):
        logits = super().forward(x)
        return logits.sort(1).values.gather(1, logits.argsort(1).argsort(1))
"""
    record = grade(small + odd, ("q3",))

    assert [finding.code for finding in record.findings] == ["not-captured"]
    assert set(short(record)) == {"q3.parameters_in_layers"}


def epochs_of(training):
    """The numbers of epochs that data sets have."""
    epochs = training["epochs"]
    return set(epochs.values()) if isinstance(epochs, dict) else {epochs}


def test_the_task_states_the_budget(course):
    training = plan(course)["training"]
    task = (course / "assignments" / "lab05_cnn" / "task.md").read_text(encoding="utf-8")

    for epochs in epochs_of(training):
        updates = training["images"] // training["batch_size"] * epochs
        row = [training["images"], training["batch_size"], epochs, updates, training["seconds"]]
        assert "| " + " | ".join(f"{number:,}" for number in row) + " |" in task
    for data_set, minimum in training["minimum"].items():
        assert re.search(rf"^\| `{data_set}`.* \| {minimum:.2f} \|$", task, re.MULTILINE)


def test_the_stub_states_the_budget(course, stub):
    training = plan(course)["training"]
    text = " ".join(line.removeprefix("#").strip() for line in stub.splitlines())

    assert f"{training['images']:,} images in batches of {training['batch_size']}" in text
    assert f"{training['seconds']} CPU seconds" in text
    assert all(f"{epochs} epochs" in text for epochs in epochs_of(training))


def test_marks_of_the_plan_are_those_of_the_task(course):
    task = (course / "assignments" / "lab05_cnn" / "task.md").read_text(encoding="utf-8")
    stated = re.findall(r"^## (\w\d) · .*\((\d+) marks\)$", task, re.MULTILINE)

    assert {name: int(marks) for name, marks in stated} == MARKS
