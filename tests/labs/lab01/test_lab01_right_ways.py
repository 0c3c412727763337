"""Nothing that is right loses a mark: each exercise by NumPy, by loops, by less usual operators."""

from pathlib import Path

import pytest

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
