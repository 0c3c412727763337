"""Lab 3, what decides: the same functions on data that change with every grading run.

A training by plain gradient descent is worked out here, epoch by epoch. Lines are drawn again until every
number that is compared lies away from 0, rates lie below half of what is stable, and single points keep apart
from the line. What else was trained is measured by the grader, from the parameters that it left behind.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from lab03_regression.shared import (
    ARGUMENTS_IGNORED,
    BROADCAST,
    EPOCH_HINT,
    FORMULA,
    GRID,
    LEAST_SQUARES,
    NO_FACTOR_TWO,
    NO_SELF,
    NOT_RESET,
    NOTED_BEFORE,
    NOTED_LATER,
    NOTES,
    PER_SAMPLE,
    RESET_IN_PLACE,
    SHAPES_HINT,
    SIGN,
    SUM,
    Line,
    Theta,
    Vector,
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
    least_squares,
    line_module,
    linear_module,
    log_odds,
    model_at,
    numbers,
    own_model,
    placed_module,
    plane_mistakes,
    read_line,
    train_by_loader,
    train_classifier,
    train_model,
)
from torch import Tensor

from labgrade.grader import Mistake, check, exercise, expect, probes

LEAST = 0.05
"""Magnitude of every number that is compared: 0 never passes by the absolute tolerance."""
STEPS_HINT = "Right after 100 epochs only? Compare w and b after one epoch, and after two, with paper."


def _sized(values: Any) -> bool:
    return bool((np.abs(np.asarray(values)) >= LEAST).all())


def _draw_line(rng: Any, epochs: int, n: int = 0) -> Line:
    """Draw points about a line, and a rate with which training is well on its way after `epochs`."""
    while True:
        x = rng.uniform(-4, 6, n or rng.integers(6, 10))
        y = rng.uniform(-3, 3) * x + rng.uniform(-4, 4) + 0.6 * rng.normal(len(x))
        curvature = np.linalg.eigvalsh(Line(x, y).bowl.curvature)[-1]
        line = Line(x, y, rng.uniform(0.2, 0.3) / curvature, epochs)
        if line.bowl.at(line.bowl.bottom) >= LEAST and _sized(line.right.path):
            return line


def _shortened(line: Line, rng: Any) -> list[Line]:
    """Return the same training for several numbers of epochs."""
    return [Line(line.x, line.y, line.rate, epochs) for epochs in (rng.integers(4, line.epochs), 3, 2, 1)]


def _draw_theta(rng: Any, least: float = 0.3) -> Theta:
    w, b = (rng.choice((-1, 1)) * rng.uniform(least, 3) for _ in range(2))
    return w, b


def _draw_predicted(rng: Any, n: int) -> tuple[Theta, Tensor, Tensor]:
    """Draw (w, b) and points (n,), and work out what is predicted there."""
    while True:
        theta, x = _draw_theta(rng), rng.uniform(-5, 5, n)
        right = theta[0] * x.double() + theta[1]
        if _sized(right):
            return theta, x, right


@exercise("q1")
class TestLine:
    @check(marks="2.5", hint=EPOCH_HINT)
    def test_losses_at_random(self, student, rng):
        """The losses of a training, for other points, rates and numbers of epochs"""
        for _ in range(2):
            line = _draw_line(rng, rng.integers(20, 40))
            _, _, losses = self._fitted(student, line)
            expect_losses(losses, line)

    @check(marks="2.5", hint=STEPS_HINT)
    def test_parameters_at_every_step(self, student, rng):
        """w and b after one, two, three and more epochs"""
        for line in _shortened(_draw_line(rng, 30), rng):
            w, b, losses = self._fitted(student, line)
            expect_theta((w, b), losses, line.right.path[-1])

    @check(marks=1, hint="Any number of losses, over 1, 2, 3, …; both axes with a name.")
    def test_figure_at_random(self, student, rng, evidence):
        """A figure of other losses"""
        expect_loss_figure(student, rng.uniform(0.1, 9, rng.integers(5, 40)).tolist(), evidence)

    def _fitted(self, student, line):
        result = student.fit_line(line.x, line.y, line.rate, line.epochs)
        return expect(result, "what fit_line returns").items(3)


GRADIENTS_HINT = "Right for two points only? Try three, with other w and b, negative ones too."


def _draw_paper(rng: Any) -> tuple[Line, Theta]:
    """Draw points and (w, b) at which all gradients, and all that two epochs note, have a size."""
    while True:
        line, theta = _draw_line(rng, 1, rng.integers(3, 8)), _draw_theta(rng)
        if _sized(_notes(line, theta)):
            return line, theta


def _expect_gradients(ask: Any, rng: Any) -> None:
    for _ in range(3):
        line, theta = _draw_paper(rng)
        right, n = line.bowl.slope_at(np.array(theta)), len(line.x)
        alone = lambda pair, n=n: {len(expect(part).items()) for part in pair} == {n}  # noqa: E731
        mistakes = [
            *(Mistake("sum-for-mean", [*factor * right], say=SUM) for factor in (n, n / 2)),
            Mistake("no-factor-two", [*right / 2], say=NO_FACTOR_TWO),
            Mistake("sign-lost", [*-right], say=SIGN),
            Mistake("least-squares", [*line.bowl.bottom], say=LEAST_SQUARES),
            Mistake("per-sample", alone, say=PER_SAMPLE),
            Mistake("arguments-ignored", (-174.0, -52.0), say=ARGUMENTS_IGNORED),
        ]
        told = probes.without_autograd(ask, line.x, line.y, *theta)
        expect(told, "the pair of gradients").close_to([*right], mistakes=mistakes)


def _expect_notes(ask: Any, rng: Any) -> None:
    for _ in range(2):
        line, theta = _draw_paper(rng)
        told = expect(ask(line.x, line.y, *theta, line.rate), "the list of epochs").items(2)
        epochs = [expect(epoch, "the dict of an epoch") for epoch in told]
        noted = [epoch.key(name).number() for epoch in epochs for name in NOTES]
        mistakes = [
            Mistake(slug, lambda _, noted=noted, wrong=wrong: np.allclose(noted, wrong, rtol=1e-4), say=say)
            for slug, wrong, say in _wrong_notes(line, theta, noted)
        ]
        for number, right, name in zip(noted, _notes(line, theta), NOTES * 2, strict=True):
            expect(number, name).close_to(right, mistakes=mistakes)


def _notes(
    line: Line, theta: Theta, factor: float = 1.0, *, kept: bool = False, uphill: bool = False
) -> list[float]:
    """Return the eight numbers of two epochs, with gradients times a factor."""
    now, gradient, noted = np.array(theta), np.zeros(2), []
    for _ in range(2):
        gradient = factor * line.bowl.slope_at(now) + (gradient if kept else 0.0)
        now = now - (-line.rate if uphill else line.rate) * gradient
        noted += [*gradient.tolist(), *now.tolist()]
    return noted


MANUAL_NOTES = [-174.0, -52.0, 1.174, 1.052, -170.208, -50.852, 1.344208, 1.102852]
"""The two epochs that the manual works out."""


def _wrong_notes(line: Line, theta: Theta, noted: list[float]) -> list[tuple[str, list[float], str]]:
    right, n = _notes(line, theta), len(line.x)
    by_default, at_one = Line(line.x, line.y), (1.0, 1.0)
    return [
        ("gradients-not-reset", _notes(line, theta, kept=True), NOT_RESET),
        ("noted-before-update", [*right[:2], *theta, *right[4:6], *right[2:4]], NOTED_BEFORE),
        ("noted-by-reference", [*noted[:2], *noted[6:], *noted[4:6], *right[6:]], NOTED_LATER),
        *(("sum-for-mean", _notes(line, theta, factor), SUM) for factor in (n, n / 2)),
        ("no-factor-two", _notes(line, theta, 0.5), NO_FACTOR_TWO),
        ("sign-lost", _notes(line, theta, -1.0), SIGN),
        ("sign-lost", _notes(line, theta, uphill=True), SIGN),
        ("sign-lost", [*(-g for g in right[:2]), *right[2:4], *(-g for g in right[4:6]), *right[6:]], SIGN),
        ("arguments-ignored", _notes(by_default, theta), ARGUMENTS_IGNORED),
        ("arguments-ignored", _notes(line, at_one), ARGUMENTS_IGNORED),
        ("arguments-ignored", _notes(by_default, at_one), ARGUMENTS_IGNORED),
        ("arguments-ignored", MANUAL_NOTES, ARGUMENTS_IGNORED),
    ]


@exercise("q2")
class TestGradientsOnPaper:
    @check(marks="2.5", hint=GRADIENTS_HINT, mistakes=[FORMULA])
    def test_gradients_at_random(self, student, rng):
        """The gradients by your own formulas, for other points, w and b"""
        _expect_gradients(student.mse_gradients, rng)

    @check(marks="2.5", hint=GRADIENTS_HINT)
    def test_two_epochs_at_random(self, student, rng):
        """Gradients and parameters of two epochs, for other points, starts and rates"""
        _expect_notes(student.two_epochs, rng)


@exercise("q3")
class TestRegressionModel:
    @check(marks="0.5", hint="From the object's own w and b, whatever they are.", mistakes=[NO_SELF])
    def test_forward_at_random(self, student, rng):
        """The predictions for other points, w and b"""
        for n in (1, rng.integers(2, 9)):
            theta, x, right = _draw_predicted(rng, n)
            told = model_at(student, theta, (0.0, 0.0)).call("forward", x)
            expect(flat(told, n, "the prediction")).close_to(right)

    @check(marks=1, hint="One step, with the object's own rate.", mistakes=[NO_SELF])
    def test_update_at_random(self, student, rng):
        """One update with other gradients and another rate"""
        for rate in (rng.uniform(0.02, 0.05), rng.uniform(0.1, 0.2)):
            expect_update(student, _draw_theta(rng, least=1.5), _draw_theta(rng), rate)

    @check(marks="0.5", hint="The gradients alone, and both of them.", mistakes=[NO_SELF, RESET_IN_PLACE])
    def test_reset_grad_at_random(self, student, rng):
        """reset_grad clears other gradients too"""
        expect_reset(student, _draw_theta(rng, least=1.5), _draw_theta(rng))

    @check(marks=2, hint=EPOCH_HINT)
    def test_training_at_random(self, student, rng):
        """The losses of a training, for other points and rates"""
        line = _draw_line(rng, rng.integers(20, 40))
        losses, *told = train_model(student, line, line.rate)
        expect_losses(losses, line, first=[own_model(lambda: told, losses)])

    @check(marks="1.5", hint=STEPS_HINT)
    def test_parameters_at_every_step(self, student, rng):
        """w and b of the model after one, two, three and more epochs"""
        for line in _shortened(_draw_line(rng, 30), rng):
            losses, *told = train_model(student, line, line.rate)
            expect_theta(told, losses, line.right.path[-1])


@exercise("q4")
class TestModuleAndLoader:
    @check(marks="0.5", hint="As many items as points, each the pair of its own x and y.")
    def test_dataset_at_random(self, student, rng):
        """Other points, one by one"""
        n = rng.integers(6, 12)
        x, y = rng.uniform(1, 5, n), rng.uniform(-5, -1, n)
        points = probes.create(student.RegressionDataset, x, y)
        expect(probes.length(points), "the length").close_to(n)
        for index in (0, rng.integers(1, n - 2), n - 1):
            expect_item(points, index, x[index].item(), y[index].item())

    @check(marks=1, hint="slope·x + bias, with the module's own two parameters.")
    def test_module_at_random(self, student, rng):
        """A straight line through two other parameters"""
        for _ in range(2):
            theta = _draw_theta(rng)
            slope, bias = read_line(line_module(student, *theta))
            known = [bool(np.isclose(bias, value, rtol=1e-4)) for value in theta]
            expect(bias).that(any(known), "At 0 the module should predict one of its parameters.")
            expect(slope, "the slope").close_to(theta[0] if known[1] else theta[1])

    @check(marks=2, hint=SHAPES_HINT)
    def test_one_batch_at_random(self, student, rng):
        """The losses of a training with one batch, for other points and rates"""
        line = _draw_line(rng, rng.integers(20, 40))
        module, losses = train_by_loader(student, line, batch_size=len(line.x), shuffle=True)
        expect_losses(losses, line, first=[own_model(lambda: read_line(module), losses)])

    @check(marks="1.5", hint=STEPS_HINT)
    def test_parameters_at_every_step(self, student, rng):
        """Slope and bias of the module after one, two, three and more epochs"""
        for line in _shortened(_draw_line(rng, 30), rng):
            module, losses = train_by_loader(student, line, batch_size=len(line.x))
            expect_theta(read_line(module), losses, line.right.path[-1], ("the slope", "the bias"))

    @check(marks=1, hint="Add the losses of an epoch's batches up, and note their mean.")
    def test_several_batches_at_random(self, student, rng):
        """Other points in batches of four, or of one"""
        for batch_size in (4, 1):
            expect_batches(student, _draw_line(rng, rng.integers(10, 20), n=12), batch_size)


CLOSED_FORM = "After a few steps the parameters are the best there are, whatever the start. What was trained?"


def _draw_centred(rng: Any, rate: float, epochs: int) -> Line:
    """Draw twelve points whose x lie about 0, |x| ≤ 5, and a noise of 0.2 to 0.5."""
    while True:
        x = rng.uniform(-3, 3, 12)
        x = x - x.mean()
        y = rng.uniform(1, 3) * rng.choice((-1, 1)) * x + rng.uniform(1, 3) * rng.choice((-1, 1))
        line = Line(x, y + rng.uniform(0.2, 0.5) * rng.normal(12), rate, epochs)
        if float(x.abs().max()) <= 5 and line.bowl.at(line.bowl.bottom) >= 0.02:
            return line


@exercise("q5")
class TestLinear:
    @check(marks="0.5", hint="forward gives what the layer gives, for any x.")
    def test_layer_at_random(self, student, rng):
        """The predictions for other weights, biases and points"""
        for n in (1, rng.integers(2, 9)):
            theta, x, right = _draw_predicted(rng, n)
            told = linear_module(student, *theta).forward(x.view(-1, 1))
            expect(flat(told, n, "the prediction")).close_to(right)

    @check(marks="1.5", hint=SHAPES_HINT)
    def test_training_at_random(self, student, rng):
        """500 epochs on other points end near least squares"""
        line = _draw_centred(rng, rate=0.01, epochs=500)
        module = probes.module(student.LinearRegression, seed=rng.seed())
        expect(self._losses(student, module, line)).items(500)
        reached = read_line(module)
        mean = (0.0, float(line.y.double().mean()))
        paired = Mistake("targets-broadcast", lambda _: np.allclose(reached, mean, atol=0.2), say=BROADCAST)
        loss, best = (line.bowl.at(np.array(theta)) for theta in (reached, line.bowl.bottom))
        expect(loss).that(loss <= 1.2 * best, "The loss should be near the least.", mistakes=[paired])

    @check(
        marks="1.5", hint="Train the model that is handed over, with the rate and epochs that you are given."
    )
    def test_few_epochs_at_random(self, student, rng):
        """Where a training ends follows from where it begins, and from its rate"""
        line, still = _draw_centred(rng, 0.002, 5), _draw_centred(rng, 1e-6, 5)
        aside = [rng.choice((-1, 1)) * rng.uniform(1.5, 3) for _ in range(2)]
        starts = [tuple(line.bowl.bottom + aside), tuple(line.bowl.bottom - aside)]
        ends = [self._trained(student, line, start) for start in starts]
        apart, kept = (float(np.linalg.norm(np.subtract(*thetas))) for thetas in (ends, starts))
        closed = Mistake("closed-form", lambda _: apart < 0.01 * kept, say=CLOSED_FORM)
        expect(ends).that(apart > 0.1 * kept, "Two starts should have two ends.", mistakes=[closed])
        module = linear_module(student, *starts[0])
        self._losses(student, module, still)
        moved = float(np.linalg.norm(np.subtract(read_line(module), starts[0])))
        ignored = Mistake("arguments-ignored", lambda _: True, say=ARGUMENTS_IGNORED)
        expect(moved).that(moved < 1e-2, "With a tiny rate the parameters stay.", mistakes=[ignored])

    def _trained(self, student, line, start):
        """Train from a start, hold the losses to what the model shows, and return where it ends."""
        module = linear_module(student, *start)
        losses = self._losses(student, module, line)
        end = read_line(module)
        before, after = (line.bowl.at(np.array(theta)) for theta in (start, end))
        say = "The model that was handed over should have learnt."
        own = own_model(lambda: read_line(module), losses, start)
        expect(after).that(after < 0.98 * before, say, mistakes=[own])
        bounds = losses[0] <= before * 1.001 and losses[-1] >= after * 0.999
        expect(losses).that(bounds, "Each loss should be that of the model at that time.")
        return end

    def _losses(self, student, module, line):
        x, y = line.x.view(-1, 1), line.y.view(-1, 1)
        losses = numbers(student.train_linear(module, x, y, line.rate, line.epochs))
        each = Mistake("arguments-ignored", lambda _: True, say=ARGUMENTS_IGNORED)
        one_each = len(losses) == line.epochs
        expect(losses).that(one_each, "One loss an epoch is asked for.", mistakes=[each], kind="length")
        return losses


CURVATURES = (0.1759, 90.6)
"""Least and greatest of the manual's table: whoever gets there in time does so here too."""
ROW_NORM = 4.0
ROW_RATE = 0.01
"""A rate for steps over single rows: they come to rest near least squares too, noise and all."""


def _draw_table(rng: Any) -> tuple[Tensor, Tensor]:
    """Draw 20 rows with a noise of 0.5, no harder to train on than the manual's table.

    What is slowest to learn lies far enough from 0 for a training to show whether it has gone all the way.
    """
    while True:
        features = rng.uniform(0, ROW_NORM, 40, 2)
        features = features[features.norm(dim=1) <= ROW_NORM][:20]
        bias = rng.choice((-1, 1)) * rng.uniform(2, 4)
        targets = (
            features @ torch.tensor(_draw_theta(rng, least=1.0)) + bias + 0.5 * rng.normal(len(features))
        )
        if len(features) == 20 and _is_fair(features, targets):
            return features, targets


def _is_fair(features: Tensor, targets: Tensor) -> bool:
    columns = torch.cat([features, torch.ones(len(features), 1)], 1).double().numpy()
    best = least_squares(features, targets)
    curvatures, directions = np.linalg.eigh(2 * columns.T @ columns / len(columns))
    slowest = abs(float(directions[:, 0] @ np.array([*best.weights, best.bias])))
    rest = columns @ _row_by_row(columns, targets.tolist())
    error = float(((rest - targets.numpy()) ** 2).mean())
    easy = CURVATURES[0] <= curvatures[0] and curvatures[-1] <= CURVATURES[1]
    return easy and 3 <= slowest <= 4 and error <= 1.1 * best.mse(features, targets)


def _row_by_row(columns: Vector, targets: list[float]) -> Vector:
    """Return where steps over single rows end, epoch after epoch: each step is an affine map."""
    turn, shift = np.eye(3), np.zeros(3)
    for row, target in zip(columns, targets, strict=True):
        one = np.eye(3) - 2 * ROW_RATE * np.outer(row, row)
        turn, shift = one @ turn, one @ shift + 2 * ROW_RATE * target * row
    return np.linalg.solve(np.eye(3) - turn, shift)


@exercise("q6")
class TestSeveralInputs:
    @check(
        marks="2.5", hint="Is the loss still falling at the end? Then train longer, or with a larger rate."
    )
    def test_fit_at_random(self, student, rng):
        """A table of 20 rows: the mean squared error is near the least"""
        features, targets = _draw_table(rng)
        plane = fit_plane(student, features, targets)
        best = least_squares(features, targets).mse(features, targets)
        near = plane.mse(features, targets) <= 1.25 * best
        mistakes = plane_mistakes(plane, features, targets)
        expect(plane.weights).that(near, "The error is larger than it has to be.", mistakes=mistakes)

    @check(marks="1.5", hint="From the weights and the bias that it is given, for any number of rows.")
    def test_prediction_at_random(self, student, rng):
        """The predictions for other weights, biases and rows"""
        for n in (1, rng.integers(2, 9)):
            weights, bias, features = rng.uniform(1, 3, 2), rng.uniform(0.5, 3), rng.uniform(1, 5, n, 2)
            told = student.predict_multiple(weights, torch.tensor(bias), features)
            right = features.double() @ weights.double() + bias
            expect(flat(told, n, "the predictions")).close_to(right, atol=1e-4)


def _draw_nine(rng: Any) -> tuple[Tensor, Tensor]:
    """Draw nine points, small x in class 1: in every usual scale no slower to learn than the manual's.

    The gap from below 27 to above 48 and the other points keep near the manual's, whose speed was measured.
    """
    ranges = [(2, 5), (6, 9), (10, 12), (12, 15), (23, 26), (49, 53), (66, 74), (76, 81), (92, 99)]
    x = torch.tensor([float(rng.integers(low, high)) for low, high in ranges])
    return x, torch.tensor([1.0] * 5 + [0.0] * 4)


@exercise("q7")
class TestProbability:
    @check(marks=1, hint="A sigmoid of a straight line in x, with fixed numbers for its scale.")
    def test_log_odds_at_random(self, student, rng):
        """The log-odds are a straight line in x, for other weights and biases"""
        for steepness in (rng.uniform(0.1, 0.3), rng.uniform(-0.3, -0.1)):
            boundary = rng.uniform(40, 60)
            told = log_odds(placed_module(student, steepness, boundary).forward(GRID.view(-1, 1)), len(GRID))
            right = steepness * (GRID.double() - boundary)
            inside = right.abs() < 4.5  # 0.01 < p < 0.99
            expect(told[inside], "the log-odds").close_to(right[inside], rtol=1e-3, atol=1e-3)

    @check(marks=2, hint="Do the probabilities fall where small x belong to class 1? Print them.")
    def test_other_points(self, student, rng, evidence):
        """Nine other points in their class after training, large x in class 0"""
        x, y = _draw_nine(rng)
        expect_separated(train_classifier(student, x, y, evidence), x, y)

    @check(marks=1, hint="1 where p is above one half, else 0, for any model and any number of points.")
    def test_classes_at_random(self, student, rng):
        """The classes of other points, by other weights and biases"""
        for n, steepness in ((1, 0.2), (rng.integers(5, 12), rng.uniform(0.1, 0.3) * rng.choice((-1, 1)))):
            boundary = rng.uniform(40, 60)
            x = boundary + rng.uniform(4, 35, n) * (2.0 * rng.integers(0, 1, n) - 1)
            right = steepness * (x - boundary) > 0
            module = placed_module(student, steepness, boundary)
            expect_classes(student.predict_classes(module, x.view(-1, 1)), right)


@exercise("a1")
class TestReversed:
    @check(marks=1, hint=GRADIENTS_HINT, mistakes=[FORMULA])
    def test_gradients_at_random(self, student, rng):
        """The gradients from (y − yp)², for other points, w and b"""
        _expect_gradients(student.mse_gradients_reversed, rng)

    @check(marks=1, hint=GRADIENTS_HINT)
    def test_two_epochs_at_random(self, student, rng):
        """Gradients and parameters of two epochs with these gradients, for other points"""
        _expect_notes(student.two_epochs_reversed, rng)
