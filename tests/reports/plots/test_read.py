"""Evidence may hold any JSON: what has the right form becomes a plot, the rest a note."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labgrade.reports.plots.data import Confusion, Curve, Point, Points, Table, Undrawn, drawable
from labgrade.reports.plots.draw import drawn
from labgrade.reports.plots.read import MAX_PLOTS, number, plots_of

from ..factory import confusion, curve, points, table, trained


def read(plot: Any) -> Any:
    (found,) = plots_of({"plots": [plot]})
    return found


def changed(plot: dict[str, Any], **fields: Any) -> Any:
    return read(plot | fields)


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [(1, 1.0), (0.5, 0.5), ("Infinity", math.inf), ("-Infinity", -math.inf), (10**400, math.inf)],
    )
    def test_are_floats(self, value, expected):
        assert number(value) == expected

    @pytest.mark.parametrize("value", ["NaN", True, None, "1", [], {}, [1]])
    def test_anything_else_is_none(self, value):
        assert math.isnan(number(value))


class TestCurve:
    def test_values_stand_at_1_2_3(self):
        plot = read(curve(train=[3, 2.5], test=[4, 3]))

        assert isinstance(plot, Curve)
        assert (plot.title, plot.x_label, plot.y_label, plot.notes) == ("Loss an epoch", "epoch", "loss", ())
        assert [(s.name, s.points) for s in plot.series] == [
            ("train", ((1, 3), (2, 2.5))),
            ("test", ((1, 4), (2, 3))),
        ]

    def test_or_where_they_say(self):
        plot = changed(curve(), series=[{"name": "a", "y": [1, 2], "x": [0, 10]}])

        assert plot.series[0].points == (Point(0, 1), Point(10, 2))

    def test_what_is_not_finite_is_a_gap_and_said(self):
        plot = read(curve(loss=[1, "NaN", "Infinity", "junk", None, 1e305, 2]))

        assert [drawable(point.y) for point in plot.series[0].points] == [True] + [False] * 5 + [True]
        assert plot.notes == ("5 of 7 values of “loss” are not finite; the line has a gap there.",)

    def test_values_at_no_place_are_left_out_and_said(self):
        plot = changed(curve(), series=[{"name": "a", "y": [1, 2, 3], "x": [0, "NaN", 2]}])

        assert plot.series[0].points == (Point(0, 1), Point(2, 3))
        assert plot.notes == ("1 of 3 x values of “a” are no finite numbers and left out.",)

    def test_a_long_one_is_thinned_and_says_so(self):
        plot = read(curve(loss=[*range(100_000), -7]))

        values = [point.y for point in plot.series[0].points]
        assert len(values) <= 500
        assert (min(values), max(values)) == (-7, 99_999)
        assert plot.notes == (
            "Of 100,001 values of “loss” at most 500 are drawn and listed, with the least and the greatest.",
        )

    def test_many_long_ones_share_their_room(self):
        plot = read(curve(**{f"run {place}": list(range(10_000)) for place in range(20)}))

        assert len(plot.series) == 8
        assert sum(len(series.points) for series in plot.series) <= 2_000
        assert plot.notes[-1] == "12 more series not shown."

    @pytest.mark.parametrize(
        ("series", "note"),
        [
            (7, "it is no object"),
            ({"y": []}, "it has no y"),
            ({"y": "12"}, "it has no y"),
            ({"y": [1, 2], "x": [1]}, "it has 2 values at 1 places"),
            ({"y": [1], "x": ["NaN"]}, "no x of it is a finite number"),
        ],
    )
    def test_a_malformed_series_is_left_out_and_said(self, series, note):
        plot = changed(curve(), series=[{"y": [1, 2]}, series])

        assert [s.name for s in plot.series] == ["series 1"]
        assert plot.notes == (f"Series 2 is left out: {note}.",)
        assert changed(curve(), series=[series]) == Undrawn(
            "Loss an epoch", ("It is left out: none of its series has values.",)
        )


class TestConfusion:
    def test_rows_are_true_columns_predicted(self):
        plot = read(confusion())

        assert isinstance(plot, Confusion)
        assert (plot.classes, plot.matrix[1], plot.notes) == (("cat", "dog", "<i>"), (5, 14, 1), ())
        assert [plot.right(place) for place in range(3)] == [0.9, 0.7, None]

    def test_whole_floats_are_counts(self):
        assert changed(confusion(), matrix=[[2.0]], classes=["a"]).matrix == ((2,),)

    @pytest.mark.parametrize("classes", [None, ["a"], "abc", []])
    def test_classes_without_names_are_numbered(self, classes):
        plot = changed(confusion(), classes=classes)

        assert plot.classes == ("0", "1", "2")
        assert plot.notes == ("There is no name for each class; they are numbered.",)

    @pytest.mark.parametrize(
        ("matrix", "note"),
        [
            (None, "it has no matrix"),
            ([], "it has no matrix"),
            ([1, 2], "its matrix is not square"),
            ([[1, 2]], "its matrix is not square"),
            ([[1, 2], [3]], "its matrix is not square"),
            ([[0] * 31] * 31, "it has 31 classes, and at most 30 are drawn"),
            *(
                ([[value]], "not all of its counts are whole numbers from 0 up")
                for value in (-1, 0.5, "NaN", True, None, 2**63, 1e300)
            ),
        ],
    )
    def test_malformed_ones_are_left_out_and_said(self, matrix, note):
        assert changed(confusion(), matrix=matrix) == Undrawn(
            "Confusion matrix", (f"It is left out: {note}.",)
        )


class TestTable:
    def test_numbers_stand_at_the_right(self):
        plot = read(table())

        assert isinstance(plot, Table)
        assert plot.columns == (("layer", False), ("parameters", True))
        assert plot.rows == (("conv1", "160"), ("fc1", "50,186"))

    def test_cells_of_every_kind(self):
        row = ["a", 0.5, 2**62, "NaN", None, True, False, [1], {"b": 1}, 10**400, -1.0]
        plot = changed(table(), columns=["c"] * len(row), rows=[row])

        assert plot.rows == (("a", "0.5", f"{2**62:,}", "NaN", "", "yes", "no", "…", "…", "Infinity", "-1"),)

    def test_uneven_rows_are_made_even_and_that_is_said(self):
        plot = changed(table(), rows=[["a"], ["b", 1, 2], "c"])

        assert plot.rows == (("a", ""), ("b", "1"), ("c", ""))
        assert plot.notes == ("Not every row has a cell for each column.",)

    def test_a_large_one_is_cut_and_says_so(self):
        plot = changed(table(), columns=["c"] * 50, rows=[list(range(50))] * 1000)

        assert (len(plot.columns), len(plot.rows), len(plot.rows[0])) == (12, 200, 12)
        assert plot.notes == ("38 more columns not shown.", "800 more rows not shown.")

    def test_of_no_rows(self):
        assert changed(table(), rows=[]).rows == ()

    @pytest.mark.parametrize("fields", [{"columns": []}, {"columns": 3}, {"rows": None}])
    def test_malformed_ones_are_left_out(self, fields):
        assert isinstance(changed(table(), **fields), Undrawn)


class TestPoints:
    def test_are_pairs(self):
        plot = read(points())

        assert isinstance(plot, Points)
        assert plot.points == ((0, 0.87), (32.5, 0.86), (80, 0.61))

    def test_what_is_no_pair_of_finite_numbers_is_left_out_and_said(self):
        plot = changed(points(), points=[[1, 2], [1], "ab", [1, "NaN"], [None, 1], [1, 2, 3], [1e305, 0]])

        assert plot.points == ((1, 2),)
        assert plot.notes == ("6 of 7 points are no finite numbers and left out.",)

    def test_many_are_thinned_with_the_extremes_kept(self):
        plot = changed(points(), points=[[place % 7919, -place] for place in range(20_000)])

        assert len(plot.points) <= 500
        assert {point.y for point in plot.points} >= {0, -19_999}
        assert (min(plot.points).x, max(plot.points).x) == (0, 7918)


class TestAll:
    def test_none_where_there_are_none(self):
        assert plots_of({}) == plots_of({"plots": []}) == ()

    @pytest.mark.parametrize("plots", [None, 3, "plots", {"kind": "curve"}])
    def test_what_is_no_list_is_said(self, plots):
        assert [type(plot) for plot in plots_of({"plots": plots})] == [Undrawn]

    @pytest.mark.parametrize("plot", [None, 3, [], {}, {"kind": "pie"}, {"kind": []}, {"kind": "curve"}])
    def test_what_is_no_plot_is_said_and_the_next_one_drawn(self, plot):
        first, second = plots_of({"plots": [plot, table()]})

        assert isinstance(first, Undrawn)
        assert first.notes[0].startswith("It is left out: ")
        assert isinstance(second, Table)

    def test_only_so_many(self):
        plots = plots_of({"plots": [table()] * 100})

        assert len(plots) == MAX_PLOTS + 1
        assert plots[-1] == Undrawn("More figures", ("92 more figures not shown.",))

    def test_long_and_odd_text_is_cut_and_made_visible(self):
        evil = "\u202e\x1b[2J" + "x" * 10**6
        for plot in (curve(**{evil: [1, 2]}), confusion() | {"classes": [evil] * 3}, points(), table()):
            labels = {"title": evil, "x_label": evil, "y_label": evil}
            cells = {"columns": [evil], "rows": [[evil]]} if plot["kind"] == "table" else {}
            found = repr(changed(plot, **labels, **cells))
            assert "\\\\u202e\\\\x1b[2J" in found
            assert "\u202e" not in found
            assert len(found) < 3_000

    def test_text_that_is_none_gets_our_words(self):
        plot = changed(curve(), title=7, x_label=None, y_label=[], series=[{"y": [1], "name": {}}])

        assert (plot.title, plot.x_label, plot.y_label) == ("Curve", "", "")
        assert plot.series[0].name == "series 1"

    def test_nothing_is_changed(self):
        evidence = trained()
        before = json.dumps(evidence)
        plots_of(evidence)

        assert json.dumps(evidence) == before


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["NaN", "Infinity", "-Infinity", "", "x", 1e308, -1e308, 5e-324, 1e300, 0, -0.0])
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
NUMBERS = st.lists(
    st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0, 1e300, -1e300, 5e-324, "NaN", "Infinity", 2**62])
    | ODD,
    max_size=60,
)
NEAR = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["curve", "confusion", "table", "points"]) | ODD,
        "title": st.text(max_size=5) | ODD,
        "x_label": st.text(max_size=5) | ODD,
        "y_label": ODD,
        "series": st.lists(
            st.fixed_dictionaries({"y": NUMBERS}, optional={"x": NUMBERS, "name": ODD}) | ODD, max_size=10
        )
        | ODD,
        "points": st.lists(st.tuples(ODD, ODD).map(list) | NUMBERS, max_size=60) | ODD,
        "classes": st.lists(st.text(max_size=3) | ODD, max_size=4) | ODD,
        "matrix": st.integers(1, 4).flatmap(
            lambda n: st.lists(
                st.lists(st.integers(0, 2**63), min_size=n, max_size=n), min_size=n, max_size=n
            )
        )
        | ODD,
        "columns": st.lists(st.text(max_size=3) | ODD, max_size=4) | ODD,
        "rows": st.lists(st.lists(ODD, max_size=4) | ODD, max_size=4) | ODD,
    },
)


@given(st.lists(NEAR | ODD, max_size=4) | ODD)
def test_whatever_it_holds_it_is_read_and_drawn_and_bounded(plots):
    for plot in plots_of({"plots": plots}):
        for figure in drawn(plot):
            assert figure.title
            assert len(figure.body) < 200_000
