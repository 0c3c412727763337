"""Lab 3's grader judged with good, wrong, faked and senseless work."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from labgrade.testing import grade_source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from labgrade.record.model import Check, GradeRecord

LAB = "lab03_regression"
HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SOLUTION = (ROOT / "reference_solutions" / f"{LAB}.py").read_text(encoding="utf-8")
STUB = (ROOT / "assignments" / LAB / f"{LAB}.py").read_text(encoding="utf-8")
RIGHT = {path.stem: path.read_text(encoding="utf-8") for path in sorted((HERE / "right").glob("*.py"))}
WRONG = {path.stem: path.read_text(encoding="utf-8") for path in sorted((HERE / "wrong").glob("*.py"))}
CHEATS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((HERE / "cheats").glob("*.py"))}
MARKS = {"q1": 9, "q2": 8, "q3": 10, "q4": 10, "q5": 6, "q6": 7, "q7": 7, "a1": 3}
NAMES = {
    "q1": ("fit_line", "plot_losses"),
    "q2": ("mse_gradients", "two_epochs"),
    "q3": ("RegressionModel", "train_regression_model"),
    "q4": ("RegressionDataset", "RegressionModule", "train_with_loader"),
    "q5": ("LinearRegression", "train_linear"),
    "q6": ("fit_multiple_regression", "predict_multiple"),
    "q7": ("LogisticRegression", "train_logistic", "predict_classes"),
    "a1": ("mse_gradients_reversed", "two_epochs_reversed"),
}
# What the manual's data cannot show, and what shows in the one check of its own.
HIDDEN_ONLY = {
    *("q1.arguments-ignored", "q2.arguments-ignored", "q3.arguments-ignored", "q4.arguments-ignored"),
    *("q5.arguments-ignored", "q6.arguments-ignored", "q5.closed-form", "q7.labels-ignored"),
    "q2.sum-for-mean.no-factor",
}
VISIBLE_ONLY = {"q3.no-mean", "q3.criterion-outside", "q3.no-self", "q7.sigmoid-twice"}
SOON = """

def fit_multiple_regression(features, targets):
    columns = torch.cat([features, torch.ones(len(features), 1)], 1)
    solution = torch.linalg.lstsq(columns, targets[:, None]).solution.flatten()
    return solution[:2], solution[2], [0.1]


def train_logistic(model, x, y):
    optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    for _ in range(30):
        losses.append(nn.functional.binary_cross_entropy(model(x), y))
        optimiser.zero_grad()
        losses[-1].backward()
        optimiser.step()
    return losses

"""
"""Right work that trains for a moment: for tests of what is wrong elsewhere."""


def checks(record: GradeRecord, exercise: str = "") -> list[Check]:
    return [check for item in record.exercises if exercise in ("", item.id) for check in item.checks]


def marks(of: Iterable[Check]) -> Decimal:
    return sum((check.max_score for check in of), Decimal(0))


def lost(record: GradeRecord) -> set[str]:
    return {exercise.id for exercise in record.exercises if exercise.score != exercise.max_score}


def score(record: GradeRecord, exercise: str) -> Decimal | None:
    return next(item.score for item in record.exercises if item.id == exercise)


def mistakes(record: GradeRecord) -> set[str]:
    return {check.misconception for check in checks(record) if check.misconception}


def short(record: GradeRecord) -> dict[str, str]:
    return {check.id: check.feedback for check in checks(record) if check.outcome != "passed"}


def with_override(override: str) -> str:
    """The reference solution with later definitions of some of its functions."""
    return f"{SOLUTION}\n\n{SOON}\n\n{override}"


@pytest.fixture(scope="module")
def solution() -> GradeRecord:
    return grade_source(LAB, SOLUTION, seed=1)


class TestPlan:
    def test_totals_of_the_exercises(self, solution: GradeRecord) -> None:
        assert {exercise.id: exercise.max_score for exercise in solution.exercises} == MARKS
        assert solution.max_score == 60

    def test_visible_share_is_forty_per_cent(self, solution: GradeRecord) -> None:
        assert marks(check for check in checks(solution) if check.visibility == "visible") == 24

    def test_the_additional_question_is_worth_at_most_half_of_the_one_that_it_repeats(self) -> None:
        assert 2 * MARKS["a1"] <= MARKS["q2"]

    def test_losses_are_shown_where_something_trains(self, solution: GradeRecord) -> None:
        drawn = {
            check.id.partition(".")[0]
            for check in checks(solution)
            if any(plot["kind"] == "curve" for plot in check.evidence.get("plots", []))
        }

        assert drawn == {"q1", "q3", "q4", "q5", "q6", "q7"}

    def test_nothing_is_drawn_for_hidden_checks(self, solution: GradeRecord) -> None:
        assert not [c.id for c in checks(solution) if c.visibility == "hidden" and "plots" in c.evidence]


class TestRightWork:
    @pytest.mark.parametrize("seed", [1, 2, *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 26))])
    def test_solution_has_full_marks_at_every_seed(self, seed: int) -> None:
        record = grade_source(LAB, SOLUTION, seed=seed)

        assert short(record) == {}
        assert record.score == 60

    @pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 26))])
    @pytest.mark.parametrize("way", RIGHT)
    def test_another_right_way_has_full_marks(self, way: str, seed: int) -> None:
        assert short(grade_source(LAB, RIGHT[way], seed=seed)) == {}

    def test_a_figure_left_open_is_taken_and_said(self) -> None:
        record = grade_source(LAB, RIGHT["loops"], seed=4, exercises=["q1"])

        assert "figure-left-open" in {finding.code for finding in record.findings}

    def test_stub_is_not_attempted(self) -> None:
        record = grade_source(LAB, STUB, seed=2)

        assert record.score == 0
        assert {check.outcome for check in checks(record)} == {"not_attempted"}
        assert all(check.feedback for check in checks(record))

    @pytest.mark.parametrize("exercise", MARKS)
    def test_an_exercise_stands_on_its_own(self, exercise: str) -> None:
        record = grade_source(LAB, with_override(f"del {', '.join(NAMES[exercise])}"), seed=3)

        assert lost(record) == {exercise}
        assert {check.outcome for check in checks(record, exercise)} == {"not_attempted"}

    @pytest.mark.slow
    def test_a_training_without_end_is_graded_by_the_weights_reached(self) -> None:
        endless = """
def train_logistic(model, x, y):
    optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
    while True:
        optimiser.zero_grad()
        nn.functional.binary_cross_entropy(model(x), y).backward()
        optimiser.step()
"""
        record = grade_source(LAB, SOLUTION + endless, seed=4, exercises=["q7"])

        assert set(short(record)) == {"q7.losses"}
        assert "training-cut" in {finding.code for finding in record.findings}


@pytest.fixture(scope="module")
def wrong_records() -> dict[str, GradeRecord]:
    """Of the exercise that each of them concerns."""
    return {
        name: grade_source(LAB, with_override(code), seed=11, exercises=[name.partition(".")[0]])
        for name, code in WRONG.items()
    }


class TestKnownMistakes:
    @pytest.mark.slow
    @pytest.mark.parametrize("seed", [11, 12])
    @pytest.mark.parametrize("name", WRONG)
    def test_loses_exactly_its_exercise(self, name: str, seed: int) -> None:
        exercise, slug = name.split(".")[:2]
        record = grade_source(LAB, with_override(WRONG[name]), seed=seed)

        assert lost(record) == {exercise}
        assert mistakes(record) == {f"{LAB}.{exercise}.{slug}"}

    @pytest.mark.parametrize("name", WRONG)
    def test_is_named(self, wrong_records: dict[str, GradeRecord], name: str) -> None:
        exercise, slug = name.split(".")[:2]

        assert mistakes(wrong_records[name]) == {f"{LAB}.{exercise}.{slug}"}

    @pytest.mark.parametrize("name", WRONG)
    def test_is_named_by_visible_and_hidden_checks(
        self, wrong_records: dict[str, GradeRecord], name: str
    ) -> None:
        named = {check.visibility for check in checks(wrong_records[name]) if check.misconception}

        names = {name, ".".join(name.split(".")[:2])}
        expected = (not names & HIDDEN_ONLY, not names & VISIBLE_ONLY)
        assert ("visible" in named, "hidden" in named) == expected

    @pytest.mark.parametrize("name", WRONG)
    def test_hidden_feedback_holds_no_number_of_the_run(
        self, wrong_records: dict[str, GradeRecord], name: str
    ) -> None:
        hidden = [check for check in checks(wrong_records[name]) if check.visibility == "hidden"]

        assert not [check.feedback for check in hidden if re.search(r"\d\.\d", check.feedback)]

    def test_every_declared_mistake_has_an_example(self) -> None:
        modules = [path.read_text(encoding="utf-8") for path in (ROOT / "graders" / LAB).glob("*.py")]
        by_value = {slug for text in modules for slug in re.findall(r'Mistake\(\s*"([a-z-]+)"', text)}
        by_notes = {slug for text in modules for slug in re.findall(r'\(\s*"([a-z-]+)",\s*[\(\[_]', text)}

        assert by_value | by_notes == {name.split(".")[1] for name in WRONG}

    @pytest.mark.parametrize("name", ["q3.no-mean", "q3.no-mean.sum", "q3.criterion-outside"])
    def test_a_criterion_without_the_mean_loses_its_own_check_only(
        self, wrong_records: dict[str, GradeRecord], name: str
    ) -> None:
        assert set(short(wrong_records[name])) == {"q3.criterion"}

    @pytest.mark.parametrize("name", ["q1.half-loss.noted", "q1.loss-after-update", "q1.root-of-loss.noted"])
    def test_losses_noted_wrongly_leave_the_parameters_their_marks(
        self, wrong_records: dict[str, GradeRecord], name: str
    ) -> None:
        left = {"q1.losses_of_the_manual", "q1.losses_at_random"}

        assert set(short(wrong_records[name])) == left

    @pytest.mark.parametrize("name", ["q6.stopped-early", "q6.targets-broadcast"])
    def test_a_training_that_ends_too_early_leaves_predictions_their_marks(
        self, wrong_records: dict[str, GradeRecord], name: str
    ) -> None:
        assert set(short(wrong_records[name])) == {"q6.prediction_of_the_manual", "q6.fit_at_random"}

    def test_a_criterion_that_is_nowhere_is_missing_not_misplaced(self) -> None:
        record = grade_source(LAB, with_override("del RegressionModel.criterion"), seed=11, exercises=["q3"])

        (criterion,) = [check for check in checks(record) if check.id == "q3.criterion"]
        assert criterion.outcome == "not_attempted"
        assert mistakes(record) == set()

    def test_a_forgotten_step_is_no_model_of_its_own(self) -> None:
        still = """
class SGD(torch.optim.SGD):
    def step(self, closure=None):
        pass


torch.optim.SGD = SGD
"""
        record = grade_source(LAB, with_override(still), seed=11, exercises=["q4", "q5", "q7"])

        assert lost(record) == {"q4", "q5", "q7"}
        assert mistakes(record) == set()

    def test_rounded_losses_are_none_of_the_known_mistakes(self) -> None:
        rounded = """
fitted = fit_line


def fit_line(x, y, learning_rate=0.001, epochs=100):
    w, b, losses = fitted(x, y, learning_rate, epochs)
    return w, b, [round(loss, 2) for loss in losses]
"""
        record = grade_source(LAB, with_override(rounded), seed=11, exercises=["q1"])

        assert set(short(record)) == {"q1.losses_of_the_manual", "q1.losses_at_random"}
        assert mistakes(record) == set()


class TestPartlyRight:
    def test_a_fit_without_losses_keeps_the_marks_of_its_weights(self) -> None:
        lossless = """
fitted = fit_multiple_regression


def fit_multiple_regression(features, targets):
    return *fitted(features, targets)[:2], []
"""
        record = grade_source(LAB, with_override(lossless), seed=13, exercises=["q6"])

        assert set(short(record)) == {"q6.prediction_with_own_fit"}

    @pytest.mark.parametrize("losses", ["[]", "None", "'falling'"])
    def test_parameters_keep_their_marks_where_losses_are_lost(self, losses: str) -> None:
        lossless = f"""
def without(real):
    def trained(*inputs):
        *rest, _ = real(*inputs)
        return *rest, {losses}
    return trained


def silent(real):
    def trained(*inputs):
        real(*inputs)
        return {losses}
    return trained


fit_line = without(fit_line)
train_regression_model = silent(train_regression_model)
train_with_loader = silent(train_with_loader)
train_linear = silent(train_linear)
train_logistic = silent(train_logistic)
"""
        record = grade_source(LAB, with_override(lossless), seed=13)

        assert [check.id for check in checks(record) if check.outcome == "not_run"] == []
        assert not {f"{q}.parameters_at_every_step" for q in ("q1", "q3", "q4")} & set(short(record))
        assert {"q1.losses_at_random", "q3.training_at_random", "q4.one_batch_at_random"} <= set(
            short(record)
        )

    def test_the_rate_may_be_an_argument_of_update(self) -> None:
        handed = """
class RegressionModel(RegressionModel):
    def update(self, rate):
        self.w -= rate * self.w.grad
        self.b -= rate * self.b.grad


def train_regression_model(model, x, y, epochs=100):
    losses = []
    for _ in range(epochs):
        loss = model.criterion(y, model.forward(x))
        losses.append(loss)
        loss.backward()
        with torch.no_grad():
            model.update(model.learning_rate)
        model.reset_grad()
    return losses
"""
        handed = handed.replace(
            "class RegressionModel(", "Solved = RegressionModel\n\n\nclass RegressionModel("
        )
        record = grade_source(LAB, with_override(handed), seed=13, exercises=["q3"])

        assert short(record) == {}


class TestFakedWork:
    def test_constants_earn_the_visible_part_at_most(self) -> None:
        record = grade_source(LAB, CHEATS["constants"], seed=5)

        passed = {check.id for check in checks(record) if check.outcome == "passed"}
        visible = {check.id for check in checks(record) if check.visibility == "visible"}
        # Points and weights that are set anew cannot be looked up; a real layer is two real parameters.
        assert passed == (visible - {"q3.criterion", "q7.classes"}) | {"q4.module_at_random"}

    def test_zero_passes_nothing(self) -> None:
        record = grade_source(LAB, every_name("lambda *_, **__: 0.0"), seed=6)

        assert record.score == 0

    def test_first_training_alone_is_not_enough(self) -> None:
        once = "\n".join(
            f"def {name}(*inputs, real={name}, left=[1]):\n"
            "    return real(*inputs) if left and left.pop() else 0"
            for name in ("fit_line", "mse_gradients", "train_with_loader", "train_regression_model")
        )
        record = grade_source(LAB, with_override(once), seed=7)

        passed = {check.id for check in checks(record) if check.outcome == "passed"}
        assert not passed & {
            "q1.losses_at_random",
            "q2.gradients_at_random",
            "q3.parameters_at_every_step",
            "q4.parameters_at_every_step",
        }

    def test_nearly_right_is_wrong(self) -> None:
        record = grade_source(LAB, with_override(NEARLY), seed=8)

        assert {check.id for check in checks(record) if check.outcome == "passed"} <= LEFT_RIGHT_BY_NEARLY

    def test_a_bent_probability_is_no_logistic_regression(self) -> None:
        bent = """
class LogisticRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)

    def forward(self, x):
        x = (x - 40) / 30
        return torch.sigmoid(self.linear(x + 0.05 * x**3))
"""
        record = grade_source(LAB, with_override(bent), seed=8)

        assert "q7.log_odds_at_random" in short(record)
        assert lost(record) == {"q7"}

    def test_a_tree_in_the_place_of_a_straight_line(self) -> None:
        looked_up = """
class LinearRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)

    def forward(self, x):
        if hasattr(self, "points"):
            return self.targets[(x - self.points.T).abs().argmin(1)]
        return self.linear(x)


def train_linear(model, x, y, learning_rate, epochs):
    model.points, model.targets = x, y
    return [1.0 / (epoch + 1) for epoch in range(epochs)]
"""
        record = grade_source(LAB, with_override(looked_up), seed=8)

        assert {"q5.training_at_random", "q5.few_epochs_at_random"} <= set(short(record))
        assert lost(record) == {"q5"}


def every_name(value: str) -> str:
    """A module in which each name that the lab asks for is `value`."""
    names = [name for names in NAMES.values() for name in names]
    return "\n".join(["import numpy as np, torch, sys", *(f"{name} = {value}" for name in names)])


NEARLY = """
def slightly(value):
    if isinstance(value, dict):
        return {key: slightly(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [slightly(entry) for entry in value]
    return value * 1.0005


class RegressionModel(RegressionModel):
    def forward(self, x):
        return super().forward(x) * 1.0005

    def update(self):
        self.w -= 1.05 * self.learning_rate * self.w.grad
        self.b -= 1.05 * self.learning_rate * self.b.grad


class RegressionModule(RegressionModule):
    def forward(self, x):
        return super().forward(x) * 1.0005


class LinearRegression(LinearRegression):
    def forward(self, x):
        return super().forward(x) * 1.0005


def of(real):
    return lambda *inputs: slightly(real(*inputs))


fit_line, mse_gradients, two_epochs = of(fit_line), of(mse_gradients), of(two_epochs)
mse_gradients_reversed, two_epochs_reversed = of(mse_gradients_reversed), of(two_epochs_reversed)
predict_multiple = of(predict_multiple)
"""
LEFT_RIGHT_BY_NEARLY = {
    *("q1.figure", "q1.figure_at_random", "q3.start", "q3.criterion", "q3.reset_grad"),
    *("q3.reset_grad_at_random", "q4.dataset", "q4.dataset_at_random", "q4.several_batches"),
    *("q4.several_batches_at_random", "q5.training_of_the_manual", "q5.training_at_random"),
    *("q5.few_epochs_at_random", "q6.prediction_of_the_manual", "q6.fit_at_random"),
    *("q6.prediction_with_own_fit", "q7.untrained", "q7.nine_points", "q7.losses", "q7.classes"),
    *("q7.log_odds_at_random", "q7.other_points", "q7.classes_at_random"),
}
"""What does not ask for a number, or asks for less than a number."""

JUNK = {
    "nothing": "None",
    "an ellipsis": "...",
    "an empty text": "''",
    "a text": "'10.15'",
    "a truth value": "True",
    "not a number": "float('nan')",
    "infinity": "float('inf')",
    "a huge integer": "10**5000",
    "complex": "complex(1, 1)",
    "a complex tensor": "torch.ones(2, 1, dtype=torch.complex64)",
    "an empty list": "[]",
    "an empty dict": "{}",
    "an empty tensor": "torch.empty(0)",
    "a tensor of nan": "torch.full((9, 1), float('nan'))",
    "a wide tensor": "torch.zeros(9, 9)",
    "a broadcast giant": "torch.zeros(1).expand(2**40)",
    "a meta tensor": "torch.ones(1, device='meta')",
    "a sparse tensor": "torch.ones(9, 1).to_sparse()",
    "integers": "torch.ones(9, 1, dtype=torch.int64)",
    "truth values": "torch.ones(9, 1, dtype=torch.bool)",
    "an array of objects": "np.array([None], dtype=object)",
    "an array of texts": "np.array(['a', 'b', 'c'])",
    "an object": "object()",
    "a class": "torch.nn.Linear",
    "a network": "torch.nn.Linear(2, 2)",
    "a generator": "(value for value in 'abc')",
    "itself inside": "(lambda nest: nest.append(nest) or nest)([])",
    "three nothings": "(None, None, None)",
    "three empty lists": "([], [], [])",
    "two empty dicts": "[{}, {}]",
    "a dict of nan": "[dict.fromkeys(('w_grad', 'b_grad', 'w', 'b'), float('nan'))] * 2",
    "a long list of nan": "[float('nan')] * 100",
    "a long list of nothing": "[None] * 100",
    "an exception that it raises": "[][1]",
    "an end of the process": "sys.exit(0)",
}
HOLLOW = """
import numpy as np, sys, torch
from torch import nn


def junk(*_, **__):
    return {value}


class RegressionModel:
    def __init__(self, *_):
        self.w = torch.ones(1, requires_grad=True)
        self.b = torch.ones(1, requires_grad=True)

    forward = update = reset_grad = criterion = junk


class RegressionDataset:
    def __init__(self, *_):
        pass

    def __len__(self):
        return junk()

    __getitem__ = junk


class RegressionModule(nn.Linear):
    def __init__(self):
        super().__init__(1, 1)

    forward = junk


LinearRegression = LogisticRegression = RegressionModule


def fit_line(x, y, rate, epochs):
    return junk(), junk(), [junk()] * epochs


def fit_multiple_regression(*_):
    return junk(), junk(), [junk()]


def two_epochs(*_):
    return [dict.fromkeys(("w_grad", "b_grad", "w", "b"), junk())] * 2


def mse_gradients(*_):
    return junk(), junk()


def train_linear(model, x, y, rate, epochs):
    return [junk()] * epochs


def train_with_loader(model, loader, rate, epochs):
    return [junk() for batch in loader][:0] + [junk()] * epochs


def train_regression_model(model, x, y, epochs=100):
    model.w = model.b = junk()
    return [junk()] * epochs


train_logistic = predict_classes = predict_multiple = plot_losses = junk
mse_gradients_reversed, two_epochs_reversed = mse_gradients, two_epochs
"""
"""The right names, classes and containers, with junk where the numbers belong."""


FEW = ("nothing", "not a number", "an empty list", "a meta tensor", "itself inside", "a long list of nan")
SOME = [pytest.param(name, marks=() if name in FEW else pytest.mark.slow) for name in JUNK]


@pytest.mark.parametrize("name", SOME)
class TestJunk:
    def test_in_the_place_of_everything(self, name: str) -> None:
        record = grade_source(LAB, every_name(f"lambda *_, **__: {JUNK[name]}"), seed=9)

        assert [check.id for check in checks(record) if check.outcome in ("not_run", "passed")] == []

    def test_in_the_place_of_every_number(self, name: str) -> None:
        record = grade_source(LAB, HOLLOW.replace("{value}", JUNK[name]), seed=9)

        assert [check.id for check in checks(record) if check.outcome == "not_run"] == []
        assert {check.id for check in checks(record) if check.outcome == "passed"} <= {"q3.start"}
