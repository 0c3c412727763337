"""What is drawn lies in the frame, says its axes, and has the same numbers in its table."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labgrade.reports.plots.curve import FEW, curve_figure
from labgrade.reports.plots.data import (
    LARGEST,
    Confusion,
    Curve,
    Distribution,
    Point,
    Points,
    Series,
    Table,
    Undrawn,
)
from labgrade.reports.plots.draw import drawn
from labgrade.reports.plots.figure import Figure
from labgrade.reports.plots.frame import TOP
from labgrade.reports.plots.heatmap import confusion_figure, shade, short
from labgrade.reports.plots.histogram import bins_of, distribution_figure
from labgrade.reports.plots.scatter import points_figure

NAN = float("nan")
FLOATS = st.lists(st.floats(-LARGEST, LARGEST), min_size=1, max_size=60)
PAIR = re.compile(r"[ML](-?[\d.]+),(-?[\d.]+)")


def curve(*values: list[float], names: str = "abcdefgh", **fields: str) -> Curve:
    series = tuple(
        Series(name, tuple(Point(x, y) for x, y in enumerate(ys, 1)))
        for name, ys in zip(names, values, strict=False)
    )
    labels = {"title": "Loss", "x_label": "epoch", "y_label": "loss"} | fields
    return Curve(**labels, series=series)


def elements(figure: Figure, kind: str) -> list[ET.Element]:
    """Return the drawing's elements of a class."""
    root = ET.fromstring(f"<svg>{figure.body}</svg>")  # noqa: S314 - our own markup
    return [element for element in root.iter() if kind in element.get("class", "").split()]


def words(figure: Figure, kind: str) -> list[str]:
    return [element.text or "" for element in elements(figure, kind)]


def pairs(path: ET.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in PAIR.findall(path.get("d", ""))]


def area(figure: Figure) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the area, from its first and its last line across."""
    (grid,) = elements(figure, "grid")
    found = [tuple(map(float, line)) for line in re.findall(r"M([\d.]+),([\d.]+)H([\d.]+)", grid.get("d"))]
    left, _, right = found[0]
    (rule,) = elements(figure, "rule")
    return left, float(TOP), right, pairs(rule)[0][1]


def inside(figure: Figure, places: list[tuple[float, float]]) -> bool:
    left, top, right, bottom = area(figure)
    return all(left <= x <= right and top <= y <= bottom for x, y in places)


class TestCurve:
    def test_has_named_axes_and_a_line_a_series(self):
        figure = curve_figure(curve([2.0, 1.0, 0.5], [3.0, 2.0, 1.5]))

        assert words(figure, "name") == ["epoch", "loss"]
        assert [element.get("class") for element in elements(figure, "line")] == ["line s1", "line s2"]
        assert len({element.get("stroke-dasharray") for element in elements(figure, "line")}) == 2
        assert [key.words for key in figure.keys] == ["a", "b"]

    def test_greater_values_lie_higher_and_later_ones_further_right(self):
        (line,) = elements(curve_figure(curve([2.0, 1.0, 3.0])), "line")
        (x1, y1), (x2, y2), (x3, y3) = pairs(line)

        assert x1 < x2 < x3
        assert y3 < y1 < y2

    @given(FLOATS, FLOATS)
    def test_every_point_lies_in_the_frame(self, first, second):
        figure = curve_figure(curve(first, second))

        for line in elements(figure, "line"):
            assert inside(figure, pairs(line))
        left, _, right, _ = area(figure)
        assert 0 < left < right - 100
        assert right < figure.width

    def test_few_points_are_marked_each_with_its_numbers(self):
        marks = elements(curve_figure(curve([0.5] * FEW)), "mark")

        assert len(marks) == FEW
        assert marks[0][0].text == "1: 0.5"
        assert elements(curve_figure(curve([0.5] * (FEW + 1))), "mark") == []

    def test_marks_of_series_differ_in_form(self):
        figure = curve_figure(curve(*([float(place)] * 2 for place in range(3))))
        forms = {re.sub(r"^M[^a-z]*", "", mark.get("d")) for mark in elements(figure, "mark")}

        assert len(forms) == 3

    def test_gaps_break_the_line(self):
        (line,) = elements(curve_figure(curve([1, 2, NAN, 3, 4, NAN])), "line")

        assert line.get("d").count("M") == 2
        assert len(pairs(line)) == 4

    def test_a_value_between_gaps_is_seen(self):
        values = [1.0] * 60 + [NAN, 2.0, NAN] + [1.0] * 60

        assert len(elements(curve_figure(curve(values)), "mark")) == 1

    def test_without_a_finite_value_there_is_no_drawing_but_the_table(self):
        figure = curve_figure(curve([NAN, float("inf")]))

        assert figure.body == ""
        assert figure.notes == ("There is no finite value to be drawn.",)
        assert figure.table.rows == (("1", "NaN"), ("2", "Infinity"))

    def test_one_series_that_the_axis_or_the_title_names_needs_no_key(self):
        assert curve_figure(curve([1.0, 2.0], names=["Loss"])).keys == ()
        assert curve_figure(curve([1.0, 2.0], names=["training"], title="Loss in training")).keys == ()
        assert [key.words for key in curve_figure(curve([1.0, 2.0], names=["train"])).keys] == ["train"]

    def test_table_has_a_column_a_series(self):
        table = curve_figure(curve([2.0, 1.0], [3.5, NAN])).table

        assert [column.name for column in table.columns] == ["epoch", "a", "b"]
        assert table.rows == (("1", "2", "3.5"), ("2", "1", "NaN"))

    def test_or_a_row_a_point_where_series_stand_at_different_places(self):
        table = curve_figure(curve([2.0, 1.0], [3.5])).table

        assert [column.name for column in table.columns] == ["Series", "epoch", "loss"]
        assert table.rows == (("a", "1", "2"), ("a", "2", "1"), ("b", "1", "3.5"))

    def test_is_told_in_words(self):
        assert curve_figure(curve([2.0, 0.5, NAN, 1.0])).description == (
            "Line chart, loss against epoch. a: 3 values, first 2, last 1, least 0.5, greatest 2."
        )

    def test_a_logarithmic_axis_says_so(self):
        assert words(curve_figure(curve([1e-6, 1e6])), "name") == ["epoch", "loss (logarithmic)"]

    def test_epochs_are_whole(self):
        assert words(curve_figure(curve([3.0, 2.0])), "tick")[:2] == ["1", "2"]

    def test_long_names_end_in_the_drawing(self):
        figure = curve_figure(curve([1.0, 2.0], x_label="x" * 200, y_label="y" * 200))

        assert [len(name) < 80 and name.endswith("…") for name in words(figure, "name")] == [True, True]


class TestPoints:
    @given(st.lists(st.tuples(*[st.floats(-LARGEST, LARGEST)] * 2), min_size=1, max_size=40))
    def test_every_point_lies_in_the_frame(self, found):
        figure = points_figure(Points("t", "drop", "accuracy", tuple(Point(*pair) for pair in found)))

        marks = elements(figure, "mark")
        assert len(marks) == len(found)
        assert inside(figure, [(x + 4, y) for mark in marks for x, y in pairs(mark)])

    def test_axes_are_named_and_the_table_is_the_same(self):
        figure = points_figure(Points("t", "drop (%)", "accuracy", (Point(0, 0.87), Point(32.5, 0.86))))

        assert words(figure, "name") == ["drop (%)", "accuracy"]
        assert [column.name for column in figure.table.columns] == ["drop (%)", "accuracy"]
        assert figure.table.rows == (("0", "0.87"), ("32.5", "0.86"))
        assert (
            figure.description
            == "Scatter plot of 2 points: drop (%) from 0 to 32.5, accuracy from 0.86 to 0.87."
        )

    def test_of_none(self):
        assert points_figure(Points("t", "", "", ())).body == ""


PETS = Confusion("Pets", ("cat", "dog", "eel"), ((18, 2, 0), (5, 14, 1), (0, 0, 0)))


class TestConfusion:
    def test_counts_stand_in_their_cells_rows_true(self):
        figure = confusion_figure(PETS)

        assert words(figure, "count") == ["18", "2", "0", "5", "14", "1", "0", "0", "0"]
        boxes = elements(figure, "box")
        assert boxes[1][0].text == "true cat, predicted dog: 2 of 20"
        assert boxes[0].get("y") == boxes[1].get("y")
        assert float(boxes[0].get("x")) < float(boxes[1].get("x"))
        assert words(figure, "name") == ["Predicted class", "True class"]

    def test_colours_go_by_the_share_of_the_row_and_are_in_the_key(self):
        figure = confusion_figure(PETS)

        assert [box.get("class").split()[1] for box in elements(figure, "box")] == (
            ["c5", "c2", "c0", "c3", "c4", "c1", "c0", "c0", "c0"]
        )
        assert len(figure.keys) == 6

    @pytest.mark.parametrize(("count", "colour"), [(0, 0), (1, 1), (99, 1), (100, 2), (749, 4), (750, 5)])
    def test_shades(self, count, colour):
        assert shade(count, 1000) == colour

    def test_the_diagonal_is_marked_by_more_than_colour(self):
        hits = elements(confusion_figure(PETS), "hit")

        assert [hit[0].text.split(":")[0] for hit in hits] == [
            f"true {name}, predicted {name}" for name in PETS.classes
        ]

    def test_says_what_it_shows(self):
        assert confusion_figure(PETS).notes == (
            "32 of 40 images lie on the diagonal, classified right (80.0%).",
            "Most often confused: dog taken for cat (5).",
        )

    def test_of_no_images(self):
        empty = Confusion("None", ("a", "b"), ((0, 0), (0, 0)))

        assert confusion_figure(empty).notes == ("There are no images in it.",)

    @pytest.mark.parametrize("count", [1, 2, 10, 30])
    def test_cells_lie_in_the_drawing(self, count):
        matrix = ((10**12,) * count,) * count
        figure = confusion_figure(Confusion("t", ("a rather long name of a class",) * count, matrix))

        for box in elements(figure, "box"):
            assert float(box.get("x")) + float(box.get("width")) <= figure.width
            assert float(box.get("y")) + float(box.get("height")) <= figure.height
        assert all(len(label) <= 16 for label in words(figure, "tick"))

    @pytest.mark.parametrize(
        ("count", "text"),
        [
            (99_999, "99999"),
            (100_000, "100k"),
            (999_999, "999k"),
            (1_250_000, "1.2M"),
            (12_500_000, "12M"),
            (10**12, "1e12"),
            (2**63 - 1, "9e18"),
        ],
    )
    def test_large_counts_fit_their_cell(self, count, text):
        assert short(count) == text
        assert len(short(count)) <= 5

    def test_table_holds_the_counts(self):
        table = confusion_figure(PETS).table

        assert [column.name for column in table.columns] == ["True \\ predicted", "cat", "dog", "eel"]
        assert table.rows[1] == ("dog", "5", "14", "1")


class TestClassAccuracy:
    def test_is_computed_from_the_matrix(self):
        _, figure = drawn(PETS)

        assert figure.title == "Accuracy of each class: Pets"
        assert figure.notes == (
            "The share of a class's images that were recognised; the lowest is dog's, 70.0%.",
        )
        assert figure.table.rows == (
            ("cat", "20", "18", "90.0%"),
            ("dog", "20", "14", "70.0%"),
            ("eel", "0", "0", "no images"),
        )

    def test_bars_are_as_long_as_their_share_of_the_track(self):
        _, figure = drawn(PETS)

        bars, tracks = elements(figure, "column"), elements(figure, "track")
        shares = [
            float(bar.get("width")) / float(track.get("width"))
            for bar, track in zip(bars, tracks, strict=True)
        ]
        assert shares == pytest.approx([0.9, 0.7, 0], abs=0.001)
        assert all(float(track.get("x")) + float(track.get("width")) <= figure.width for track in tracks)


class TestDistribution:
    @given(FLOATS, st.lists(st.floats(-LARGEST, LARGEST), max_size=3))
    def test_everyone_is_counted_once_between_ascending_edges(self, values, others):
        bins = bins_of(values, others)

        assert sum(one.students for one in bins) == len(values)
        edges = [bins[0].low, *(one.high for one in bins)]
        assert edges == sorted(set(edges))
        assert len(bins) <= 20
        slack = 1e-5 * (edges[-1] - edges[0])
        assert edges[0] <= min([*values, *others]) + slack
        assert edges[-1] >= max([*values, *others]) - slack

    @given(FLOATS)
    def test_bars_lie_in_the_frame(self, values):
        figure = distribution_figure(Distribution("t", "accuracy", tuple(values), (0.8,)))

        left, top, right, bottom = area(figure)
        for bar in elements(figure, "column"):
            x, y = float(bar.get("x")), float(bar.get("y"))
            assert left <= x <= x + float(bar.get("width")) <= right + 1
            assert top <= y < y + float(bar.get("height")) <= bottom + 0.1

    def test_round_bins_with_their_counts(self):
        figure = distribution_figure(Distribution("t", "accuracy", (0.62, 0.84, 0.86, 0.9), (0.8,)))

        assert figure.table.columns == (("accuracy", False), ("Students", True))
        assert [row for row in figure.table.rows if row[1] != "0"] == [
            ("0.6 to under 0.65", "1"),
            ("0.8 to under 0.85", "1"),
            ("0.85 to 0.9", "2"),
        ]
        assert figure.notes == ("4 students, 0.62 to 0.9, median 0.85.",)

    def test_the_minimum_is_a_line_of_its_own_and_in_the_key(self):
        figure = distribution_figure(Distribution("t", "accuracy", (0.9, 0.95), (0.8,)))

        (limit,) = elements(figure, "limit")
        assert limit[0].text == "minimum 0.8"
        assert inside(figure, pairs(limit))
        assert [key.words for key in figure.keys] == ["minimum: 0.8"]

    def test_counts_over_decades_lie_on_a_logarithmic_axis(self):
        figure = distribution_figure(Distribution("t", "parameters", (3_000, 50_000, 50_001, 900_000)))

        assert words(figure, "name") == ["parameters (logarithmic)", "students"]
        assert [row for row in figure.table.rows if row[1] != "0"] == [
            ("2,000 to under 5,000", "1"),
            ("50,000 to under 100,000", "2"),
            ("500,000 to 1,000,000", "1"),
        ]

    @pytest.mark.parametrize(
        ("values", "note"), [((0.5,), "1 student, 0.5."), ((0.5, 0.5), "2 students, each 0.5.")]
    )
    def test_of_equal_values(self, values, note):
        figure = distribution_figure(Distribution("t", "loss", values))

        assert figure.notes == (note,)
        assert [row[1] for row in figure.table.rows if row[1] != "0"] == [str(len(values))]

    def test_of_nobody(self):
        figure = distribution_figure(Distribution("t", "loss", (), (), ("3 students without.",)))

        assert (figure.body, figure.notes) == ("", ("3 students without.", "There is no value to be drawn."))


class TestOthers:
    def test_a_table_is_shown_as_it_is(self):
        table = Table("t", (), (), ("a note",))

        assert drawn(table) == (Figure("t", ("a note",), table=table),)

    def test_what_cannot_be_drawn_says_why(self):
        assert drawn(Undrawn("t", ("why",))) == (Figure("t", ("why",)),)
