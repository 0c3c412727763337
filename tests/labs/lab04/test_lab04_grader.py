"""Lab 4's grader: its plan, right work, work that is not there, constants and senseless values."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.labs.lab04.records import (
    LAB,
    MARKS,
    SOLUTION,
    STUB,
    checks,
    lost,
    passed,
    short,
    sources,
    with_override,
)

from labgrade.testing import grade_source, grade_sources

if TYPE_CHECKING:
    from labgrade.record.model import GradeRecord

RIGHT = sources("right")
NAMES = {
    "q1": ("XORModel", "count_parameters"),
    "q2": ("XORModelReLU",),
    "q3": ("manual_xor_forward",),
    "q4": (
        "DigitClassifier",
        "train_classifier",
        "evaluate_classifier",
        "plot_confusion",
        "dense_parameter_count",
    ),
}


def slowly(*values: str) -> list[Any]:
    return [pytest.param(value, marks=pytest.mark.slow) for value in values]


FUNCTIONS = re.findall(r"^(?:def|class) (\w+)", SOLUTION, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def solution() -> GradeRecord:
    return grade_source(LAB, SOLUTION, seed=1)


class TestPlan:
    def test_totals_of_the_exercises(self, solution: GradeRecord) -> None:
        assert {exercise.id: exercise.max_score for exercise in solution.exercises} == MARKS
        assert solution.max_score == 50

    def test_visible_share_is_forty_per_cent(self, solution: GradeRecord) -> None:
        visible = [check.max_score for check in checks(solution) if check.visibility == "visible"]

        assert sum(visible, Decimal(0)) == 20

    @pytest.mark.parametrize("exercise", MARKS)
    def test_every_exercise_has_visible_and_hidden_checks(self, solution: GradeRecord, exercise: str) -> None:
        assert {check.visibility for check in checks(solution, exercise)} == {"visible", "hidden"}


ONE_BY_ONE = """
class Dense(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) * (2 / inputs) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return self.weight @ x + self.bias


class DigitClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.last = Dense(784, 64), Dense(64, 32), Dense(32, 10)

    def one(self, image):
        hidden = torch.relu(self.first(image.flatten()))
        return self.last(torch.relu(self.second(hidden)))

    def forward(self, x):
        return torch.stack([self.one(image) for image in x])
"""


class TestRightWork:
    def test_solution_has_full_marks(self, solution: GradeRecord) -> None:
        assert short(solution) == {}
        assert solution.score == 50

    @pytest.mark.slow
    def test_solution_has_full_marks_where_it_checks_itself(self) -> None:
        record = grade_source(LAB, SOLUTION, seed=1, visible_only=True)

        assert {check.outcome for check in checks(record) if check.visibility == "visible"} == {"passed"}

    @pytest.mark.parametrize("way", RIGHT)
    def test_other_right_ways_have_full_marks(self, way: str) -> None:
        assert short(grade_source(LAB, RIGHT[way], seed=2)) == {}

    @pytest.mark.slow
    @pytest.mark.parametrize("seed", range(25))
    def test_right_work_has_full_marks_at_every_seed(self, seed: int) -> None:
        records = grade_sources(LAB, {"solution": SOLUTION, **RIGHT}, seed=seed)

        assert len(records) == 4
        assert {way: short(record) for way, record in records.items() if short(record)} == {}

    @pytest.mark.slow
    def test_layers_of_ones_own_for_one_image_have_full_marks(self) -> None:
        record = grade_source(LAB, with_override(ONE_BY_ONE), seed=2, exercises=["q4"])

        assert short(record) == {}
        assert [finding.code for finding in record.findings] == ["not-captured"]

    def test_reports_show_the_training(self, solution: GradeRecord) -> None:
        shown = {
            plot["kind"]
            for check in checks(solution, "q4")
            if check.id == "q4.accuracy_after_training"
            for plot in check.evidence["plots"]
        }

        assert {"curve", "confusion"} <= shown


class TestPartOfTheWork:
    def test_stub_is_not_attempted(self) -> None:
        record = grade_source(LAB, STUB, seed=2)

        assert record.score == 0
        assert {check.outcome for check in checks(record)} == {"not_attempted"}
        assert all(check.feedback for check in checks(record))

    @pytest.mark.parametrize("exercise", ["q3", *slowly("q1", "q2", "q4")])
    def test_an_exercise_stands_on_its_own(self, exercise: str) -> None:
        record = grade_source(LAB, with_override(f"del {', '.join(NAMES[exercise])}"), seed=3)

        assert lost(record) == {exercise}
        assert {check.outcome for check in checks(record, exercise)} == {"not_attempted"}

    def test_missing_train_xor_leaves_the_networks_their_marks(self) -> None:
        record = grade_source(LAB, with_override("del train_xor"), seed=3, exercises=["q1", "q2"])

        assert {exercise.id: exercise.score for exercise in record.exercises} == {
            "q1": 5,
            "q2": Decimal("2.5"),
        }

    def test_missing_train_classifier_leaves_the_rest_of_q4(self) -> None:
        record = grade_source(LAB, with_override("del train_classifier"), seed=3, exercises=["q4"])

        assert {check.split(".")[1] for check in short(record)} == {
            "accuracy_after_training",
            "losses_fall",
            "accuracy_by_hidden_layers",
            "losses_belong_to_training",
        }

    def test_plot_gets_its_marks_without_an_evaluation(self) -> None:
        record = grade_source(LAB, with_override("del evaluate_classifier"), seed=3, exercises=["q4"])

        assert {"q4.plot_at_example", "q4.plot_at_random"} <= passed(record)


class TestBudget:
    @pytest.mark.slow
    def test_training_without_end_is_graded_by_its_weights(self) -> None:
        endless = """
def train_xor(model):
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    while True:
        optimiser.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimiser.step()
"""
        record = grade_source(LAB, with_override(endless), seed=4, exercises=["q1"])

        assert set(short(record)) == {"q1.losses_from_example", "q1.losses_from_elsewhere"}


CONSTANTS = sources("cheats")["constants"]


class TestConstants:
    def test_earn_the_visible_part_at_most(self) -> None:
        record = grade_source(LAB, CONSTANTS, seed=5)

        assert {check.visibility for check in checks(record) if check.outcome == "passed"} == {"visible"}
        assert passed(record) >= {
            "q3.table_at_example",
            "q3.one_row_at_example",
            "q4.count_at_example",
            "q4.accuracy_at_example",
            "q4.confusion_at_example",
        }

    def test_nearly_right_is_wrong(self) -> None:
        nearly = """
del train_xor, train_classifier
def nearly(function):
    return lambda *inputs: function(*inputs) * 1.0005 + 0.0002
manual_xor_forward, dense_parameter_count = nearly(manual_xor_forward), nearly(dense_parameter_count)
count_parameters = nearly(count_parameters)
def evaluate_classifier(*inputs, real=evaluate_classifier):
    accuracy, confusion = real(*inputs)
    return accuracy * 1.0005, confusion * 1.0005
"""
        record = grade_source(LAB, with_override(nearly), seed=6)

        assert {check.id for check in checks(record, "q3") if check.outcome == "passed"} == set()
        assert not passed(record) & {
            "q1.parameters_of_network",
            "q1.parameters_of_others",
            "q4.accuracy_at_random",
            "q4.confusion_at_random",
            "q4.count_at_random",
        }


JUNK = {
    "nothing": "None",
    "text": "'9'",
    "not a number": "float('nan')",
    "infinity": "float('inf')",
    "true": "True",
    "complex": "complex(9, 0)",
    "empty list": "[]",
    "empty dict": "{}",
    "empty tensor": "torch.empty(0)",
    "pair of nothing": "(None, None)",
    "pair of texts": "('0.8', [['1'] * 10] * 10)",
    "pair of nan": "(float('nan'), torch.full((10, 10), float('nan')))",
    "list of lists of lists": "[[[0.5]]] * 6",
    "ragged lists": "(0.5, [[1], [1, 2]])",
    "broadcast giant": "torch.tensor(9.0).expand(2**40)",
    "meta": "torch.tensor(9.0, device='meta')",
    "sparse": "torch.tensor([9.0]).to_sparse()",
    "huge integer": "10**5000",
    "object array": "np.array([None], dtype=object)",
    "object": "object()",
    "a class": "torch.nn.Linear",
    "a plain module": "torch.nn.Module()",
    "the identity": "torch.nn.Identity()",
    "a module of another shape": "torch.nn.Linear(3, 2)",
    "a module that gives nan": "module(lambda self, x: x * float('nan'))",
    "a module that gives nothing": "module(lambda self, x: None)",
    "a generator": "(n for n in range(3))",
    "itself inside": "(lambda nest: nest.append(nest) or nest)([])",
    "a subplot": "__import__('matplotlib.pyplot').pyplot.subplots()",
    "an empty figure": "__import__('matplotlib.figure').figure.Figure()",
}


BESIDE = {"nothing", "pair of nan", "list of lists of lists", "ragged lists", "a subplot", "object array"}
"""What is tried beside right networks in the fast suite."""

HELPERS = """
import numpy as np, torch

def module(forward):
    return type("Odd", (torch.nn.Linear,), {"forward": forward})(2, 1)
"""


def every_name(expression: str) -> str:
    """A file in which each name gives the value of an expression."""
    return "\n".join([HELPERS, *(gives(name, expression) for name in FUNCTIONS)])


def gives(name: str, expression: str) -> str:
    return f"def {name}(*inputs, **options): return {expression}"


@pytest.mark.parametrize("name", JUNK)
def test_junk_is_the_students_and_earns_nothing(name: str) -> None:
    record = grade_source(LAB, every_name(JUNK[name]), seed=9)

    assert [check.id for check in checks(record) if check.outcome in ("passed", "not_run")] == []
    assert record.score == 0


@pytest.mark.parametrize(
    "name",
    [*sorted(BESIDE), *slowly(*(name for name in JUNK if name not in BESIDE))],
)
def test_junk_beside_right_networks_is_the_students(name: str) -> None:
    functions = [function for function in FUNCTIONS if function[0].islower()]
    junk = "\n".join([HELPERS, *(gives(function, JUNK[name]) for function in functions)])
    record = grade_source(LAB, with_override(junk), seed=9)

    assert passed(record) <= {
        "q1.network_at_example",
        "q1.network_at_random",
        "q2.network_at_example",
        "q2.network_at_random",
        "q4.logits",
        "q4.two_hidden_layers",
    }
    assert [check.id for check in checks(record) if check.outcome == "not_run"] == []
