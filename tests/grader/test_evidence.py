"""Evidence is plain JSON of bounded size, in the forms that reports draw."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from labgrade.grader.evidence import Evidence
from labgrade.grader.outcomes import PASSED, Ending
from labgrade.record.clean import storable_json
from labgrade.reports.plots.data import Confusion, Curve, Points, Table
from labgrade.reports.plots.read import plots_of
from labgrade.wire.plain import Opaque


def filled():
    evidence = Evidence()
    evidence.fact("accuracy", 0.93)
    evidence.curve("Loss", {"training": [2, 1.5, torch.tensor(1.0)], "held back": [3.0]}, "epoch", "loss")
    evidence.confusion("Confusion", torch.tensor([[3, 1], [0, 4]]), ["zero", "one"])
    evidence.table("Parameters", ("name", "numbers"), [("w", 3), ("b", 1.5)])
    evidence.points("Drop", [(0, 0.5), (torch.tensor(1.0), 1)], "drop", "accuracy")
    return evidence


class TestForms:
    def test_each_is_drawn(self):
        plots = plots_of(filled().facts)

        assert [type(plot) for plot in plots] == [Curve, Confusion, Table, Points]
        assert [plot.title for plot in plots] == ["Loss", "Confusion", "Parameters", "Drop"]

    def test_numbers_and_names_are_those_that_were_given(self):
        curve, confusion, table, points = filled().facts["plots"]

        assert curve["series"] == [
            {"name": "training", "y": [2.0, 1.5, 1.0]},
            {"name": "held back", "y": [3.0]},
        ]
        assert (curve["x_label"], curve["y_label"]) == ("epoch", "loss")
        assert confusion["matrix"] == [[3, 1], [0, 4]]
        assert confusion["classes"] == ["zero", "one"]
        assert (table["columns"], table["rows"]) == (["name", "numbers"], [["w", 3], ["b", 1.5]])
        assert points["points"] == [[0.0, 0.5], [1.0, 1.0]]

    def test_a_diverged_training_can_be_recorded(self):
        evidence = Evidence()
        evidence.curve("Loss", {"training": [1.0, math.inf, math.nan]}, "epoch", "loss")

        json.dumps(evidence.facts, allow_nan=False)
        (curve,) = plots_of(evidence.facts)
        assert [math.isfinite(point.y) for point in curve.series[0].points] == [True, False, False]

    def test_what_is_noted_does_not_change_afterwards(self):
        evidence, sizes = Evidence(), [1, 2]
        evidence.fact("sizes", sizes)
        sizes.append(3)

        assert evidence.facts["sizes"] == [1, 2]


class TestBounds:
    def test_of_a_million_losses_the_ends_and_some_between_are_kept(self):
        evidence = Evidence()
        evidence.curve("Loss", {"training": range(1_000_000), "short": [1.0]}, "epoch", "loss")

        long, short = evidence.facts["plots"][0]["series"]
        assert len(long["y"]) == len(long["x"]) <= 500
        assert (long["x"][0], long["x"][-1], long["y"][-1]) == (1, 1_000_000, 999_999.0)
        assert long["x"] == [y + 1 for y in long["y"]]
        assert long["x"] == sorted(set(long["x"]))
        assert "x" not in short

    def test_points_and_rows_are_bounded(self):
        evidence = Evidence()
        evidence.points("Points", [(n, -n) for n in range(50_000)], "x", "y")
        evidence.table("Rows", ("n",), [(n,) for n in range(50_000)])

        points, table = evidence.facts["plots"]
        assert len(points["points"]) <= 500
        assert points["points"][-1] == [49_999.0, -49_999.0]
        assert table["rows"] == [[n] for n in range(len(table["rows"]))]
        assert len(table["rows"]) <= 500

    @pytest.mark.parametrize("length", [0, 1, 2, 499, 500, 501])
    def test_short_ones_are_whole(self, length):
        evidence = Evidence()
        evidence.curve("Loss", {"training": list(range(length))}, "epoch", "loss")

        assert len(evidence.facts["plots"][0]["series"][0]["y"]) == min(length, 500)


class TestWhatNoRecordHolds:
    @pytest.mark.parametrize(
        "value",
        [torch.ones(2), np.int64(3), Opaque("Odd"), {1, 2}, [object()], b"x"],
        ids=lambda v: str(type(v)),
    )
    def test_is_refused_where_it_is_said(self, value):
        evidence = Evidence()

        with pytest.raises(TypeError, match="'fact'"):
            evidence.fact("fact", value)
        with pytest.raises(TypeError, match="'Rows'"):
            evidence.table("Rows", ("a",), [(value,)])
        assert not evidence.facts

    def test_too_deep_a_tree_is_refused(self):
        tree = []
        for _ in range(40):
            tree = [tree]
        with pytest.raises(TypeError, match="nested deeper"):
            Evidence().fact("tree", tree)

    def test_lone_surrogates_and_huge_integers_become_text(self):
        evidence = Evidence()
        evidence.fact("odd", ["\ud800", 1 << 100])

        assert evidence.facts == storable_json(evidence.facts)


class TestEndings:
    def test_they_carry_what_was_shown_whatever_the_verdict(self):
        evidence = filled()
        evidence.finding("training-cut", "It was stopped.")
        evidence.finding("training-cut", "It was stopped.")
        failed = Ending("failed", "No.", "No.", evidence={"got": 3, "accuracy": "of the comparison"})

        assert PASSED.showing(evidence).evidence == evidence.facts
        assert failed.showing(evidence).evidence["got"] == 3
        assert failed.showing(evidence).evidence["accuracy"] == "of the comparison"
        assert failed.showing(evidence).findings == (("training-cut", "It was stopped."),)

    def test_they_stay_as_they_are_where_nothing_was_shown(self):
        assert PASSED.showing(Evidence()) is PASSED
