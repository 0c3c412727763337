"""Sums of marks: exact, bounded, independent of order, unknown where a part is unknown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labgrade.record.marks import add_marks
from labgrade.record.totals import exercise_of, full_marks, total

from .factory import check

OUTCOMES = ["passed", "failed", "error", "timeout", "crashed", "not_attempted", "skipped", "not_run"]
MARKS = st.decimals(min_value="0.0001", max_value=1000, places=4)


@st.composite
def check_lists(draw, outcomes=OUTCOMES):
    parts = draw(st.lists(st.tuples(st.sampled_from(outcomes), MARKS), min_size=1, max_size=12))
    return [check(f"q1.c{i}", outcome, max_score=marks) for i, (outcome, marks) in enumerate(parts)]


@given(check_lists(), st.randoms())
def test_order_does_not_matter(checks, random):
    shuffled = random.sample(checks, len(checks))
    assert total(checks) == total(shuffled)


@given(check_lists())
def test_unknown_exactly_where_a_check_was_not_run(checks):
    assert (total(checks).score is None) == any(c.outcome == "not_run" for c in checks)


@given(check_lists())
def test_a_fault_of_ours_never_shrinks_the_denominator(checks):
    assert total(checks).max_score == sum(c.max_score for c in checks)


@given(check_lists(outcomes=OUTCOMES[:-1]))
def test_bounds(checks):
    score, max_score = total(checks)
    assert score is not None
    assert 0 <= score <= max_score


@given(check_lists())
def test_full_marks_exactly_when_all_checks_passed(checks):
    exercise = exercise_of("q1", "Shapes", checks)
    assert full_marks(exercise) == (exercise.score == exercise.max_score)
    assert full_marks(exercise) == all(c.outcome == "passed" for c in checks)


@given(st.lists(check_lists(), min_size=1, max_size=4))
def test_grouping_into_exercises_does_not_matter(groups):
    exercises = [exercise_of(f"q{i}", "t", checks) for i, checks in enumerate(groups)]
    assert total(exercises) == total([c for checks in groups for c in checks])


def test_tenths_add_up_exactly():
    assert add_marks([Decimal("0.1")] * 10) == 1


@pytest.mark.parametrize(("marks", "expected"), [([], 0), ([None], None), ([Decimal(1), None], None)])
def test_of_nothing_is_zero_and_of_the_unknown_unknown(marks, expected):
    assert add_marks(marks) == expected
