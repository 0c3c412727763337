"""One wrong part at a time, put behind the solution: named, and paid for by its exercise alone.

A file `wrong/EXERCISE.SLUG.py` holds a known mistake (what follows the slug names a variant), a file in
`wrong/unnamed` a wrong program that no declared mistake describes.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
KNOWN = sorted((HERE / "wrong").glob("*.py"))
UNNAMED = sorted((HERE / "wrong" / "unnamed").glob("*.py"))
SHORT, TRAINING = ("q1", "q2"), ("q3", "q4", "a1")

# What no visible check asks for.
HIDDEN_ALONE = {
    "q2.bias-left-out",
    "q2.stride-ignored",
    "q2.padding-ignored",
    "q3.class-dropped",
    "q3.losses-invented",
    "q3.parameters-outside-layers",
    "q3.weights-unchanged",
    "q4.parameters-outside-layers",
    "q4.softmax-output",
    "q4.test-data-learnt",
    "q4.weights-unchanged",
    "a1.parameters-outside-layers",
}
known = pytest.mark.parametrize("path", KNOWN, ids=[path.stem for path in KNOWN])
unnamed = pytest.mark.parametrize("path", UNNAMED, ids=[path.stem for path in UNNAMED])


def mistake_of(path):
    return ".".join(path.name.split(".")[:2]).removesuffix(".py")


def exercise_of(path):
    return path.name.partition(".")[0]


def source(small, path):
    return small + "\n\n" + path.read_text(encoding="utf-8")


def lost(record):
    return {exercise.id for exercise in record.exercises if exercise.score != exercise.max_score}


def failing(record):
    return [check for exercise in record.exercises for check in exercise.checks if check.outcome != "passed"]


def named(record):
    return {
        check.misconception.removeprefix("lab05_cnn.") for check in failing(record) if check.misconception
    }


def alone(grade, small, path):
    """Grade a mistake's own exercise; a mistake that needs no training is spared it."""
    code = source(small, path)
    if not re.search(r"^(class|def train_classifier)\b", path.read_text(encoding="utf-8"), re.MULTILINE):
        code += "\n\ndel CNNClassifier, ReducedCNN, FashionCNN"
    return grade(code, (exercise_of(path),))


@known
def test_a_known_mistake_is_named(grade, small, path):
    record = alone(grade, small, path)

    assert named(record) == {mistake_of(path)}
    kinds = {check.visibility for check in failing(record) if check.misconception}
    assert kinds == ({"hidden"} if mistake_of(path) in HIDDEN_ALONE else {"visible", "hidden"})


@known
def test_hidden_feedback_holds_no_number_of_the_run(grade, small, path):
    record = alone(grade, small, path)
    hidden = [check.feedback for check in failing(record) if check.visibility == "hidden"]

    assert hidden
    assert [text for text in hidden if re.search(r"\d\.\d", text)] == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [22, 23])
@known
def test_a_known_mistake_loses_exactly_its_exercise(grade, small, path, seed):
    exercise = exercise_of(path)
    record = grade(source(small, path), SHORT if exercise in SHORT else TRAINING, seed)

    assert named(record) == {mistake_of(path)}
    assert lost(record) == {exercise}


def test_a_loss_a_batch_does_not_hide_that_the_training_is_too_slow(grade, small):
    code = (HERE / "wrong" / "q3.stopped-early.py").read_text(encoding="utf-8")
    code = code.replace("            running += loss.item()\n", "            losses.append(loss.item())\n")
    record = grade(f"{small}\n\n{code.replace('        losses.append(running)', '')}", ("q3",))
    found = {check.id: check.misconception for check in failing(record)}

    assert found["q3.losses"] == "lab05_cnn.q3.loss-per-batch"
    assert found["q3.accuracy"] == "lab05_cnn.q3.stopped-early"


@pytest.mark.parametrize("slug", ["images-mixed", "global-batch-size"])
def test_convolutions_count_where_images_are_mixed(grade, small, slug):
    record = alone(grade, small, HERE / "wrong" / f"q3.{slug}.py")

    assert "q3.two_convolutions" not in {check.id for check in failing(record)}


@unnamed
def test_another_wrong_program_fails_by_itself(grade, small, path):
    record = alone(grade, small, path)
    tried = [check for check in failing(record) if check.outcome != "not_attempted"]

    assert tried
    assert named(record) == set()
    assert all(check.feedback for check in tried)


@pytest.mark.slow
@unnamed
def test_another_wrong_program_loses_exactly_its_exercise(grade, small, path):
    exercise = exercise_of(path)
    record = grade(source(small, path), SHORT if exercise in SHORT else TRAINING)

    assert lost(record) == {exercise}


def test_every_declared_mistake_has_an_example(course):
    graders = (course / "graders" / "lab05_cnn").glob("*.py")
    text = "".join(path.read_text(encoding="utf-8") for path in graders)

    assert set(re.findall(r'Mistake\(\s*"([a-z-]+)"', text)) == {
        mistake_of(path).split(".")[1] for path in KNOWN
    }
