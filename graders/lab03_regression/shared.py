"""Lab 3, what both modules use: the manual's data, trainings worked out, and known mistakes with their words.

Students have this file: nothing in it is hidden. Expected values are worked out in float64.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from labgrade.errors import StudentRaised
from labgrade.grader import Mistake, expect, probes

X = torch.tensor([
    12.4, 14.3, 14.5, 14.9, 16.1, 16.9, 16.5, 15.4, 17.0, 17.9, 18.8, 20.3,
    22.4, 19.4, 15.5, 16.7, 17.3, 18.4, 19.2, 17.4, 19.5, 19.7, 21.2,
])  # fmt: skip
Y = torch.tensor([
    11.2, 12.5, 12.7, 13.1, 14.1, 14.8, 14.4, 13.4, 14.9, 15.6, 16.4, 17.7,
    19.6, 16.9, 14.0, 14.6, 15.1, 16.1, 16.8, 15.2, 17.0, 17.2, 18.6,
])  # fmt: skip
FIVE_X = torch.tensor([5.0, 7.0, 12.0, 16.0, 20.0])
FIVE_Y = torch.tensor([40.0, 120.0, 180.0, 210.0, 240.0])
DEFAULT_RATE, DEFAULT_EPOCHS = 0.001, 100

EPOCH_HINT = "An epoch: the loss over all points, note it, backward(), one update, gradients back to zero."
SHAPES_HINT = "Print the shapes of prediction and target, and the loss of the first epoch."

ANOTHER_START = "The losses fall as they should, but from another height: where do w and b start?"
UPDATE_IN_LOOP = "The parameters move several times an epoch. Where does an epoch end, and when is its step?"
HALF = "Half of what it should be: the loss is a mean of squares, with no factor in front."
ROOT = "This is the root of the loss. Which of the two is asked for, MSE or its root?"
SUM = "This belongs to a sum over the points. Their number enters the loss once: where?"
LOSS_A_SAMPLE = "There is a number for each point and epoch here. One number an epoch is asked for."
AFTER_UPDATE = "An epoch too late: each loss belongs to the parameters before that epoch's update."
NOT_RESET = "From the second epoch on the gradients are too large. What does backward() do to .grad?"
ARGUMENTS_IGNORED = "This is the result for other arguments. Does the function use those that it is given?"
BROADCAST = "Every prediction was compared with every target. Print both shapes before you subtract."


# -- trainings worked out --------------------------------------------------------------------------------

Vector = NDArray[np.float64]
Theta = tuple[float, float]


def mean_square(yp: Vector, y: Vector) -> float:
    """Return the loss of the lab."""
    return float(((yp - y) ** 2).mean())


def all_pairs(yp: Vector, y: Vector) -> float:
    """Return what (N, 1) minus (N,) makes of it."""
    return float(((yp[:, None] - y) ** 2).mean())


@dataclass(frozen=True)
class Bowl:
    """A loss as a function of θ = (w, b): quadratic, so three facts say it all.

    Attributes:
        curvature: (2, 2).
        slope: (2,) at θ = 0.
        height: at θ = 0.
    """

    curvature: Vector
    slope: Vector
    height: float

    def at(self, theta: Vector) -> float:
        """Return the loss."""
        return float(theta @ self.curvature @ theta / 2 + self.slope @ theta + self.height)

    def slope_at(self, theta: Vector) -> Vector:
        """Return its gradient, (2,)."""
        return self.curvature @ theta + self.slope

    def times(self, factor: float) -> Bowl:
        """Return the loss times a number."""
        return Bowl(factor * self.curvature, factor * self.slope, factor * self.height)

    @cached_property
    def bottom(self) -> Vector:
        """The best (w, b)."""
        return np.linalg.solve(self.curvature, -self.slope)


@dataclass(frozen=True)
class Root:
    """The square root of a loss."""

    of: Bowl

    def at(self, theta: Vector) -> float:
        """Return its value."""
        return self.of.at(theta) ** 0.5

    def slope_at(self, theta: Vector) -> Vector:
        """Return its gradient, (2,)."""
        return self.of.slope_at(theta) / (2 * self.at(theta))


def bowl(x: Tensor, y: Tensor, loss: Callable[[Vector, Vector], float] = mean_square) -> Bowl:
    """Return the loss of the line w·x + b over points (N,); six of its values tell a quadratic."""
    inputs, targets = (points.double().flatten().numpy() for points in (x, y))

    def at(w: float, b: float) -> float:
        return loss(w * inputs + b, targets)

    here, right, left, up, down = at(0, 0), at(1, 0), at(-1, 0), at(0, 1), at(0, -1)
    twist = at(1, 1) - right - up + here
    curvature = np.array([[right + left - 2 * here, twist], [twist, up + down - 2 * here]])
    return Bowl(curvature, np.array([right - left, up - down]) / 2, here)


@dataclass(frozen=True)
class Descent:
    """A training.

    Attributes:
        losses: an epoch's mean over its batches, each before its step.
        last: the loss of each epoch's last batch.
        path: (w, b) after each epoch.
    """

    losses: list[float]
    last: list[float]
    path: list[Theta]


def descend(
    batches: Sequence[Bowl | Root],
    rate: float,
    epochs: int,
    start: Theta = (1.0, 1.0),
    *,
    kept: bool = False,
) -> Descent:
    """Take a step against the gradient for each batch of each epoch; `kept` gradients add up."""
    theta, gradient = np.array(start), np.zeros(2)
    seen, path = [], []
    with np.errstate(all="ignore"):  # a mistake may diverge
        for _ in range(epochs):
            heights = []
            for batch in batches:
                heights.append(batch.at(theta))
                gradient = batch.slope_at(theta) + (gradient if kept else 0.0)
                theta = theta - rate * gradient
            seen.append(heights)
            path.append((float(theta[0]), float(theta[1])))
    return Descent([float(np.mean(row)) for row in seen], [row[-1] for row in seen], path)


@dataclass(frozen=True)
class Line:
    """A line to be fitted from w = 1, b = 1.

    Attributes:
        x, y: (N,).
        rate, epochs: of the training.
    """

    x: Tensor
    y: Tensor
    rate: float = DEFAULT_RATE
    epochs: int = DEFAULT_EPOCHS

    @cached_property
    def bowl(self) -> Bowl:
        """The loss over all points."""
        return bowl(self.x, self.y)

    @property
    def paired(self) -> Bowl:
        """What becomes of it where every prediction meets every target."""
        return bowl(self.x, self.y, all_pairs)

    @cached_property
    def right(self) -> Descent:
        """The training asked for."""
        return self.by([self.bowl])

    def by(self, batches: Sequence[Bowl | Root], *, kept: bool = False) -> Descent:
        """Return the training by other losses."""
        return descend(batches, self.rate, self.epochs, kept=kept)

    def batches(self, size: int) -> list[Bowl]:
        """Return the losses of batches in order."""
        return [bowl(x, y) for x, y in zip(self.x.split(size), self.y.split(size), strict=True)]


MANUAL, FIVE = Line(X, Y), Line(FIVE_X, FIVE_Y)


# -- lists of losses -------------------------------------------------------------------------------------

_COMPARED = 8
"""Losses that decide which mistake it was: later ones of a training that diverges leave float32's range."""


def numbers(losses: Any) -> list[float]:
    """Return a loss list as floats."""
    return [expect(loss, "a loss").number() for loss in expect(losses, "the loss list").items()]


def like(*runs: Callable[[], Sequence[float]]) -> Callable[[Any], bool]:
    """Return whether a loss list begins as one of these, and is as long."""

    def holds(losses: Any) -> bool:
        told = numbers(losses)
        return any(_begins_as(told, list(run())) for run in runs)

    return holds


def _begins_as(told: list[float], expected: list[float]) -> bool:
    return len(told) == len(expected) and np.allclose(
        told[:_COMPARED], expected[:_COMPARED], rtol=1e-3, atol=1e-5
    )


def scaled(losses: Sequence[float], factor: float) -> list[float]:
    """Return each loss times a number."""
    return [factor * loss for loss in losses]


def own_model(read: Callable[[], Sequence[Any]], losses: Any, start: Theta = (1.0, 1.0)) -> Mistake:
    """Return the mistake of a training that learns, and leaves the model handed over as it was."""

    def holds(_: Any) -> bool:
        return fell(losses) and np.allclose(numbers(tuple(read())), start, rtol=0, atol=1e-6)

    return Mistake("own-model", holds, say=OWN_MODEL)


def fell(losses: Any) -> bool:
    """Return whether the last loss lies below the first."""
    told = numbers(losses)
    return told[-1] < told[0]


def loss_mistakes(line: Line) -> list[Mistake]:
    """Return what goes wrong in training a line, by its loss list."""
    right, n = line.right.losses, len(line.x)
    by_sample = lambda: line.by(line.batches(1))  # noqa: E731 - worked out only where something is wrong
    times = lambda factor: like(  # noqa: E731 - noted so, or trained so
        lambda: scaled(right, factor), lambda: line.by([line.bowl.times(factor)]).losses
    )
    return [
        Mistake("half-loss", times(0.5), say=HALF),
        Mistake(
            "root-of-loss",
            like(lambda: [loss**0.5 for loss in right], lambda: line.by([Root(line.bowl)]).losses),
            say=ROOT,
        ),
        Mistake("sum-for-mean", times(n), say=SUM),
        Mistake(
            "update-in-loop",
            like(lambda: by_sample().losses, lambda: by_sample().last, lambda: scaled(by_sample().losses, n)),
            say=UPDATE_IN_LOOP,
        ),
        Mistake("loss-a-sample", lambda losses: len(numbers(losses)) == n * line.epochs, say=LOSS_A_SAMPLE),
        Mistake(
            "loss-after-update",
            like(lambda: [line.bowl.at(np.array(theta)) for theta in line.right.path]),
            say=AFTER_UPDATE,
        ),
        Mistake("gradients-not-reset", like(lambda: line.by([line.bowl], kept=True).losses), say=NOT_RESET),
        Mistake("targets-broadcast", like(lambda: line.by([line.paired]).losses), say=BROADCAST),
        Mistake("arguments-ignored", lambda losses: _ignores_arguments(losses, line), say=ARGUMENTS_IGNORED),
        Mistake("another-start", lambda losses: _from_another_start(losses, line), say=ANOTHER_START),
    ]


def _ignores_arguments(losses: Any, line: Line) -> bool:
    """Whether these are the losses for another rate, number of epochs, or the manual's points."""
    told = numbers(losses)
    others = ((DEFAULT_RATE, line.epochs), (line.rate, DEFAULT_EPOCHS), (DEFAULT_RATE, DEFAULT_EPOCHS))
    lines = [MANUAL, FIVE, *(Line(line.x, line.y, *other) for other in others)]
    return any(_begins_as(told, one.right.losses) for one in lines)


def _from_another_start(losses: Any, line: Line) -> bool:
    """Whether these are the losses of the right descent from another place.

    Along either axis of the bowl the distance to its lowest point shrinks by a fixed factor an epoch.
    """
    told = np.array(numbers(losses))
    lowest = line.bowl.at(line.bowl.bottom)
    shrinking = (1 - line.rate * np.linalg.eigvalsh(line.bowl.curvature)) ** 2
    modes = shrinking ** np.arange(line.epochs)[:, None]
    weights = np.linalg.lstsq(modes, told - lowest, rcond=None)[0]
    return len(told) == line.epochs and np.allclose(modes @ weights + lowest, told, rtol=1e-3)


def expect_losses(losses: Any, line: Line, evidence: Any = None, first: Sequence[Mistake] = ()) -> None:
    """Expect the losses of the training asked for; draw them where there is a sheet for it.

    What is nearly right, such as rounded losses, is none of the known mistakes; `first` are looked at first.
    """
    told, right = numbers(losses), line.right.losses
    if evidence is not None:
        evidence.curve("Loss", {"yours": told, "expected": right}, "epoch", "mean squared error")
    mistakes = [] if _begins_as(told, right) else [*first, *loss_mistakes(line)]
    expect(losses, "the loss list").close_to(right, mistakes=mistakes)


# -- figures of losses -----------------------------------------------------------------------------------

AXES_UNNAMED = "What does a reader of this figure see along its two axes?"
AXES_EXCHANGED = "The losses lie along the horizontal axis. Which axis is for the epochs?"
LEFT_OPEN = ("figure-left-open", "plot_losses returned nothing; the one figure that it left open was taken.")


def expect_loss_figure(student: Any, losses: list[float], evidence: Any) -> None:
    """Expect a figure that shows these losses over their epochs, its axes named."""
    figure = probes.figure(student.plot_losses, losses)
    if figure.kind == "open":
        evidence.finding(*LEFT_OPEN)
    shown = any(_shows(epochs, heights, losses) for epochs, heights in figure.series())
    turned = any(_shows(heights, epochs, losses) for epochs, heights in figure.series())
    exchanged = Mistake("axes-exchanged", lambda _: turned, say=AXES_EXCHANGED)
    unnamed = Mistake("axes-unnamed", lambda _: True, say=AXES_UNNAMED)
    drawn = expect(figure.kind, "the figure")
    drawn.that(shown, "The figure does not show the losses over the epochs 1, 2, ….", mistakes=[exchanged])
    drawn.that(figure.named(), "Both axes need a name.", mistakes=[unnamed])


def _shows(epochs: Vector, heights: Vector, losses: list[float]) -> bool:
    counted = np.arange(len(losses))
    return heights.shape == counted.shape and bool(
        np.allclose(heights, losses, rtol=1e-4)
        and (np.allclose(epochs, counted) or np.allclose(epochs, counted + 1))
    )


# -- q2, a1: gradients on paper --------------------------------------------------------------------------

FORMULA = Mistake(
    "autograd-for-formula",
    say="This function asks PyTorch for the gradient. Your own formula is wanted here, to compare with.",
    raises="RuntimeError",
    match="autograd is switched off here",
)
NO_FACTOR_TWO = "Half of it: what is the derivative of a square?"
PER_SAMPLE = "These are the gradients of single points. What does the mean do to a derivative?"
SIGN = "The size is right, the sign is not. Which way does the loss change when w grows?"
LEAST_SQUARES = "These are the best w and b. The slope of the loss at the given w and b is asked for."
NOTED_BEFORE = "These are w and b as they were before the update."
NOTED_LATER = "Both epochs hold what was true at the end. Was a tensor noted that changes later?"
NOTES = ("w_grad", "b_grad", "w", "b")


# -- q3: the line as a class -----------------------------------------------------------------------------

NO_SELF = Mistake(
    "no-self",
    raises="TypeError",
    match="given",
    say="A method is handed its object as the first argument. Does the definition make room for it?",
)
RESET_IN_PLACE = Mistake(
    "parameters-reset",
    raises="RuntimeError",
    match="leaf Variable that requires grad",
    say="This touches w and b themselves. Which tensors hold the gradients?",
)
UPHILL = "The step has the right size and goes the wrong way. Where does a gradient point?"
NOT_UPDATED = "The parameters are as they were: does the method change the object's own w and b?"
TRACKING_LOST = "After the update w or b requires no gradient any more. What is made inside no_grad?"
OWN_MODEL = "The model that was handed over is as it was. Which model does the function train?"


def model_at(student: Any, theta: Theta, gradients: Theta, *rate: float) -> Any:
    """Return a `RegressionModel` of the student's with these w and b, and these gradients in them."""
    model = probes.create(student.RegressionModel, *rate)
    for name, value, gradient in zip("wb", theta, gradients, strict=True):
        now = expect(model.get(name), name)
        now.number()
        model.set(f"{name}.data", torch.full_like(now.tensor(), value))
        model.set(f"{name}.grad", torch.full_like(now.tensor(), gradient))
    return model


def expect_update(student: Any, theta: Theta, gradients: Theta, *rate: float) -> None:
    """Expect one step against given gradients, after which both still require a gradient."""
    model, step = model_at(student, theta, gradients, *rate), rate[0] if rate else DEFAULT_RATE
    _update(model, step)
    for name, before, gradient in zip("wb", theta, gradients, strict=True):
        mistakes = [
            Mistake("uphill", before + step * gradient, say=UPHILL),
            Mistake("not-updated", before, say=NOT_UPDATED),
            Mistake("arguments-ignored", before - DEFAULT_RATE * gradient, say=ARGUMENTS_IGNORED),
        ]
        expect(model.get(name), f"{name} after the update").close_to(
            before - step * gradient, mistakes=mistakes
        )
        lost = Mistake("tracking-lost", lambda _: True, say=TRACKING_LOST)
        tracked = model.get(f"{name}.requires_grad") is True
        expect(name).that(tracked, f"{name} should still require a gradient.", mistakes=[lost])


def _update(model: Any, rate: float) -> None:
    """Call `update`, with the rate where its signature has a place for it."""
    update = model.method("update")
    try:
        probes.without_gradients(update, rate)
    except StudentRaised as refused:
        if refused.type_name != "TypeError":
            raise
        probes.without_gradients(update)


def expect_reset(student: Any, theta: Theta, gradients: Theta) -> None:
    """Expect that `reset_grad` leaves gradients of zero or none, and w and b alone."""
    model = model_at(student, theta, gradients)
    model.call("reset_grad")
    for name, before in zip("wb", theta, strict=True):
        reset = Mistake("parameters-reset", lambda _: True, say=RESET_IN_PLACE.say)
        expect(model.get(name), f"{name} after reset_grad").close_to(before, mistakes=[reset])
        gradient = model.get(f"{name}.grad")
        kept = Mistake("gradients-not-reset", lambda _: True, say=NOT_RESET)
        if gradient is not None:
            expect(gradient, f"{name}.grad after reset_grad").close_to(0.0, mistakes=[kept])


def train_model(student: Any, line: Line, *rate: float) -> tuple[Any, Any, Any]:
    """Train a `RegressionModel`; return losses, w and b as they came."""
    model = probes.create(student.RegressionModel, *rate)
    losses = student.train_regression_model(model, line.x, line.y, line.epochs)
    return losses, model.get("w"), model.get("b")


def expect_theta(told: Sequence[Any], losses: Any, theta: Theta, names: Sequence[str] = "wb") -> None:
    """Expect the parameters after a training from (1, 1)."""
    own = own_model(lambda: told, losses)  # whatever the losses are, they cost no mark here
    for value, right, name in zip(told, theta, names, strict=True):
        expect(value, f"{name} after the training").close_to(right, mistakes=[own])


# -- q4 to q7: modules -----------------------------------------------------------------------------------


def flat(value: Any, n: int, what: str) -> Tensor:
    """Return a result of n numbers as (n,) float64: a list, or a tensor whatever its axes of size 1."""
    if isinstance(value, (list, tuple)):
        value = np.array([one if isinstance(one, bool) else expect(one, what).number() for one in value])
    tensor = expect(value, what).tensor()
    say = f"{what} should hold {n} numbers, but it has shape {tuple(tensor.shape)}."
    expect(tensor).that(tensor.numel() == n, say, kind="shape")
    return tensor.reshape(-1).double()


def read_line(module: Any) -> Theta:
    """Return slope and bias of a module, by what it predicts at 0 and 1."""
    ends = torch.tensor([[0.0], [1.0]])
    try:
        predicted = module.forward(ends)
    except StudentRaised:  # made for batches of shape (B,)
        predicted = module.forward(ends[:, 0])
    bias, other = flat(predicted, 2, "the prediction").tolist()
    return other - bias, bias


NOT_PARAMETERS = "The module has no parameters. What makes a tensor a parameter of its module?"
LAST_BATCH = "These are the losses of the last batch alone. The mean over an epoch is asked for."
SUM_OF_BATCHES = "These are sums over the points or batches of an epoch. Its mean is asked for."
LOSS_A_BATCH = "There is a number for each batch here. One number an epoch is asked for."


def line_module(student: Any, first: float = 1.0, second: float = 1.0) -> Any:
    """Return a `RegressionModule` of the student's with these values of its parameters, in their order."""
    module = probes.module(student.RegressionModule)
    values = [parameter.value for parameter in module.parameters()]
    own = values or module.call("parameters")  # plain tensors, told by an overridden method
    told = list(own) if isinstance(own, (list, tuple)) else []
    none = Mistake("not-parameters", lambda _: not told, say=NOT_PARAMETERS)
    expect(told).that(
        len(told) == 2, f"Two parameters are asked for, but there are {len(told)}.", mistakes=[none]
    )
    for value in told:
        expect(value, "a parameter").number()
    if values:
        news = (first, second)
        module.load([torch.full_like(value, new) for value, new in zip(values, news, strict=True)])
    else:
        kept, news = probes.create(module.method("parameters")), torch.tensor([first, second])
        probes.make(student.RegressionModule, "torch.nn.utils.vector_to_parameters", news, kept)
    return module


def train_by_loader(student: Any, line: Line, batch_size: int, *, shuffle: bool = False) -> tuple[Any, Any]:
    """Train a `RegressionModule` from slope and bias 1; return it, and the losses as they came."""
    module = line_module(student)
    points = probes.create(student.RegressionDataset, line.x, line.y)
    loader = probes.Make("torch.utils.data.DataLoader", points, batch_size=batch_size, shuffle=shuffle)
    return module, student.train_with_loader(module, loader, line.rate, line.epochs)


def expect_item(points: Any, index: int, x: float, y: float) -> None:
    """Expect an item of a dataset: the pair of x and y."""
    item = expect(probes.item(points, index), f"item {index}")
    turned = Mistake("pair-exchanged", [y, x], say="The two are there, in the other order: x first, then y.")
    item.close_to([x, y], mistakes=[turned])


def expect_batches(student: Any, line: Line, batch_size: int) -> None:
    """Expect that a training with several batches an epoch learns, and notes one mean an epoch."""
    module, losses = train_by_loader(student, line, batch_size)
    told, steps = numbers(losses), line.epochs * len(line.x.split(batch_size))
    own = own_model(lambda: read_line(module), losses)
    each = Mistake("loss-a-batch", lambda _: len(told) == steps, say=LOSS_A_BATCH)
    say = f"The loss list should hold {line.epochs} numbers, but it holds {len(told)}."
    expect(told).that(len(told) == line.epochs, say, mistakes=[own, each], kind="length")
    _expect_means(told, line, batch_size, own)
    expect(told).that(fell(told), "The losses should fall.")
    before, after = (line.bowl.at(np.array(theta)) for theta in ((1.0, 1.0), read_line(module)))
    say = "The loss of the model that was handed over should have fallen."
    expect(after).that(after < 0.9 * before, say, mistakes=[own])


def _expect_means(told: list[float], line: Line, batch_size: int, own: Mistake) -> None:
    """Expect losses of whole epochs: the first near that of the start, or as a step a batch makes it."""
    batches, points = line.batches(batch_size), len(line.x)
    by_batch, share = line.by(batches), len(line.x.split(batch_size)[-1]) / points
    step_an_epoch = [batches[-1].at(np.array(theta)) for theta in [(1.0, 1.0), *line.right.path[:-1]]]
    lasts = [by_batch.last, step_an_epoch]
    is_last = like(*(lambda run=run, part=part: scaled(run, part) for run in lasts for part in (1, share)))
    low, high = sorted((line.bowl.at(np.ones(2)), by_batch.losses[0]))
    near = lambda loss: 0.75 * low <= loss <= 1.25 * high  # noqa: E731
    is_sum = any(near(told[0] / n) for n in (len(batches), points))
    mistakes = [
        own,
        Mistake("last-batch", is_last, say=LAST_BATCH),
        Mistake("sum-for-mean", lambda _: is_sum, say=SUM_OF_BATCHES),
    ]
    say = "Each loss should be the mean over all points of its epoch."
    expect(told).that(near(told[0]) and not is_last(told), say, mistakes=mistakes)


def linear_module(student: Any, slope: float, bias: float) -> Any:
    """Return a `LinearRegression` of the student's with this slope and bias."""
    module = probes.module(student.LinearRegression)
    names = {tuple(parameter.value.shape): parameter.name for parameter in module.parameters()}
    say = "The module should have two parameters, those of one nn.Linear(1, 1)."
    right = set(names) == {(1, 1), (1,)} and len(module.parameters()) == 2
    expect(names).that(right, say)
    module.load({names[1, 1]: torch.tensor([[slope]]), names[1,]: torch.tensor([bias])})
    return module


# -- q6: several inputs ----------------------------------------------------------------------------------

FEATURES = torch.tensor([[3.0, 8.0], [4.0, 5.0], [5.0, 7.0], [6.0, 3.0], [2.0, 1.0]])
TARGETS = torch.tensor([-3.7, 3.5, 2.5, 11.5, 5.7])
TRAINING_SECONDS = 20.0
TOO_LONG = f"The training was stopped after its {TRAINING_SECONDS:g} seconds, so it returned nothing."
STOPPED_EARLY = "The training ends too early. Has the loss stopped falling?"


@dataclass(frozen=True)
class Plane:
    """What a fit returned, as numbers.

    Attributes:
        weights: (2,) float64.
        bias: a number.
        losses: any number of them.
        raw: weights and bias as they came.
    """

    weights: Tensor
    bias: float
    losses: list[float]
    raw: tuple[Any, Any]

    def predict(self, features: Tensor) -> Tensor:
        """Return (N,) predictions in float64."""
        return features.double() @ self.weights + self.bias

    def mse(self, features: Tensor, targets: Tensor) -> float:
        """Return the mean squared error."""
        return float(((self.predict(features) - targets) ** 2).mean())


def fit_plane(student: Any, features: Tensor, targets: Tensor) -> Plane:
    """Have the student fit a table, within the time of a training."""
    timed = probes.within(student.fit_multiple_regression, features, targets, seconds=TRAINING_SECONDS)
    expect(timed.value).that(timed.finished, TOO_LONG)
    weights, bias, losses = expect(timed.value, "weights, bias and losses").items(3)
    pair = flat(weights, 2, "the weights")
    return Plane(pair, expect(bias, "the bias").number(), numbers(losses), (weights, bias))


def least_squares(features: Tensor, targets: Tensor) -> Plane:
    """Return the best weights and bias."""
    columns = torch.cat([features, torch.ones(len(features), 1)], 1).double()
    best = torch.linalg.lstsq(columns, targets.double()[:, None]).solution.flatten()
    return Plane(best[:2], best[2].item(), [], (best[:2], best[2]))


def plane_mistakes(plane: Plane, features: Tensor, targets: Tensor) -> list[Mistake]:
    """Return what goes wrong in a fit, by its weights and losses."""
    predicted, y = plane.predict(features).numpy(), targets.double().numpy()
    error, paired, best = mean_square(predicted, y), all_pairs(predicted, y), least_squares(features, targets)
    first, last = (plane.losses[0], plane.losses[-1]) if plane.losses else (error, error)
    flattened = np.allclose(plane.weights, 0, atol=0.1) and abs(plane.bias - y.mean()) < 0.3
    reported = abs(last - paired) < 0.02 * paired < 0.2 * abs(last - error)
    manual = least_squares(FEATURES, TARGETS).weights
    unfinished = first > last > 1.1 * best.mse(features, targets)
    return [
        Mistake("targets-broadcast", lambda _: flattened or reported, say=BROADCAST),
        Mistake(
            "arguments-ignored",
            lambda _: features is not FEATURES and np.allclose(plane.weights, manual, atol=0.05),
            say=ARGUMENTS_IGNORED,
        ),
        Mistake("stopped-early", lambda _: unfinished, say=STOPPED_EARLY),
    ]


# -- q7: a probability -----------------------------------------------------------------------------------

GRID = torch.arange(1.0, 100.25, 0.25)
LOG_ODDS = "These are no probabilities. What brings a straight line between 0 and 1?"
SATURATED = "Some points sit on the wrong side at p = 0 or 1, and stay. How large is what the sigmoid gets?"
UNDECIDED = "The probabilities move the right way, but not far enough: look at both sides, p(25) and p(50)."
LABELS_IGNORED = "The probabilities run the wrong way along x. Do they follow from the labels?"
NOT_CLASSES = "These are probabilities. Which class is the more probable one?"
CUT = ("training-cut", "train_logistic used up its time; the weights it had reached are graded.")


def probabilities(told: Any, n: int) -> Tensor:
    """Return what a module's forward gave for n points as (n,) float64."""
    values = flat(told, n, "the probabilities")
    known = not bool(values.isnan().any())
    expect(values).that(known, "A probability is NaN. Where does a logarithm, or a division, meet 0?")
    outside = Mistake("log-odds", lambda _: bool((values.abs() > 1).any()), say=LOG_ODDS)
    inside = bool(((values >= 0) & (values <= 1)).all())
    expect(values).that(inside, "Each probability should lie between 0 and 1.", mistakes=[outside])
    return values


def logistic_module(student: Any, first: float = 0.0, second: float = 0.0) -> Any:
    """Return a `LogisticRegression` with these values of its two parameters, in their order."""
    module = probes.module(student.LogisticRegression)
    values = [parameter.value for parameter in module.parameters()]
    two = len(values) == 2 and all(value.numel() == 1 for value in values)
    expect(values).that(two, "Two parameters are asked for, a weight and a bias of one element each.")
    module.load([torch.full_like(value, new) for value, new in zip(values, (first, second), strict=True)])
    return module


def placed_module(student: Any, steepness: float, boundary: float) -> Any:
    """Return a model with log-odds steepness · (x − boundary), whatever scale of x it has inside.

    Log-odds are linear in the two parameters, so small ones by turns tell what each of them does.
    """
    ends, small = torch.tensor([[30.0], [100.0]]), 0.05
    effects = [
        log_odds(logistic_module(student, *pair).forward(ends), 2) for pair in ((small, 0), (0, small))
    ]
    matrix = torch.stack(effects, dim=1) / small
    say = "Weight and bias should both reach the probabilities, in different ways."
    expect(matrix).that(bool(matrix.isfinite().all()) and abs(float(matrix.det())) > 1e-3, say)
    wanted = steepness * (ends.flatten().double() - boundary)
    return logistic_module(student, *torch.linalg.solve(matrix, wanted).tolist())


def log_odds(told: Any, n: int) -> Tensor:
    """Return log(p / (1 − p)) of probabilities for n points."""
    p = probabilities(told, n)
    return p.log() - (-p).log1p()


@dataclass(frozen=True)
class Classifier:
    """A logistic regression after its training, read: everything as it came.

    Attributes:
        losses: None where the training was stopped.
        parameters: after the training.
        points: probabilities of the points that it was trained with.
        grid: probabilities of `GRID`.
    """

    losses: Any
    parameters: list[Tensor]
    points: Any
    grid: Any


def train_classifier(student: Any, x: Tensor, y: Tensor, evidence: Any) -> Classifier:
    """Train a model of the student's from zero on points (N,)."""
    module, column = logistic_module(student), x.view(-1, 1)
    timed = probes.within(student.train_logistic, module, column, y.view(-1, 1), seconds=TRAINING_SECONDS)
    if not timed.finished:
        evidence.finding(*CUT)
    parameters = [parameter.value for parameter in module.parameters()]
    points, grid = module.forward(column), module.forward(GRID.view(-1, 1))
    return Classifier(timed.value, parameters, points, grid)


def expect_separated(trained: Classifier, x: Tensor, y: Tensor) -> None:
    """Expect every point in its class, and a probability that runs one way along x."""
    told = probabilities(trained.points, len(x))
    wrong = (told > 0.5) != (y > 0.5)
    rising = float(y[-1] - y[0])
    along = rising * float(told[-1] - told[0])
    stuck = bool((told[wrong] * (1 - told[wrong]) < 1e-6).any())
    mistakes = [
        own_model(lambda: trained.parameters, trained.losses, start=(0.0, 0.0)),
        Mistake(
            "labels-ignored", lambda _: along < 0 and (bool(wrong.all()) or not stuck), say=LABELS_IGNORED
        ),
        Mistake("saturated", lambda _: stuck, say=SATURATED),
        Mistake("stopped-early", lambda _: along > 0, say=UNDECIDED),
    ]
    say = f"{int(wrong.sum())} of {len(x)} points are on the wrong side of 0.5."
    expect(told).that(not bool(wrong.any()) and along > 0, say, mistakes=mistakes)
    steps = rising * probabilities(trained.grid, len(GRID)).diff()
    expect(steps).that(bool((steps >= -1e-6).all()), "The probability should run one way along x.")


def expect_classes(told: Any, right: Tensor) -> None:
    """Expect zeros and ones (N,)."""
    values = flat(told, len(right), "the classes")
    between = Mistake(
        "probabilities-for-classes", lambda _: bool(((values > 0) & (values < 1)).any()), say=NOT_CLASSES
    )
    expect(values, "the classes").close_to(right.double(), mistakes=[between])
