"""One wrong function at a time, put behind the solution: named, and paid for by its exercise alone.

A file `wrong/EXERCISE.SLUG.py` holds a known mistake (`__` begins the name of a variant), a file in
`wrong/unnamed` a wrong program that no declared mistake describes.
"""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "wrong"
KNOWN = sorted(FOLDER.glob("*.py"))
UNNAMED = sorted((FOLDER / "unnamed").glob("*.py"))
SEEDS = (21, 22)
# What can show only by comparing calls or devices shows in the checks of one kind.
ONE_KIND = {
    "q7.device-ignored": {"visible"},
    "q7.seed-inside": {"hidden"},
    "q11.seed-ignored": {"hidden"},
}

known = pytest.mark.parametrize("path", KNOWN, ids=[path.stem for path in KNOWN])
unnamed = pytest.mark.parametrize("path", UNNAMED, ids=[path.stem for path in UNNAMED])


def mistake_of(path):
    return path.stem.partition("__")[0]


def exercise_of(path):
    return path.name.partition(".")[0]


def graded(grade, solution, path, seed):
    return grade(solution + "\n\n" + path.read_text(encoding="utf-8"), seed)


def lost_exercises(record):
    return {exercise.id for exercise in record.exercises if exercise.score != exercise.max_score}


def failing(record):
    return [check for exercise in record.exercises for check in exercise.checks if check.outcome != "passed"]


@known
@pytest.mark.parametrize("seed", SEEDS)
def test_a_known_mistake_is_named_and_loses_exactly_its_exercise(grade, solution, path, seed):
    record = graded(grade, solution, path, seed)

    assert lost_exercises(record) == {exercise_of(path)}
    named = {check.misconception for check in failing(record) if check.misconception}
    assert named == {f"lab01_tensors.{mistake_of(path)}"}


@known
def test_a_known_mistake_is_named_by_visible_and_hidden_checks(grade, solution, path):
    record = graded(grade, solution, path, SEEDS[0])

    kinds = {check.visibility for check in failing(record) if check.misconception}
    assert kinds == ONE_KIND.get(mistake_of(path), {"visible", "hidden"})


@known
def test_hidden_feedback_says_the_same_whatever_the_inputs(grade, solution, path):
    """Words that do not change with the inputs cannot tell them."""
    first, second = (graded(grade, solution, path, seed) for seed in SEEDS)

    def hidden(record):
        return {check.id: check.feedback for check in failing(record) if check.visibility == "hidden"}

    assert hidden(first) == hidden(second)


@unnamed
def test_a_wrong_program_without_a_name_loses_exactly_its_exercise(grade, solution, path):
    record = graded(grade, solution, path, SEEDS[0])

    assert lost_exercises(record) == {exercise_of(path)}
    assert {check.outcome for check in failing(record)} <= {"failed", "error"}
    assert {check.misconception for check in failing(record)} == {None}
    assert "hidden" in {check.visibility for check in failing(record)}


def test_every_declared_mistake_has_an_example(declared_mistakes):
    shown = {mistake_of(path).partition(".")[2] for path in KNOWN}

    assert declared_mistakes == shown
