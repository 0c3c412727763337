"""Nothing that is right loses a mark: each exercise by NumPy, by loops, by less usual operators."""

from pathlib import Path

import pytest

UNLUCKY = """

calls = 0


def random_pair(device):
    global calls
    calls += 1
    tosses = torch.randint(0, 2, (2, 2, 3))
    if calls <= 20:
        tosses[0, 0, 0] = 1
    return tosses[0].to(device), tosses[1].to(device)
"""
"""One place of the tosses comes up the same many times in a row, as luck has it."""

WAYS = sorted((Path(__file__).parent / "right").glob("*.py"))


@pytest.mark.parametrize("seed", [11, 12, 13])
@pytest.mark.parametrize("way", WAYS, ids=[way.stem for way in WAYS])
def test_another_right_way_has_full_marks(grade, way, seed):
    record = grade(way, seed)

    wrong = [
        (check.id, check.feedback)
        for exercise in record.exercises
        for check in exercise.checks
        if check.outcome != "passed"
    ]
    assert wrong == []
    assert record.score == record.max_score


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_bad_luck_costs_nothing(grade, seed):
    tosses = (Path(__file__).parent / "right" / "small_integers.py").read_text(encoding="utf-8")
    record = grade(tosses + UNLUCKY, seed)

    assert record.score == record.max_score
