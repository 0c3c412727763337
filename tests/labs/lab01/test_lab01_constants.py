"""A table of the visible examples' answers earns visible marks at most."""

from pathlib import Path

CONSTANTS = Path(__file__).parent / "constants.py"


def test_constants_earn_no_hidden_mark(grade):
    record = grade(CONSTANTS)

    hidden = [c for exercise in record.exercises for c in exercise.checks if c.visibility == "hidden"]
    assert {check.outcome for check in hidden} == {"failed"}


def test_constants_earn_what_the_visible_examples_are_worth_and_no_more(grade):
    record = grade(CONSTANTS)

    earned = {check.id for exercise in record.exercises for check in exercise.checks if check.score}
    visible = {c.id for exercise in record.exercises for c in exercise.checks if c.visibility == "visible"}
    # Storage that is shared, and numbers that are new with every call, cannot be looked up.
    assert earned == visible - {"q1.flat_view", "q2.no_copy", "q5.fresh"}
