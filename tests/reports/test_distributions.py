"""What training reached over the class is counted once a student and check."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labgrade.record.model import GradeRecord
from labgrade.reports.distributions import MAX_DISTRIBUTIONS, distributions
from labgrade.reports.plots.data import Undrawn
from labgrade.reports.plots.draw import drawn

from .factory import check, curve, exercise, graded, record, table, trained


def of(student: str, *evidence: Any, **fields: Any) -> GradeRecord:
    checks = (check(f"q4.{place}", evidence=one, **fields) for place, one in enumerate(evidence))
    return record(exercise("q4", *checks), student=student)


def titles(*records: GradeRecord) -> list[str]:
    return [plot.title for plot in distributions(records)]


def test_accuracy_then_parameters_then_loss():
    plots = distributions([of("s01", trained()), of("s02", trained(0.75, 9_000, 0.5))])

    assert [(plot.title, plot.x_label, plot.values, plot.minima) for plot in plots] == [
        ("Accuracy: q4, What q4.0 checks", "accuracy", (0.87, 0.75), (0.8,)),
        ("Parameters: q4, What q4.0 checks", "parameters", (50_346, 9_000), ()),
        (
            "Loss at the end: q4, What q4.0 checks (Loss an epoch)",
            "loss at the end",
            (0.36, 0.5),
            (),
        ),
    ]


def test_those_below_their_own_minimum_are_counted():
    captured, otherwise = {"accuracy": 0.79, "minimum": 0.8}, {"accuracy": 0.79, "minimum": 0.75}
    (plot,) = distributions([of("s01", captured), of("s02", otherwise), of("s03", {"accuracy": 0.1})])

    assert plot.minima == (0.75, 0.8)
    assert plot.notes == ("1 student below the minimum.",)


def test_hidden_checks_count_too():
    assert titles(of("s01", {"accuracy": 0.5}, visibility="hidden")) == ["Accuracy: q4, What q4.0 checks"]


def test_two_checks_of_one_training_are_one_distribution():
    same = [of("s01", {"accuracy": 0.5}, {"accuracy": 0.5}), of("s02", {"accuracy": 0.7}, {"accuracy": 0.7})]
    other = of("s03", {"accuracy": 0.5}, {"accuracy": 0.6})

    assert titles(*same) == ["Accuracy: q4, What q4.0 checks"]
    assert len(titles(*same, other)) == 2


def test_what_is_no_finite_number_is_left_out_and_said():
    plots = distributions(
        [of("s01", {"accuracy": "NaN"}), of("s02", {"accuracy": [1]}), of("s03", {"accuracy": 1})]
    )

    assert [(plot.values, plot.notes) for plot in plots] == [
        ((1.0,), ("2 students without a finite number, left out.",))
    ]


def test_a_loss_that_diverged_is_said():
    (plot,) = distributions([of("s01", {"plots": [curve(train=[1, "Infinity"])]})])

    assert (plot.values, plot.notes) == ((), ("1 student without a finite number, left out.",))


def test_only_curves_of_a_loss_end_in_one():
    other = curve("Accuracy an epoch") | {"y_label": "accuracy"}

    assert titles(of("s01", {"plots": [other, table(), curve("Loss", a=[1], b=[2]), "loss", None]})) == [
        "Loss at the end: q4, What q4.0 checks (Loss, a)",
        "Loss at the end: q4, What q4.0 checks (Loss, b)",
    ]


@pytest.mark.parametrize("records", [[], [graded("s01")], [of("s01", {"minimum": 0.8})]])
def test_of_nothing_measured(records):
    assert distributions(records) == ()


def test_only_so_many():
    plots = distributions([of("s01", *({"accuracy": place / 100} for place in range(40)))])

    assert len(plots) == MAX_DISTRIBUTIONS + 1
    assert plots[-1] == Undrawn("More distributions", ("16 more distributions not shown.",))


def test_no_student_is_named():
    assert "s0815" not in repr(distributions([of("s0815", trained())]))


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
CURVES = st.fixed_dictionaries(
    {"kind": st.just("curve"), "title": st.just("loss")},
    optional={
        "series": st.lists(st.fixed_dictionaries({"y": ODD}, optional={"name": ODD}) | ODD, max_size=3)
    },
)


@given(
    st.dictionaries(st.sampled_from(["accuracy", "minimum", "parameters"]), ODD), st.lists(CURVES | ODD) | ODD
)
def test_never_fails_on_evidence_of_another_form(evidence, plots):
    for plot in distributions([of("s01", evidence | {"plots": plots}), of("s02", trained())]):
        for figure in drawn(plot):
            assert figure.title
