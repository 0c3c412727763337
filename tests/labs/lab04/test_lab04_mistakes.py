"""The known mistakes of lab 4: each is named, and loses exactly its exercises.

`wrong/q1+q2.slug.py` replaces part of the solution; what follows a second dot tells variants apart.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.labs.lab04.records import LAB, MARKS, ROOT, checks, lost, mistakes, sources, with_override

from labgrade.testing import grade_source

if TYPE_CHECKING:
    from labgrade.record.model import GradeRecord

WRONG = sources("wrong")
IDLE = "\n\ndel DigitClassifier\n"


def exercises(name: str) -> list[str]:
    return name.split(".", maxsplit=1)[0].split("+")


def slug(name: str) -> str:
    return name.split(".")[1]


def graded(name: str) -> GradeRecord:
    """The record of the first exercise that the mistake belongs to, without trainings that do not matter."""
    idle = "" if re.search("class DigitClassifier|def train_", WRONG[name]) else IDLE
    return grade_source(LAB, with_override(WRONG[name] + idle), seed=11, exercises=exercises(name)[:1])


@pytest.mark.parametrize("name", WRONG)
def test_is_named_in_hidden_checks_too_and_tells_nothing_of_the_run(name: str) -> None:
    record, exercise = graded(name), exercises(name)[0]
    hidden = [check for check in checks(record) if check.visibility == "hidden"]

    assert mistakes(record) == {f"{exercise}.{slug(name)}"}
    assert lost(record) == {exercise}
    assert [check.id for check in hidden if check.misconception]
    assert not [check.feedback for check in hidden if re.search(r"\d\.\d", check.feedback)]


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_loses_no_other_exercise(name: str) -> None:
    record = grade_source(LAB, with_override(WRONG[name]), seed=12)

    assert lost(record) == set(exercises(name))
    assert mistakes(record) == {f"{exercise}.{slug(name)}" for exercise in exercises(name)}


def test_every_declared_mistake_has_an_example() -> None:
    graders = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "graders" / LAB).glob("*.py"))
    # The slugs of other activations are put together from their names.
    activations = {"hidden-tanh", "hidden-relu", "hidden-sigmoid", "no-activation"}
    declared = set(re.findall(r'Mistake\(\s*"([a-z-]+)"', graders)) | activations

    # Whoever learns outside of layers does so on purpose: see cheats.
    assert declared - {"learnt-outside-layers"} == {slug(name) for name in WRONG}


def test_a_percentage_costs_no_more_than_the_accuracy() -> None:
    failed = [check for check in checks(graded("q4.percentage-for-fraction")) if check.misconception]

    assert {check.misconception for check in failed} == {f"{LAB}.q4.percentage-for-fraction"}
    assert sum(check.max_score for check in failed) <= Decimal("0.2") * MARKS["q4"]
