"""A long curve keeps its ends, its extremes and its gaps."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from labgrade.reports.plots.data import Point, drawable
from labgrade.reports.plots.thin import thinned

LISTS = st.lists(st.floats(), max_size=200)


def points_of(values: list[float]) -> list[Point]:
    return [Point(place, value) for place, value in enumerate(values)]


@given(LISTS, st.integers(8, 60))
def test_is_short_in_order_and_keeps_ends_extremes_and_a_gap(values, limit):
    points = points_of(values)
    kept = thinned(points, limit)

    assert len(kept) <= max(limit, 0)
    places = [point.x for point in kept]
    assert places == sorted(set(places))
    drawn = [value for value in values if drawable(value)]
    left = [point.y for point in kept if drawable(point.y)]
    assert bool(left) == bool(drawn)
    if drawn:
        assert (min(left), max(left)) == (min(drawn), max(drawn))
    assert any(not drawable(point.y) for point in kept) == (len(drawn) < len(values))
    if values:
        assert (places[0], places[-1]) == (0, len(values) - 1)


@given(st.lists(st.floats(), max_size=30))
def test_a_short_one_stays_as_it_is(values):
    kept = thinned(points_of(values), 30)

    assert [point.x for point in kept] == list(range(len(values)))


def test_a_million_values():
    values = [math.sin(place / 1000) for place in range(1_000_000)]
    values[777_777], values[123_456] = 40.0, -40.0
    kept = thinned(points_of(values), 500)

    assert 300 < len(kept) <= 500
    assert {40.0, -40.0} <= {point.y for point in kept}
