"""Axes have round, distinct ticks inside their range, whatever the numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labgrade.reports.plots.axes import fitted, linear_axis, logarithmic_axis, span, value_axis
from labgrade.reports.plots.data import LARGEST
from labgrade.reports.plots.svg import width_of

VALUES = st.lists(st.floats(-LARGEST, LARGEST), min_size=1, max_size=20)
COUNTS = st.integers(1, 12)


def labels(axis) -> list[str]:
    return [tick.label for tick in axis.ticks]


def number_of(label: str) -> float:
    return float(label.replace(",", ""))


@pytest.mark.parametrize(
    ("axis", "expected"),
    [
        (linear_axis(0, 2.31, 5), ["0.0", "0.5", "1.0", "1.5", "2.0", "2.5"]),
        (linear_axis(0.31, 0.87, 5), ["0.2", "0.4", "0.6", "0.8", "1.0"]),
        (linear_axis(-0.3, 0.3, 3), ["-0.4", "-0.2", "0.0", "0.2", "0.4"]),
        (linear_axis(1, 6, 8, whole=True, snap=False), ["1", "2", "3", "4", "5", "6"]),
        (linear_axis(1, 6, 3, snap=False), ["2", "4", "6"]),
        (linear_axis(0, 120_000, 4), ["0", "50,000", "100,000", "150,000"]),
        (linear_axis(0, 3e9, 3), ["0", "1e9", "2e9", "3e9"]),
        (linear_axis(0, 2.5e-6, 5), ["0", "5e-7", "1e-6", "1.5e-6", "2e-6", "2.5e-6"]),
        (logarithmic_axis(0.002, 70, 6), ["0.001", "0.010", "0.100", "1", "10", "100"]),
        (logarithmic_axis(1, 3e20, 5), ["1e0", "1e5", "1e10", "1e15", "1e20"]),
    ],
)
def test_ticks_as_people_write_them(axis, expected):
    assert [number_of(label) for label in labels(axis)] == [number_of(label) for label in expected]


def test_labels_are_written_alike():
    assert labels(linear_axis(0, 2.5e-6, 3)) == ["0", "1e-6", "2e-6", "3e-6"]
    assert labels(linear_axis(0, 1, 2)) == ["0.0", "0.5", "1.0"]
    assert labels(logarithmic_axis(0.002, 70, 6)) == ["0.001", "0.01", "0.1", "1", "10", "100"]


@given(VALUES, COUNTS, st.booleans(), st.booleans())
def test_ticks_are_round_ascending_distinct_and_inside(values, count, whole, snap):
    low, high = span([float(round(value)) for value in values] if whole else values)
    axis = linear_axis(low, high, count, whole=whole, snap=snap)

    places = [tick.value for tick in axis.ticks]
    slack = (axis.high - axis.low) * 1e-5
    assert len(places) <= count + 3
    assert places == sorted(places)
    assert len(set(labels(axis))) == len(places)
    assert all(axis.low - slack <= place <= axis.high + slack for place in places)
    assert axis.low <= low + slack
    assert axis.high >= high - slack
    for tick in axis.ticks:
        assert math.isclose(number_of(tick.label), tick.value, rel_tol=1e-9, abs_tol=slack)
    if len(places) > 1:
        step = (places[-1] - places[0]) / (len(places) - 1)
        assert round(step / 10 ** math.floor(math.log10(step) + 1e-6), 3) in {1, 2, 5}
        assert not whole or step >= 1 - 1e-9


@given(VALUES)
def test_an_axis_holds_all_of_its_values_in_their_order(values):
    axis = value_axis(values, 5)
    shares = [axis.share(value) for value in sorted(values)]

    assert shares == sorted(shares)
    assert shares[0] >= 0
    assert shares[-1] <= 1
    assert axis.low < axis.high


def test_an_axis_over_decades_is_logarithmic_and_says_so():
    axis = value_axis([0.001, 5.0], 5)

    assert (axis.log, axis.scale_note) == (True, " (logarithmic)")
    assert math.isclose(axis.share(0.1), 0.5)


@pytest.mark.parametrize("values", [[0.0, 5000.0], [-1.0, 5000.0], [2.0, 1999.0]])
def test_others_are_not(values):
    assert value_axis(values, 5).log is False


@pytest.mark.parametrize(("values", "low"), [([0.9, 2.0], 0), ([1.4, 2.0], 1.4), ([-3.0, 2.0], -3)])
def test_zero_is_on_the_axis_where_it_is_near(values, low):
    assert value_axis(values, 10).low == pytest.approx(low, abs=0.2)


@pytest.mark.parametrize("value", [0.0, 5.0, -5.0, 1e300, 5e-324, 101_770.0])
def test_one_value_gets_room_around_it(value):
    low, high = span([value, value])

    assert low < value < high


@given(VALUES, st.floats(80, 600))
def test_fitted_labels_do_not_overlap(values, width):
    low, high = span(values)
    axis = fitted(lambda count: linear_axis(low, high, count, snap=False), width)

    if len(axis.ticks) > 3:
        assert sum(width_of(label) for label in labels(axis)) <= width
