"""Lab 3, what students see: the manual's own data, and numbers that can be worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from lab03_regression.shared import (
    BROADCAST,
    EPOCH_HINT,
    FEATURES,
    FIVE,
    FIVE_X,
    FIVE_Y,
    FORMULA,
    HALF,
    LEAST_SQUARES,
    LOG_ODDS,
    MANUAL,
    NO_FACTOR_TWO,
    NO_SELF,
    NOT_RESET,
    NOTED_BEFORE,
    NOTED_LATER,
    NOTES,
    PER_SAMPLE,
    RESET_IN_PLACE,
    ROOT,
    SHAPES_HINT,
    SIGN,
    SUM,
    TARGETS,
    TOO_LONG,
    X,
    Y,
    expect_batches,
    expect_classes,
    expect_item,
    expect_loss_figure,
    expect_losses,
    expect_reset,
    expect_separated,
    expect_theta,
    expect_update,
    fit_plane,
    flat,
    like,
    line_module,
    linear_module,
    logistic_module,
    model_at,
    numbers,
    own_model,
    placed_module,
    plane_mistakes,
    probabilities,
    read_line,
    train_by_loader,
    train_classifier,
    train_model,
)
from torch.nn import functional

from labgrade.errors import StudentRaised
from labgrade.grader import Mistake, check, exercise, expect, probes

TWO_X, TWO_Y = torch.tensor([2.0, 4.0]), torch.tensor([20.0, 40.0])


@exercise("q1")
class TestLine:
    @check(marks="1.5", hint=EPOCH_HINT)
    def test_losses_of_the_manual(self, student, once, evidence):
        """The losses of 100 epochs on the manual's 23 points"""
        _, _, losses = self._fitted(student, once)
        expect_losses(losses, MANUAL, evidence)

    @check(marks="0.5", hint="Return w and b as they are after the last update.")
    def test_parameters_of_the_manual(self, student, once):
        """w and b after 100 epochs on the manual's 23 points"""
        w, b, _ = self._fitted(student, once)
        expect(w, "w").close_to(0.82003026)
        expect(b, "b").close_to(0.98789055)

    @check(marks=1, hint="Put the losses over 1, 2, 3, … and give both axes a name.")
    def test_figure(self, student, evidence):
        """A figure of four losses"""
        expect_loss_figure(student, [4.0, 2.0, 1.0, 0.5], evidence)

    def _fitted(self, student, once):
        result = once("manual", lambda: student.fit_line(X, Y, 0.001, 100))
        return expect(result, "what fit_line returns").items(3)


FORMULA_HINT = "Write the loss for the two points down, and differentiate it on paper."
NOTES_HINT = "Work the first epoch out on paper: difference, gradients, then the new w and b."
GRADIENT_MISTAKES = [
    Mistake("no-factor-two", (-87.0, -26.0), say=NO_FACTOR_TWO),
    Mistake("sum-for-mean", (-348.0, -104.0), say=SUM),
    Mistake("sign-lost", (174.0, 52.0), say=SIGN),
    Mistake("least-squares", (10.0, 0.0), say=LEAST_SQUARES),
    Mistake("per-sample", lambda pair: {len(expect(part).items()) for part in pair} == {2}, say=PER_SAMPLE),
]
RIGHT_NOTES = (-174.0, -52.0, 1.174, 1.052, -170.208, -50.852, 1.344208, 1.102852)
WRONG_NOTES = (
    ("gradients-not-reset", (-174.0, -52.0, 1.174, 1.052, -344.208, -102.852, 1.518208, 1.154852), NOT_RESET),
    ("noted-before-update", (-174.0, -52.0, 1.0, 1.0, -170.208, -50.852, 1.174, 1.052), NOTED_BEFORE),
    ("noted-by-reference", (0.0, 0.0, 1.344208, 1.102852) * 2, NOTED_LATER),
    (
        "noted-by-reference",
        (-174.0, -52.0, 1.344208, 1.102852, -170.208, -50.852, 1.344208, 1.102852),
        NOTED_LATER,
    ),
    ("no-factor-two", (-87.0, -26.0, 1.087, 1.026, -86.052, -25.713, 1.173052, 1.051713), NO_FACTOR_TWO),
    ("sum-for-mean", (-348.0, -104.0, 1.348, 1.104, -332.832, -99.408, 1.680832, 1.203408), SUM),
    ("sign-lost", (174.0, 52.0, 0.826, 0.948, 177.792, 53.148, 0.648208, 0.894852), SIGN),
    ("sign-lost", (174.0, 52.0, 1.174, 1.052, 170.208, 50.852, 1.344208, 1.102852), SIGN),
    ("sign-lost", (-174.0, -52.0, 0.826, 0.948, -177.792, -53.148, 0.648208, 0.894852), SIGN),
)


def _expect_example_gradients(told: Any) -> None:
    expect(told, "the pair of gradients").close_to((-174.0, -52.0), mistakes=GRADIENT_MISTAKES)


def _expect_example_notes(told: Any) -> None:
    epochs = [expect(epoch, "the dict of an epoch") for epoch in expect(told, "the list of epochs").items(2)]
    noted = [epoch.key(name).number() for epoch in epochs for name in NOTES]
    mistakes = [
        Mistake(slug, lambda _, wrong=wrong: np.allclose(noted, wrong, rtol=1e-4), say=say)
        for slug, wrong, say in WRONG_NOTES
    ]
    places = [f"{name} of epoch {epoch}" for epoch in (1, 2) for name in NOTES]
    for number, right, place in zip(noted, RIGHT_NOTES, places, strict=True):
        expect(number, place).close_to(right, mistakes=mistakes)


@exercise("q2")
class TestGradientsOnPaper:
    @check(marks="1.5", hint=FORMULA_HINT, mistakes=[FORMULA])
    def test_gradients_at_start(self, student):
        """The gradients for two points, at w = b = 1, by your own formulas"""
        _expect_example_gradients(probes.without_autograd(student.mse_gradients, TWO_X, TWO_Y, 1.0, 1.0))

    @check(marks="1.5", hint=NOTES_HINT)
    def test_two_epochs_of_two_points(self, student):
        """Gradients and parameters of two epochs"""
        _expect_example_notes(student.two_epochs(TWO_X, TWO_Y))


OUTSIDE = Mistake(
    "criterion-outside",
    raises="AttributeError",
    match="'criterion'",
    say="criterion is to be one of the class's methods. Does it stand inside the class?",
)


def _loss_by(student: Any, model: Any, y: Any, yp: Any) -> Any:
    """Return what the method `criterion` gives; where there is none outside the class either, say that."""
    try:
        return model.call("criterion", y, yp)
    except StudentRaised as refused:
        if OUTSIDE.explains(refused.type_name, refused.message):
            probes.arity(student.criterion)
        raise


@exercise("q3")
class TestRegressionModel:
    @check(marks="0.5", hint="w and b are tensors, made with requires_grad=True.")
    def test_start(self, student):
        """w and b are 1 at the start, and require a gradient"""
        model = probes.create(student.RegressionModel)
        for name in ("w", "b"):
            another = Mistake(
                "another-start", lambda _: True, say="With which value does each of them start?"
            )
            expect(model.get(name), name).close_to(1.0, mistakes=[another])
            tracked = model.get(f"{name}.requires_grad") is True
            expect(name).that(tracked, f"{name} should require a gradient.")

    @check(marks="0.5", hint="w·x + b, from the object's own w and b.", mistakes=[NO_SELF])
    def test_forward(self, student):
        """The predictions for three points"""
        model = model_at(student, (3.0, -2.0), (0.0, 0.0))
        predicted = flat(model.call("forward", torch.tensor([0.5, 1.0, -4.0])), 3, "the prediction")
        expect(predicted, "the prediction").close_to(torch.tensor([-0.5, 1.0, -14.0]).double())

    @check(marks=1, hint="One number: square, then the mean over all points.", mistakes=[NO_SELF, OUTSIDE])
    def test_criterion(self, student, rng):
        """criterion gives the mean squared error, for two lists of points"""
        model = probes.create(student.RegressionModel)
        examples = [(TWO_Y, torch.tensor([3.0, 5.0])), (3 * rng.normal(7), 3 * rng.normal(7))]
        for y, yp in examples:
            squares = (yp - y) ** 2
            right = squares.double().mean().item()
            mistakes = [
                Mistake(
                    "no-mean",
                    squares,
                    say="One number is asked for. What becomes of the squares of all points?",
                ),
                Mistake(
                    "no-mean",
                    squares.sum().item(),
                    say="This is the sum of the squares, and it grows with their number.",
                ),
                Mistake("half-loss", right / 2, say=HALF),
                Mistake("root-of-loss", right**0.5, say=ROOT),
            ]
            expect(_loss_by(student, model, y, yp), "the loss").close_to(right, mistakes=mistakes)

    @check(marks="0.5", hint="parameter − rate · gradient, for both parameters", mistakes=[NO_SELF])
    def test_update(self, student):
        """One update with given gradients"""
        expect_update(student, (1.0, 2.0), (-174.0, 52.0))

    @check(
        marks="0.5", hint="Which tensor is to become zero: w, or w.grad?", mistakes=[NO_SELF, RESET_IN_PLACE]
    )
    def test_reset_grad(self, student):
        """reset_grad clears the gradients and nothing else"""
        expect_reset(student, (3.0, -2.0), (-174.0, 52.0))

    @check(marks="1.5", hint=EPOCH_HINT)
    def test_training_of_the_manual(self, student, evidence):
        """100 epochs on the manual's five points"""
        losses, *told = train_model(student, FIVE)
        expect_losses(losses, FIVE, evidence, [own_model(lambda: told, losses)])
        expect_theta(told, losses, (12.850759, 2.1500076))


@exercise("q4")
class TestModuleAndLoader:
    @check(marks="0.5", hint="len() and [index] of your dataset; a pair, x first.")
    def test_dataset(self, student):
        """The manual's five points, one by one"""
        points = probes.create(student.RegressionDataset, FIVE_X, FIVE_Y)
        expect(probes.length(points), "the length").close_to(5)
        for index, x, y in ((0, 5.0, 40.0), (3, 16.0, 210.0)):
            expect_item(points, index, x, y)

    @check(marks="0.5", hint="nn.Parameter, or nn.Linear(1, 1): two numbers that learn.")
    def test_module(self, student):
        """Two parameters, and 1·x + 1 where both are 1"""
        slope, bias = read_line(line_module(student))
        expect(slope, "the slope").close_to(1.0)
        expect(bias, "the bias").close_to(1.0)

    @check(marks=2, hint=SHAPES_HINT)
    def test_one_batch(self, student, evidence):
        """100 epochs on the manual's five points as one batch"""
        module, losses = train_by_loader(student, FIVE, batch_size=5)
        expect_losses(losses, FIVE, evidence, [own_model(lambda: read_line(module), losses)])
        expect_theta(read_line(module), losses, FIVE.right.path[-1], ("the slope", "the bias"))

    @check(marks=1, hint="Add the losses of an epoch's batches up, and note their mean.")
    def test_several_batches(self, student):
        """The same points in batches of two"""
        expect_batches(student, FIVE, batch_size=2)


@exercise("q5")
class TestLinear:
    @check(marks="0.5", hint="self.linear = nn.Linear(1, 1), and forward calls it.")
    def test_layer(self, student):
        """One nn.Linear(1, 1), and nothing else that learns"""
        module = linear_module(student, 2.0, -3.0)
        linear = any(layer.type_name == "Linear" for layer in module.layers())
        expect(module.type_name).that(linear, "There is no nn.Linear in the module.")
        predicted = flat(module.forward(torch.tensor([[0.0], [1.0], [-4.0]])), 3, "the prediction")
        expect(predicted, "the prediction").close_to(torch.tensor([-3.0, -1.0, -11.0]).double())

    @check(marks=2, hint=SHAPES_HINT)
    def test_training_of_the_manual(self, student, evidence):
        """100 epochs on the manual's 23 points, from weight 1 and bias 1"""
        module = linear_module(student, 1.0, 1.0)
        losses = student.train_linear(module, X.view(-1, 1), Y.view(-1, 1), 0.001, 100)
        told = numbers(losses)
        evidence.curve("Loss", {"yours": told}, "epoch", "mean squared error")
        mistakes = [
            own_model(lambda: read_line(module), losses),
            Mistake("targets-broadcast", like(lambda: MANUAL.by([MANUAL.paired]).losses), say=BROADCAST),
        ]
        expect(told, "the loss list").items(100)
        expect(told).that(told[-1] < 0.05, "The last loss should lie below 0.05.", mistakes=mistakes)
        say = "The last loss should lie below the first, which is that of the starting values."
        expect(told).that(told[-1] < told[0], say, mistakes=mistakes)
        reached = MANUAL.bowl.at(np.array(read_line(module)))
        say = "The model that was handed over should reach a loss below 0.05."
        expect(reached).that(reached < 0.05, say, mistakes=mistakes)


@exercise("q6")
class TestSeveralInputs:
    @check(marks=2, hint="Is the loss still falling at the end? Then train longer, or with a larger rate.")
    def test_prediction_of_the_manual(self, student, once, evidence):
        """The prediction at X1 = 3, X2 = 2 for the manual's table"""
        plane = once("table", lambda: fit_plane(student, FEATURES, TARGETS))
        if len(plane.losses) > 1:
            evidence.curve("Loss", {"yours": plane.losses}, "epoch", "mean squared error")
        predicted = plane.predict(torch.tensor([[3.0, 2.0]])).item()
        say = f"the prediction at (3, 2) should lie within 6.30 ± 0.20, but it is {predicted:.4g}."
        mistakes = plane_mistakes(plane, FEATURES, TARGETS)
        expect(predicted).that(abs(predicted - 6.3) <= 0.2, say, mistakes=mistakes)

    @check(marks="0.5", hint="Each row: both features times their weights, plus the bias.")
    def test_prediction_by_hand(self, student):
        """Three predictions with weights 2, −1 and bias 0.5"""
        features = torch.tensor([[1.0, 1.0], [3.0, 0.0], [0.0, 4.0]])
        told = student.predict_multiple(torch.tensor([2.0, -1.0]), torch.tensor(0.5), features)
        expect(flat(told, 3, "the predictions")).close_to(torch.tensor([1.5, 6.5, -3.5]).double())

    @check(marks="0.5", hint="Call predict_multiple with the first two things that your fit returned.")
    def test_prediction_with_own_fit(self, student, once):
        """Your fit returns its losses too, and predict_multiple understands the rest"""
        plane = once("table", lambda: fit_plane(student, FEATURES, TARGETS))
        say = "The list should hold the losses; a closed form has the one that it ends with."
        expect(plane.losses).that(bool(plane.losses) and plane.losses[-1] <= plane.losses[0], say)
        told = flat(student.predict_multiple(*plane.raw, FEATURES), 5, "the predictions")
        expect(told, "the predictions").close_to(plane.predict(FEATURES), rtol=1e-3, atol=1e-4)


NINE_X = torch.tensor([1.0, 5.0, 10.0, 10.0, 25.0, 50.0, 70.0, 75.0, 100.0])
NINE_Y = torch.tensor([0.0] * 5 + [1.0] * 4)
LOSS_OF_TWO_SIGMOIDS = functional.binary_cross_entropy_with_logits(torch.full((9,), 0.5), NINE_Y).item()
TWICE = "A second sigmoid comes after the model's own. Does your loss take probabilities or log-odds?"


@exercise("q7")
class TestProbability:
    @check(marks="0.5", hint="A sigmoid of weight · (x, brought to size) + bias.")
    def test_untrained(self, student):
        """With weight 0 and bias 0 each probability is one half"""
        told = probabilities(logistic_module(student).forward(NINE_X.view(-1, 1)), 9)
        log_odds = Mistake("log-odds", torch.zeros(9).double(), say=LOG_ODDS)
        expect(told, "the probabilities").close_to(torch.full((9,), 0.5).double(), mistakes=[log_odds])

    @check(marks="1.5", hint="Print p for the nine points. Does it pass 0.5 between 25 and 50?")
    def test_nine_points(self, student, once, evidence):
        """All nine points of the manual in their class after training, and p rises with x"""
        trained = self._trained(student, once, evidence)
        told = probabilities(trained.points, 9)
        evidence.points(
            "Probability of class 1", list(zip(NINE_X.tolist(), told.tolist(), strict=True)), "x", "p"
        )
        expect_separated(trained, NINE_X, NINE_Y)

    @check(marks="0.5", hint="Where weight and bias are 0, each p is one half: what is the loss then?")
    def test_losses(self, student, once, evidence):
        """The losses begin near ln 2 for each point, and fall"""
        trained = self._trained(student, once, evidence)
        expect(trained.losses).that(trained.losses is not None, TOO_LONG)
        told = numbers(trained.losses)
        evidence.curve("Loss", {"yours": told}, "epoch", "cross-entropy")
        expect(told).that(len(told) > 1, "The list should hold a loss for each epoch.")
        first = [told[0], told[0] / len(NINE_Y)]
        near = any(0.8 * np.log(2) < loss < 1.2 * np.log(2) for loss in first)
        is_twice = any(abs(loss - LOSS_OF_TWO_SIGMOIDS) < 1e-3 for loss in first)
        twice = Mistake("sigmoid-twice", lambda _: is_twice, say=TWICE)
        say = f"The first loss should be near ln 2 a point, but it is {told[0]:.4g}."
        expect(told).that(near and not is_twice, say, mistakes=[twice])
        expect(told).that(told[-1] < told[0], "The losses should fall.")

    @check(marks="0.5", hint="1 where p is above one half, else 0.")
    def test_classes(self, student):
        """The classes of the nine points, where p passes 0.5 at x = 37.5"""
        module = placed_module(student, steepness=0.2, boundary=37.5)
        expect_classes(student.predict_classes(module, NINE_X.view(-1, 1)), NINE_Y)

    def _trained(self, student, once, evidence):
        return once("nine", lambda: train_classifier(student, NINE_X, NINE_Y, evidence))


@exercise("a1")
class TestReversed:
    @check(marks="0.5", hint=FORMULA_HINT, mistakes=[FORMULA])
    def test_gradients_at_start(self, student):
        """The gradients for two points, at w = b = 1, from (y − yp)²"""
        told = probes.without_autograd(student.mse_gradients_reversed, TWO_X, TWO_Y, 1.0, 1.0)
        _expect_example_gradients(told)

    @check(marks="0.5", hint=NOTES_HINT)
    def test_two_epochs_of_two_points(self, student):
        """Gradients and parameters of two epochs with these gradients"""
        _expect_example_notes(student.two_epochs_reversed(TWO_X, TWO_Y))
