"""Figures: their data and labels as drawn, from whatever stands for them."""

from __future__ import annotations

import datetime as dt
from math import nan

import matplotlib as mpl
import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from labgrade import probes
from labgrade.errors import CheckFailed, StudentRaised
from labgrade.probes import FigureData
from labgrade.wire.plain import Opaque

from .in_process import InProcess, Replying

MATRIX = np.arange(12.0).reshape(3, 4)
COUNTS = np.array([[5, 1, 0], [2, 7, 3], [0, 4, 9]])


@pytest.fixture(autouse=True)
def headless():
    with mpl.rc_context():
        plt.switch_backend("agg")
        yield
        plt.close("all")


def drawn(draw, *args):
    """What a figure shows that `draw` draws, also by way of pyplot."""

    def function(*given):
        draw(*given)
        return plt.gcf()

    return probes.figure(InProcess(function), *args)


def lists(series):
    return [(x.tolist(), y.tolist()) for x, y in series]


class TestWhatStandsForAFigure:
    def test_the_figure_itself(self):
        figure = probes.figure(InProcess(lambda y: plt.plot(y)[0].figure), [3, 1, 2])
        assert figure.kind == "figure"
        assert lists(figure.series()) == [([0, 1, 2], [3, 1, 2])]

    @pytest.mark.parametrize(
        "returned",
        [
            lambda parts: parts,
            lambda parts: [parts[0]],
            lambda parts: {"figure": parts[0]},
        ],
    )
    def test_what_holds_the_figure(self, returned):
        def function():
            parts = plt.subplots()
            parts[1].plot([1, 2])
            return returned(parts)

        assert probes.figure(InProcess(function)).kind == "figure"

    @pytest.mark.parametrize(
        "returned",
        [
            lambda axes: axes,
            lambda axes: [axes],
            lambda axes: np.array([[axes, axes]]),
            lambda axes: {"left": axes},
            lambda axes: axes.lines[0],
            lambda axes: list(axes.lines),
        ],
    )
    def test_what_is_part_of_one(self, returned):
        def function():
            _, axes = plt.subplots()
            axes.plot([1, 2])
            return returned(axes)

        figure = probes.figure(InProcess(function))
        assert (figure.kind, lists(figure.series())) == ("axes", [([0, 1], [1, 2])])

    def test_axes_of_subplots(self):
        def function():
            _, axes = plt.subplots(2, 2)
            axes[1, 0].bar([1, 2], [3, 4])
            return axes

        figure = probes.figure(InProcess(function))
        assert len(figure.axes) == 4
        assert lists(figure.series()) == [([1, 2], [3, 4])]

    def test_bars_and_sub_figures(self):
        def sub_figure():
            part = plt.figure().subfigures(1, 2)[0]
            part.subplots().plot([1, 2])
            return part

        assert lists(probes.figure(InProcess(lambda: plt.bar([1], [2]))).series()) == [([1], [2])]
        assert lists(probes.figure(InProcess(sub_figure)).series()) == [([0, 1], [1, 2])]

    def test_a_display_of_scikit_learn(self):
        display = pytest.importorskip("sklearn.metrics").ConfusionMatrixDisplay
        for returned in (lambda m: display(m).plot(), lambda m: display(m).plot().figure_):
            figure = probes.figure(InProcess(returned), COUNTS)
            assert figure.named()
            assert np.array_equal(figure.axes[0].images[0], COUNTS)
            assert figure.axes[0].texts == [str(n) for n in COUNTS.flatten()]

    def test_a_heat_map_of_seaborn(self):
        seaborn = pytest.importorskip("seaborn")
        for matrix in (COUNTS, COUNTS.T):
            heat = probes.figure(InProcess(lambda m: seaborn.heatmap(m, annot=True, fmt="d")), matrix)
            assert heat.kind == "axes"
            assert np.array_equal(heat.axes[0].images[0], matrix)
            assert heat.axes[0].texts == [str(n) for n in matrix.flatten()]

    def test_none_and_one_figure_left_open(self):
        def function(y):
            plt.plot(y)
            plt.show()

        figure = probes.figure(InProcess(function), [1, 2])
        assert (figure.kind, lists(figure.series())) == ("open", [([0, 1], [1, 2])])

    def test_an_empty_one_beside_it_does_not_count(self):
        def function(matrix):
            plt.figure(figsize=(4, 3))
            plt.subplots()
            plt.matshow(matrix)  # opens another

        figure = probes.figure(InProcess(function), MATRIX)
        assert figure.kind == "open"
        assert np.array_equal(figure.axes[0].images[0], MATRIX)

    @pytest.mark.parametrize("draw", [lambda: None, plt.figure, lambda: (plt.figure(), plt.subplots())])
    def test_none_and_nothing_drawn(self, draw):
        def function():
            draw()

        with pytest.raises(CheckFailed, match="but it returned None"):
            probes.figure(InProcess(function))

    def test_none_and_two_figures(self):
        def function():
            for _ in range(2):
                plt.figure()
                plt.plot([1, 2])

        with pytest.raises(CheckFailed, match="but it returned None"):
            probes.figure(InProcess(function))

    def test_what_an_earlier_call_left_open_does_not_count(self):
        def function(y):
            plt.plot(y)

        for y in ([1, 2], [3, 4]):
            assert lists(probes.figure(InProcess(function), y).series()) == [([0, 1], y)]
        with pytest.raises(CheckFailed):
            probes.figure(InProcess(lambda: None))

    @pytest.mark.parametrize(
        ("value", "name"),
        [
            (5, "int"),
            ("figure", "str"),
            ([], "list"),
            ({}, "dict"),
            (plt, "module"),
            (Figure, "type"),
            (torch.ones(2), "Tensor"),
            (np.ones(2), "ndarray"),
            (type("Figure", (), {"axes": [], "figure": "me"})(), "Figure"),
            (type("Figure", (), {"__class__": Figure})(), "Figure"),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_anything_else_fails_the_check_kindly(self, value, name):
        with pytest.raises(CheckFailed, match=f"the matplotlib Figure that it drew .*returned {name}"):
            probes.figure(InProcess(lambda: value))

    def test_an_object_that_holds_itself(self):
        looped = type("Loop", (), {})()
        looped.figure = looped
        rows = []
        rows.append(rows)
        for value in (looped, rows):
            with pytest.raises(CheckFailed):
                probes.figure(InProcess(lambda value=value: value))

    def test_a_figure_that_was_closed(self):
        def function():
            figure, axes = plt.subplots()
            axes.plot([1, 2])
            plt.close(figure)
            return figure

        assert lists(probes.figure(InProcess(function)).series()) == [([0, 1], [1, 2])]

    def test_an_axes_that_was_removed(self):
        def function():
            _, axes = plt.subplots()
            axes.remove()
            return axes

        with pytest.raises(CheckFailed, match="returned Axes"):
            probes.figure(InProcess(function))

    def test_what_the_function_raises_is_the_students(self):
        with pytest.raises(StudentRaised, match="ZeroDivisionError"):
            probes.figure(InProcess(lambda: 1 / 0))


class TestSeries:
    @pytest.mark.parametrize(
        "draw",
        [
            lambda y: plt.plot([1, 2, 3], y),
            lambda y: plt.plot(torch.tensor([1, 2, 3]), torch.tensor(y)),
            lambda y: plt.plot(range(1, 4), y, "o--"),
            lambda y: plt.semilogy([1, 2, 3], y),
            lambda y: plt.loglog([1, 2, 3], y),
            lambda y: plt.scatter([1, 2, 3], y),
            lambda y: plt.scatter(torch.arange(1, 4), torch.tensor(y), s=[1, 2, 3]),
            lambda y: plt.step([1, 2, 3], y),
            lambda y: plt.stem([1, 2, 3], y),
            lambda y: plt.errorbar([1, 2, 3], y, yerr=0.1),
            lambda y: plt.bar([1, 2, 3], y),
            lambda y: plt.barh([1, 2, 3], y),
            lambda y: plt.plot(np.ma.masked_greater([1, 2, 3, 9], 5)[:3], y),
        ],
    )
    def test_whatever_draws_them(self, draw):
        assert ([1, 2, 3], [0.5, 0.25, 4]) in lists(drawn(draw, [0.5, 0.25, 4.0]).series())

    @pytest.mark.parametrize("draw", [plt.plot, plt.scatter, plt.bar])
    def test_names_and_dates_as_the_numbers_that_stand_for_them(self, draw):
        assert lists(drawn(lambda: draw(["a", "b", "c"], [5, 6, 7])).series()) == [([0, 1, 2], [5, 6, 7])]
        days = [dt.date(2020, 1, day) for day in (3, 4)]
        ((x, y),) = drawn(lambda: draw(days, [5, 6])).series()
        assert ((x[1] - x[0]), y.tolist()) == (1, [5, 6])

    def test_gaps_are_nan(self):
        masked = np.ma.masked_array([1.0, 2.0, 3.0], [False, True, False])

        def draw():
            plt.plot(masked)
            plt.scatter([1, 2, 3], masked)

        figure = drawn(draw)
        np.testing.assert_equal(figure.axes[0].lines[0][1], [1, nan, 3])
        np.testing.assert_equal(figure.axes[0].points[0][:, 1], [1, nan, 3])

    def test_several_in_their_order(self):
        def draw():
            plt.plot([1, 2])
            plt.plot([3, 4])
            plt.scatter([0], [9])

        assert [y for _, y in lists(drawn(draw).series())] == [[1, 2], [3, 4], [9]]

    def test_of_twin_axes(self):
        def draw():
            axes = plt.gca()
            axes.plot([1, 2])
            axes.set(xlabel="epoch", ylabel="loss", title="Training")
            right = axes.twinx()
            right.plot([0.5, 0.75])
            right.set_ylabel("accuracy")

        left, right = drawn(draw).axes
        assert (left.x_label, left.y_label, left.title, left.named()) == ("epoch", "loss", "Training", True)
        assert (right.y_label, right.named(), lists(right.lines)) == (
            "accuracy",
            False,
            [([0, 1], [0.5, 0.75])],
        )

    def test_lying_bars(self):
        figure = drawn(lambda: plt.barh(["a", "b"], [3, 4]))
        assert lists(figure.axes[0].bars) == [([0, 1], [3, 4])]

    def test_a_monster_does_not_push_out_its_neighbours(self):
        def draw():
            plt.plot(np.zeros(2_000_000))
            plt.plot([1, 2])

        assert lists(drawn(draw).series()) == [([0, 1], [1, 2])]

    def test_thousands_of_artists(self):
        def draw():
            for n in range(1_500):
                plt.gca().text(0, 0, str(n))

        texts = drawn(draw).axes[0].texts
        assert texts == [str(n) for n in range(len(texts))]
        assert 500 <= len(texts) < 1_500


class TestImages:
    @pytest.mark.parametrize(
        "draw",
        [
            plt.imshow,
            lambda m: plt.imshow(torch.tensor(m).numpy()),
            lambda m: plt.imshow(m, origin="lower", extent=(0, 1, 0, 1)),
            lambda m: plt.imshow(m.astype(int), cmap="Blues"),
            plt.matshow,
            plt.pcolormesh,
            lambda m: plt.pcolormesh(m, shading="gouraud"),
            lambda m: plt.pcolormesh(range(4), range(3), m, shading="nearest"),
            plt.pcolor,
        ],
    )
    def test_with_the_rows_that_were_handed_over(self, draw):
        (image,) = drawn(draw, MATRIX).axes[0].images
        assert np.array_equal(image, MATRIX)
        assert image.dtype == np.float64

    def test_transposed_is_transposed(self):
        (image,) = drawn(lambda m: plt.imshow(m.T), MATRIX).axes[0].images
        assert np.array_equal(image, MATRIX.T)

    def test_masked_cells_are_nan(self):
        (image,) = drawn(lambda m: plt.imshow(np.ma.masked_greater(m, 10)), MATRIX).axes[0].images
        assert np.isnan(image[2, 3])
        assert np.array_equal(image[:2], MATRIX[:2])

    def test_colours_are_no_values(self):
        assert drawn(lambda: plt.imshow(np.zeros((3, 3, 3)))).axes[0].images == []

    def test_a_colour_bar_is_an_axes_of_its_own(self):
        def draw(matrix):
            plt.imshow(matrix)
            plt.colorbar()
            plt.xlabel("predicted")
            plt.ylabel("true")

        figure = drawn(draw, MATRIX)
        assert len(figure.axes) == 2
        assert figure.named()

    def test_numbers_in_cells_and_tables(self):
        def draw():
            axes = plt.gca()
            axes.table([["1", "2"], ["3", "4"]], colLabels=["a", "b"])
            for place in np.ndindex(2, 2):
                axes.text(*place, f"{place}")

        texts = drawn(draw).axes[0].texts
        assert texts == ["(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)", "a", "b", "1", "2", "3", "4"]


class TestNames:
    def test_both_are_needed_where_something_is_drawn(self):
        def labelled(x, y):
            def draw():
                plt.plot([1, 2])
                plt.xlabel(x)
                plt.ylabel(y)

            return drawn(draw).named()

        assert [labelled(*names) for names in [("e", "l"), ("e", ""), ("", "l"), ("e", "  ")]] == [
            True,
            False,
            False,
            False,
        ]
        assert not drawn(lambda: plt.gca().set(xlabel="e", ylabel="l")).named()

    def test_those_of_the_figure_are_those_of_its_axes(self):
        def draw():
            figure, axes = plt.subplots()
            axes.plot([1, 2])
            figure.supxlabel("epoch")
            figure.supylabel("loss")
            figure.suptitle("Training")

        (axes,) = drawn(draw).axes
        assert (axes.x_label, axes.y_label, axes.title) == ("epoch", "loss", "Training")


class TestHostileArtists:
    def test_one_that_raises_is_left_out(self):
        def draw():
            plt.plot([1, 2])
            (line,) = plt.plot([3, 4])
            line.get_xdata = lambda **_: 1 / 0

        assert lists(drawn(draw).series()) == [([0, 1], [1, 2])]

    def test_labels_that_are_no_text(self):
        def draw():
            axes = plt.gca()
            axes.plot([1, 2])
            axes.get_xlabel = lambda: 5
            axes.get_ylabel = object
            axes.get_title = lambda: None

        (axes,) = drawn(draw).axes
        assert (axes.x_label, axes.y_label, axes.title) == ("", "", "")


NO_AXES = {"lines": [], "points": [], "images": [], "texts": [], "bars": []}


class TestForgedReplies:
    @pytest.mark.parametrize(
        "reply", [None, 5, [], {}, {"axes": 5}, {"axes": None}, {"came": 5}, Opaque("dict")], ids=str
    )
    def test_no_figure_came(self, reply):
        with pytest.raises(CheckFailed, match="returned something else"):
            probes.figure(Replying(reply))

    def test_a_type_name_is_fit_to_be_shown(self):
        with pytest.raises(CheckFailed) as caught:
            probes.figure(Replying({"came": "\x1b[2J\n" + "x" * 60_000}))
        assert caught.value.say.isprintable()
        assert len(caught.value.say) < 300

    @pytest.mark.parametrize(
        "axes",
        [None, 5, "axes", [], Opaque("dict"), {}, {"x_label": 5, "title": None}, dict.fromkeys(NO_AXES, "x")],
        ids=str,
    )
    def test_an_axes_of_another_form_shows_nothing(self, axes):
        figure = probes.figure(Replying({"kind": 7, "axes": [axes]}))
        assert (figure.kind, figure.series(), figure.named()) == ("", [], False)

    ONES = np.ones(2)

    @pytest.mark.parametrize("name", ["lines", "points", "images", "texts", "bars"])
    @pytest.mark.parametrize(
        "item",
        [
            None,
            5,
            [],
            [ONES],
            [ONES, np.ones(3)],
            [ONES, [1, 1]],
            [ONES, torch.ones(2)],
            [Opaque("array"), ONES],
            [np.ones((2, 2)), np.ones((2, 2))],
            [ONES.astype(np.float32), ONES],
            np.float64(3),
            np.ones(()),
            np.ones((2, 3, 4)),
            np.ones((2, 0)).astype(np.int64),
            torch.ones(2, 2),
            Opaque("array of shape (9, 9), too large to send"),
        ],
        ids=lambda item: str(item)[:30],
    )
    def test_an_item_of_another_form_is_left_out(self, name, item):
        figure = probes.figure(Replying({"kind": "figure", "axes": [{**NO_AXES, name: [item]}]}))

        assert figure.series() == []
        assert figure.axes[0].images == []
        assert figure.axes[0].texts == []

    def test_empty_arrays_are_empty_series(self):
        empty = np.ones(0)
        told = {
            "kind": "figure",
            "axes": [{**NO_AXES, "lines": [[empty, empty]], "points": [np.ones((0, 2))]}],
        }
        assert lists(probes.figure(Replying(told)).series()) == [([], []), ([], [])]


def test_a_figure_without_axes():
    assert probes.figure(InProcess(Figure)) == FigureData("figure", [])
