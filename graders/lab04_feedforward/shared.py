"""Lab 4, what both modules use: starts for XOR, reading answers, and known mistakes with their words.

Students have this file: nothing in it is hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from labgrade.errors import CheckFailed, StudentFailure
from labgrade.grader import Mistake, expect, probes
from labgrade.grader.replay import BadGraph

# -- q1, q2: networks for XOR ----------------------------------------------------------------------------

ROWS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TABLE = torch.tensor([0.0, 1.0, 1.0, 0.0])
ASKED = {"XORModel": "sigmoid", "XORModelReLU": "relu"}
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "tanh": torch.tanh,
    "none": lambda z: z,
}

WIDER = "Two units in the hidden layer: count the weights and biases of 2-2-1."
HIDDEN = "The layers fit, but the activation between them is another one. Which was asked for?"
OUTPUT_RELU = "The output goes through a ReLU. What can a unit that has died still learn?"
OUTPUT_TANH = "The output goes through a tanh. Which values does the table hold?"


class Weights(NamedTuple):
    """The numbers of a 2-2-1 network, shaped as in `nn.Linear`: (2, 2), (2,), (1, 2), (1,)."""

    w1: Tensor
    b1: Tensor
    w2: Tensor
    b2: Tensor

    def exchanged(self) -> Weights:
        """Return the same network with its hidden units in the other order."""
        return Weights(self.w1.flip(0), self.b1.flip(0), self.w2.flip(1), self.b2)

    def unbalanced(self) -> Weights:
        """Return a network with a hidden layer twice as large, and half the weights on the output."""
        return Weights(2 * self.w1, 2 * self.b1, self.w2 / 2, self.b2)

    def flat(self) -> Tensor:
        """Return all nine numbers, float64."""
        return torch.cat([part.flatten() for part in self]).double()

    def named(self) -> dict[str, Tensor]:
        """Return the numbers under the names that the manual's network gives them."""
        names = ("linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias")
        return dict(zip(names, self, strict=True))

    def output(self, x: Tensor, hidden: str, last: str = "none") -> Tensor:
        """Return the output (N, 1) for x (N, 2)."""
        between = ACTIVATIONS[hidden](functional.linear(x, self.w1, self.b1))
        return ACTIVATIONS[last](functional.linear(between, self.w2, self.b2))


MANUAL = Weights(
    torch.tensor([[0.5413, 0.5890], [-0.1679, 0.6455]]),
    torch.tensor([-0.1505, 0.1357]),
    torch.tensor([[-0.3832, 0.3738]]),
    torch.tensor([0.5562]),
)
"""The numbers that the manual prints."""


class XorNetwork(NamedTuple):
    """How a submission's network is built.

    Attributes:
        hidden, last: its activations.
        turned: it computes x @ W, where `nn.Linear` computes x @ W.T.
        places: for each of its parameters, in their order, the place in `Weights`.
        shapes: of these.
    """

    hidden: str
    last: str
    turned: bool
    places: tuple[int, ...]
    shapes: tuple[tuple[int, ...], ...]

    def tensors(self, weights: Weights) -> list[Tensor]:
        """Return numbers as the network's parameters hold them."""
        parts = self._turn(weights)
        return [parts[place].reshape(shape) for place, shape in zip(self.places, self.shapes, strict=True)]

    def weights(self, module: Any) -> Weights:
        """Return the numbers that the network's parameters hold."""
        found = dict(zip(self.places, (p.value for p in _own(module)), strict=True))
        return self._turn(Weights(*(found[i].reshape(part.shape) for i, part in enumerate(MANUAL))))

    def output(self, weights: Weights, x: Tensor) -> Tensor:
        """Return what such a network gives for x (N, 2): (N, 1)."""
        return weights.output(x, self.hidden, self.last)

    def _turn(self, weights: Weights) -> Weights:
        return weights._replace(w1=weights.w1.T) if self.turned else weights


def xor_network(student: Any, once: Any, name: str) -> XorNetwork:
    """Find out how the network of a class is built, by its outputs for weights and inputs of ours.

    Raises:
        CheckFailed: it is not the network that was asked for.
    """
    found: XorNetwork = once(f"network of {name}", lambda: _identified(getattr(student, name), ASKED[name]))
    return found


def expect_output(student: Any, once: Any, name: str, weights: Weights, x: Tensor) -> None:
    """Expect what the asked network gives for x (N, 2), linear or with a sigmoid on the output."""
    network = xor_network(student, once, name)
    told = _output(probes.module(getattr(student, name)), network.tensors(weights), x)
    expect(told, "the output").close_to(network.output(weights, x))


def _identified(function: Any, asked: str) -> XorNetwork:
    module = probes.module(function)
    places, shapes = _places(module), tuple(tuple(p.value.shape) for p in _own(module))
    generator = torch.Generator().manual_seed(4)
    drawn = [Weights(*(torch.randn(part.shape, generator=generator) for part in MANUAL)) for _ in range(4)]
    x = torch.cat([ROWS, 2 * torch.randn(6, 2, generator=generator)])
    forms = product({asked: 0, **ACTIVATIONS}, {"none": 0, **ACTIVATIONS}, (False, True))
    networks = [XorNetwork(*form, places, shapes) for form in forms]
    loaded = [networks[0].tensors(weights) for weights in drawn]
    told = [_output(module, tensors, x) for tensors in loaded]
    for network in networks:
        expected = [network.output(network._turn(weights), x) for weights in drawn]  # noqa: SLF001 - ours
        if all(torch.allclose(*pair, rtol=1e-4, atol=1e-5) for pair in zip(told, expected, strict=True)):
            return _as_asked(network, asked)
    for weights, came in zip(drawn, told, strict=True):
        expect(came, "the output").close_to(weights.output(x, asked))
    return networks[0]


def _own(module: Any) -> list[Any]:
    return [parameter for parameter in module.parameters() if not parameter.tied_to]


def _places(module: Any) -> tuple[int, ...]:
    """Return the place in `Weights` of each parameter: by shape, or by order where shapes are others."""
    values, usual = [p.value for p in _own(module)], [tuple(part.shape) for part in MANUAL]
    shapes, numbers = [tuple(v.shape) for v in values], [v.numel() for v in values]
    wider = Mistake("hidden-layer-wider", lambda count: count == 17, say=WIDER)
    say = f"The network has {sum(numbers)} parameters, not those of layers from 2 to 2 and from 2 to 1."
    expect(sum(numbers)).that(sum(numbers) == 9, say, mistakes=[wider])
    if sorted(shapes) == sorted(usual):
        return tuple(usual.index(shape) for shape in shapes)
    expect(numbers).that(numbers == [4, 2, 2, 1], say)
    return (0, 1, 2, 3)


def _output(module: Any, tensors: Sequence[Tensor], x: Tensor) -> Tensor:
    module.load(tensors)
    return column(module.forward(x), len(x))


def column(value: Any, n: int) -> Tensor:
    """Return n outputs as float32 (n, 1); they may come as (n,)."""
    told = expect(value, "the output").tensor()
    say = f"The output should have shape ({n}, 1) or ({n},), but it has shape {tuple(told.shape)}."
    expect(told).that(tuple(told.shape) in {(n, 1), (n,)}, say, kind="shape")
    return told.reshape(n, 1).float()


def _as_asked(network: XorNetwork, asked: str) -> XorNetwork:
    slug = "no-activation" if network.hidden == "none" else f"hidden-{network.hidden}"
    say = f"Activation of the hidden layer: {asked} was asked for, {network.hidden} was found."
    wrong = Mistake(slug, lambda _: True, say=HIDDEN)
    expect(network.hidden).that(network.hidden == asked, say, mistakes=[wrong])
    relu = Mistake("output-relu", "relu", say=OUTPUT_RELU)
    tanh = Mistake("output-tanh", "tanh", say=OUTPUT_TANH)
    say = f"The output goes through {network.last}; it may be linear, or a sigmoid."
    expect(network.last).that(network.last in {"none", "sigmoid"}, say, mistakes=[relu, tanh])
    return network


# -- q1, q2: starts, and trainings from them -------------------------------------------------------------

SECONDS = 5.0
LEAST_LOSS = 0.1
CUT = "train_xor was stopped after its 5 CPU seconds, so it returned no losses."
NOT_TRAINED = "The weights are as they were. Which model does train_xor train: the one that it is given?"
DIVERGED = "The numbers have grown beyond all bounds. Which learning rate suits so small a network?"
BROADCAST = "Every row ends at the mean of the table. Print both shapes before subtracting: do they agree?"
DEAD = "A hidden unit is 0 for all four rows. Can a dead unit learn? What may have killed it?"
STOPPED_EARLY = "The loss was still falling when the training ended. Compare the epochs with the budget."
STUCK = "The loss has come to rest, and the table is not learnt. Compare the outputs with it, row by row."
START_IGNORED = "The end does not depend on the start. Train from the weights that the model has."


class Starts(NamedTuple):
    """Where a training for XOR may start: ranges of the nine numbers.

    One hidden unit prefers the row (1, 0), the other (0, 1); the output layer then gets two rows wrong.
    `python -m benchmarks.xor_starts` shows which optimisers succeed from here.

    Attributes:
        scale: weights of one hidden unit.
        ratio: those of the other, as a multiple.
        offset: biases of the hidden units, as a multiple of their weights.
        head: weights of the output.
        bias: of the output.
    """

    scale: tuple[float, float]
    ratio: tuple[float, float]
    offset: tuple[float, float]
    head: tuple[float, float]
    bias: tuple[float, float]

    def draw(self, uniform: Callable[[float, float], float]) -> Weights:
        """Return a start; `uniform` draws a number from a range."""
        first, second = (scale := uniform(*self.scale)), scale * uniform(*self.ratio)
        start = Weights(
            torch.tensor([[first, -first], [-second, second]]),
            torch.tensor([first * uniform(*self.offset), second * uniform(*self.offset)]),
            torch.tensor([[uniform(*self.head), uniform(*self.head)]]),
            torch.tensor([uniform(*self.bias)]),
        )
        return start if uniform(-1, 1) > 0 else start.exchanged()


STARTS = {
    ("sigmoid", "none"): Starts((9.5, 12), (0.9, 1.1), (-0.55, -0.4), (1.1, 1.5), (-1.5, -1.15)),
    ("sigmoid", "sigmoid"): Starts((8, 12), (0.9, 1.1), (-0.6, -0.4), (2.5, 4), (0.4, 1.5)),
    ("relu", "sigmoid"): Starts((1.1, 1.7), (0.9, 1.1), (-0.45, -0.25), (0.1, 0.6), (0.1, 0.6)),
    ("relu", "none"): Starts((1.1, 1.7), (0.9, 1.1), (-0.45, -0.25), (0.05, 0.2), (0.05, 0.2)),
}
"""By the activations of the network."""

STEADIER = {("relu", "none"): Starts((40, 60), (0.9, 1.1), (-0.5, -0.25), (-0.6, -0.4), (0.1, 0.3))}
"""Where to start after a run that had learnt the table and lost it again: a row at a time, large steps of
Adam kill a ReLU now and then, small weights more often than large ones."""


class XorRun(NamedTuple):
    """One training of a network for XOR.

    Attributes:
        start, end: its weights before and after.
        seed: of torch's generator.
        outputs: (4,) for the rows of the table, afterwards.
        losses: as returned, untrusted; None where it was cut.
        finished: it came to its end within the budget.
    """

    start: Weights
    end: Weights
    seed: int
    outputs: Tensor
    losses: Any
    finished: bool

    @property
    def right(self) -> bool:
        """Whether the outputs, held against 0.5, are the table."""
        return bool(self.outputs.isfinite().all()) and torch.equal(self.outputs > 0.5, TABLE > 0.5)


@dataclass(frozen=True)
class XorTraining:
    """Trainings of one of a submission's networks by its `train_xor`."""

    student: Any
    once: Any
    name: str

    @property
    def network(self) -> XorNetwork:
        """How the network is built."""
        return xor_network(self.student, self.once, self.name)

    def run(self, start: Weights, seed: int) -> XorRun:
        """Train a new network from `start`."""
        module = probes.module(getattr(self.student, self.name))
        module.load(self.network.tensors(start))
        ran = probes.within(self.student.train_xor, module, seconds=SECONDS, seed=seed)
        outputs = column(module.forward(ROWS), len(ROWS)).flatten()
        return XorRun(start, self.network.weights(module), seed, outputs, ran.value, ran.finished)

    def succeeded(self, key: str, uniform: Callable[[float, float], float], seed: int) -> XorRun:
        """Return a run that learnt the table, or else the first; once for every `key`."""
        found: XorRun = self.once(f"{self.name} {key}", lambda: self._tried(uniform, seed))
        return found

    def _tried(self, uniform: Callable[[float, float], float], seed: int) -> XorRun:
        kind = self.network.hidden, self.network.last
        first = run = self.run(STARTS[kind].draw(uniform), seed)
        for starts in (STARTS[kind], *2 * [STEADIER.get(kind)]):
            if run.right or not run.finished or starts is None:
                break
            if starts is STARTS[kind] or min(numbers(run.losses), default=1.0) < LEAST_LOSS:
                run = self.run(starts.draw(uniform), seed)
        return run if run.right else first

    def exchanges(self, run: XorRun) -> bool:
        """Whether a run that starts with the hidden units exchanged ends with them exchanged.

        Sums of floats depend on their order, and Adam makes much of little where the loss has come to rest.
        So near is what is within one per cent, or four times nearer than without the exchange.
        """

        def again() -> bool:
            end = self.run(run.start.exchanged(), run.seed).end
            return apart(run.end, end.exchanged()) <= max(0.01, 0.25 * apart(run.end, end))

        found: bool = self.once(f"{self.name} exchanged {run.start.flat().tolist()}", again)
        return found

    def went_astray(self, run: XorRun) -> bool:
        """Whether a run has not learnt the table and cannot have started where it should."""
        numbers = bool(run.end.flat().isfinite().all())  # of NaN nobody can say where it came from
        return run.finished and numbers and not run.right and not self.exchanges(run)


def apart(one: Weights, other: Weights) -> float:
    """Return the largest difference between weights, as a share of the largest of them."""
    return float((one.flat() - other.flat()).abs().max() / one.flat().abs().max())


def expect_table(training: XorTraining, run: XorRun) -> None:
    """Expect that a training has learnt the table."""
    astray = training.went_astray(run)
    inside = functional.linear(ROWS, run.end.w1, run.end.b1)
    dead = training.network.hidden == "relu" and bool((inside <= 0).all(0).any())
    reached = (run.outputs - 0.5).abs().max()
    unmoved = torch.equal(run.start.flat(), run.end.flat())
    mistakes = [
        Mistake("model-not-trained", lambda _: unmoved, say=NOT_TRAINED),
        Mistake("diverged", lambda _: not run.outputs.isfinite().all() or reached > 1e3, say=DIVERGED),
        Mistake("start-ignored", lambda _: astray, say=START_IGNORED),
        Mistake("unit-dead", lambda _: dead, say=DEAD),
        Mistake("shapes-broadcast", lambda _: reached < 0.1, say=BROADCAST),
        Mistake("stopped-early", lambda _: _falls_at_the_end(numbers(run.losses)), say=STOPPED_EARLY),
        Mistake("stuck", lambda _: not _falls_at_the_end(numbers(run.losses)), say=STUCK),
    ]
    outputs = ", ".join(f"{round(value, 2) + 0:.2f}" for value in run.outputs.tolist())
    say = f"After the training the outputs for the four rows are {outputs}. They are held against 0.5."
    expect(run.outputs).that(run.right, say, mistakes=mistakes)


def _falls_at_the_end(losses: list[float]) -> bool:
    """Whether losses are no small ones yet, and fall from each of the last four tenths to the next."""
    tenths = [float(part.mean()) for part in torch.tensor(losses).tensor_split(min(10, len(losses)))][-4:]
    falling = all(after < 0.999 * before for before, after in pairwise(tenths))
    return falling and losses[-1] > LEAST_LOSS / 10


def expect_losses(training: XorTraining, run: XorRun) -> None:
    """Expect a loss list whose last number is small, and less than its first."""
    expect(run.losses).that(run.finished, CUT)
    values = numbers(run.losses)
    say = "The loss list should hold a number for each epoch, and so more than one."
    expect(values).that(len(values) > 1, say, kind="length")
    astray = training.went_astray(run)
    mistakes = [
        Mistake("start-ignored", lambda _: astray, say=START_IGNORED),
        Mistake("stopped-early", lambda _: _falls_at_the_end(values), say=STOPPED_EARLY),
    ]
    say = f"The last loss should be below 0.1, and below the first: {values[0]:.4f} became {values[-1]:.4f}."
    expect(values).that(values[-1] < min(LEAST_LOSS, values[0]), say, mistakes=mistakes)


def numbers(losses: Any) -> list[float]:
    """Return a loss list as floats."""
    return [expect(loss, "a loss").number() for loss in expect(losses, "the loss list").items()]


# -- q1, q3, q4: formulas --------------------------------------------------------------------------------

TENSORS_COUNTED = "These are tensors. How many numbers does each of them hold?"
FROZEN_COUNTED = "What is frozen was counted too. Which parameters does a training change?"
BUFFERS_COUNTED = "The state holds more than what is learnt. Which of these numbers does an optimiser change?"
NOT_TRANSPOSED = "In which order does nn.Linear keep its weight, and on which side does the input stand?"
OUTPUT_BENT = "An activation was put on the output. Where does this network have its only sigmoids?"
NO_BIASES = "Each layer also learns a bias for every value that it gives."
BIAS_BEFORE = "Every layer has biases: one for each value that it takes, or for each that it gives?"


def count_mistakes(tensors: int, everything: int = 0, state: int = 0) -> list[Mistake]:
    """Return what goes wrong in counting parameters; numbers that cannot tell anything are 0."""
    wrong = [
        Mistake("tensors-counted", tensors, say=TENSORS_COUNTED),
        Mistake("frozen-counted", everything, say=FROZEN_COUNTED),
        Mistake("buffers-counted", state, say=BUFFERS_COUNTED),
    ]
    return [mistake for mistake in wrong if mistake.value]


def manual_mistakes(weights: Weights, x: Tensor) -> list[Mistake]:
    """Return what goes wrong in going forward by hand, for weights and inputs (N, 2)."""
    turned = weights._replace(w1=weights.w1.T).output(x, "sigmoid")
    return [
        Mistake("weight-not-transposed", turned, say=NOT_TRANSPOSED),
        Mistake("output-activated", weights.output(x, "sigmoid", "sigmoid"), say=OUTPUT_BENT),
    ]


def dense_mistakes(sizes: Sequence[int]) -> list[Mistake]:
    """Return what goes wrong in counting linear layers."""
    return [
        Mistake("biases-left-out", sum(m * n for m, n in pairwise(sizes)), say=NO_BIASES),
        Mistake("biases-of-inputs", sum(m * (n + 1) for m, n in pairwise(sizes)), say=BIAS_BEFORE),
    ]


# -- q4: a network for digits, untrained and trained -----------------------------------------------------

SIZES = (1, 7, 64)
FLAT_INPUT = "Images come as (N, 1, 28, 28). Where do they become rows of 784 numbers?"
LAYERS_DO_NOT_FIT = "What one layer gives does not fit the next. Print the model: is every layer there?"
MIXED = "N images went in, and another number of rows came out: flatten all axes but the first."
SOFTMAX = "These are probabilities. What does the loss expect: logits, or what a softmax makes of them?"
SLOW = "The loss is still falling when the training ends. Which step size suits so few updates?"
LOSS_PER_BATCH = "There is a number for each batch here. What is asked for once an epoch?"
OUTSIDE = "The predictions come from something else than what the layers have learnt. What does forward use?"
MOST_WITHOUT_LAYERS = 0.4
FORWARD = [
    Mistake("images-not-flattened", raises="RuntimeError", match="x28 and 784x", say=FLAT_INPUT),
    Mistake(
        "layers-do-not-fit",
        raises="RuntimeError",
        match="shapes cannot be multiplied",
        say=LAYERS_DO_NOT_FIT,
    ),
]


def expect_logits(module: Any, images: Tensor) -> None:
    """Expect logits (N, 10) for images (N, 1, 28, 28)."""
    shape = (len(images), 10)
    told = expect(module.forward(images), "the output").tensor(floating=True)
    mixed = Mistake("images-mixed", lambda got: got.ndim == 2 and got.shape[1] == 10, say=MIXED)
    say = f"For {len(images)} images the output should have shape {shape}, but it has {tuple(told.shape)}."
    expect(told).that(tuple(told.shape) == shape, say, mistakes=[mixed], kind="shape")
    softmax = Mistake("softmax-output", _is_softmax, say=SOFTMAX)
    expect(told).that(not _is_softmax(told), "The outputs are not logits.", mistakes=[softmax])


def _is_softmax(rows: Tensor) -> bool:
    return bool((rows >= 0).all()) and bool(((rows.sum(1) - 1).abs() < 1e-4).all())


def expect_accuracy(trained: Any, data: Any, evidence: Any) -> None:
    """Expect that a trained network reaches its minimum, by the parameters of its layers."""
    trained.show(evidence)
    mistakes = [
        Mistake("softmax-output", lambda _: _is_softmax(trained.logits), say=SOFTMAX),
        Mistake("training-too-slow", lambda _: _is_slow(numbers(trained.losses)), say=SLOW),
    ]
    say = (
        f"The network is right for {trained.accuracy:.1%} of the images that it has not seen; "
        f"at least {trained.minimum:.0%} are asked for."
    )
    expect(trained.accuracy).that(trained.accuracy >= trained.minimum, say, mistakes=mistakes)
    outside = Mistake("learnt-outside-layers", lambda _: True, say=OUTSIDE)
    say = "What the network predicts does not come from layers that have learnt."
    expect(trained).that(_layers_decide(trained, data), say, mistakes=[outside])


def _is_slow(losses: list[float]) -> bool:
    return losses[-1] > losses[0] / 2 and all(after < before for before, after in pairwise(losses))


def losses_by_epoch(trained: Any, budget: Any) -> list[float]:
    """Return the losses of a training, one for each epoch of its budget."""
    say = f"The training was stopped after its {budget.seconds:g} CPU seconds, so it returned no losses."
    expect(trained.losses).that(trained.finished, say)
    losses = numbers(trained.losses)
    batches = budget.epochs * -(-budget.images // budget.batch_size)
    each = Mistake("loss-per-batch", lambda got: len(got) == batches, say=LOSS_PER_BATCH)
    say = f"The loss list should hold {budget.epochs} numbers, one an epoch, but it holds {len(losses)}."
    expect(losses).that(len(losses) == budget.epochs, say, mistakes=[each], kind="length")
    return losses


def _layers_decide(trained: Any, data: Any) -> bool:
    """Whether a network is lost without the parameters of its layers, and holds no image to compare with.

    Where there is no graph, what was measured in its place has been found to depend on them.
    """
    graph = trained.graph
    if trained.remembers(data.train.images):
        return False
    if graph is None:
        return True
    rows = [row.weight for row in graph.layers() if graph.roles[row.weight] == "parameter"]
    blank = {name: torch.zeros_like(graph.tensors[name]) for name in rows}
    without = replayed(graph, data.test.images, blank).argmax(1)
    return bool((without == data.test.labels).double().mean() <= MOST_WITHOUT_LAYERS)


def replayed(graph: Any, images: Tensor, values: dict[str, Tensor] | None = None) -> Tensor:
    """Return a network's logits, with other values for some of its tensors."""
    try:
        logits: Tensor = graph.logits(images, values)
    except BadGraph as error:
        raise CheckFailed("condition", f"The network does not run on {len(images)} images.") from error
    return logits


# -- q4: evaluating a classifier of the grader's, and drawing the result ---------------------------------

TURNED = "This is the matrix with its axes exchanged. What does a row stand for?"
NORMALISED = "These are fractions. The matrix holds counts of images."
DROPPED = "A class that does not occur still has its row and its column: (10, 10), always."
PERCENT = "This is a percentage; the task asks for a fraction of 1."
COUNT = "This is a number of images; the task asks for a fraction of all."
BATCH_MEAN = "This is the mean of the batches' accuracies. Does the smaller last batch count like the others?"
AXES_UNNAMED = "What does the reader see? Name both axes."
AXES_EXCHANGED = "The names of the axes are exchanged. What does a row stand for?"


@dataclass(frozen=True)
class Evaluation:
    """A linear classifier of the grader's, and labelled images for it.

    Attributes:
        images: (N, 1, 28, 28).
        labels: (N,).
        weight, bias: (10, 784) and (10,).
        batch_size: of the loader; N is no multiple of it.
    """

    images: Tensor
    labels: Tensor
    weight: Tensor
    bias: Tensor
    batch_size: int

    @cached_property
    def logits(self) -> Tensor:
        """(N, 10) float64."""
        return self.images.flatten(1).double() @ self.weight.double().T + self.bias.double()

    @property
    def right(self) -> Tensor:
        """(N,) 1.0 for an image whose class is predicted, else 0.0."""
        return (self.logits.argmax(1) == self.labels).double()

    @property
    def confusion(self) -> Tensor:
        """(10, 10) float64 counts, rows true, columns predicted."""
        places = self.labels * 10 + self.logits.argmax(1)
        return torch.bincount(places, minlength=100).reshape(10, 10).double()

    @property
    def mean_of_batches(self) -> float:
        """The mean of the batches' accuracies."""
        return float(torch.stack([part.mean() for part in torch.split(self.right, self.batch_size)]).mean())

    def ask(self, student: Any, device: torch.device, *, dropout: bool = False) -> tuple[Any, Any, Any]:
        """Return what `evaluate_classifier` gives for the classifier in training mode: accuracy, confusion.

        The third is the classifier, for what becomes of its weights.
        """
        noise = [probes.Make("torch.nn.Dropout")] if dropout else []
        layers = [probes.Make("torch.nn.Flatten"), *noise, probes.Make("torch.nn.Linear", 784, 10)]
        module = probes.make_module(student.evaluate_classifier, "torch.nn.Sequential", *layers)
        module.load([self.weight, self.bias])
        loader = probes.loader(self.images, self.labels, batch_size=self.batch_size)
        value = student.evaluate_classifier(module, loader, device)
        return (*expect(value, "what evaluate_classifier returned").pair(), module)

    def container(self, student: Any, device: torch.device) -> Any:
        """Return a confusion matrix as the submission makes them; None where it makes none."""
        try:
            return self.ask(student, device)[1]
        except (StudentFailure, CheckFailed):
            return None

    def expect_accuracy(self, accuracy: Any) -> None:
        """Expect the right accuracy."""
        right = float(self.right.mean())
        mistakes = [
            Mistake("percentage-for-fraction", 100 * right, say=PERCENT),
            Mistake("count-for-fraction", float(self.right.sum()), say=COUNT),
            Mistake("mean-of-batches", self.mean_of_batches, say=BATCH_MEAN),
        ]
        expect(accuracy, "the accuracy").close_to(right, mistakes=mistakes)

    def expect_confusion(self, confusion: Any, mistakes: Sequence[Mistake] = ()) -> None:
        """Expect the right confusion matrix; `mistakes` are further ones."""
        counts, right = matrix(confusion), self.confusion
        smaller = Mistake("class-dropped", lambda got: got.ndim == 2 and len(got) < 10, say=DROPPED)
        say = f"The confusion matrix should have shape (10, 10), but it has {tuple(counts.shape)}."
        expect(counts).that(tuple(counts.shape) == (10, 10), say, mistakes=[smaller], kind="shape")
        known = [
            Mistake("confusion-turned", right.T.contiguous(), say=TURNED),
            Mistake("confusion-normalised", shares(right), say=NORMALISED),
            Mistake("confusion-normalised", right / right.sum(), say=NORMALISED),
        ]
        expect(counts, "the confusion matrix").close_to(right, mistakes=[*known, *mistakes])


def shares(counts: Tensor) -> Tensor:
    """Return counts as shares of each true class."""
    return counts / counts.sum(1, keepdim=True).clamp(min=1)


def matrix(value: Any) -> Tensor:
    """Return a confusion matrix as float64: of a tensor, an array, or a list of lists."""
    if not isinstance(value, (list, tuple)):
        return expect(value, "the confusion matrix").tensor().double()
    rows = [expect(row, "a row of the confusion matrix").items() for row in value]
    expect(value).that(len({len(row) for row in rows}) == 1, "The rows differ in length.", kind="shape")
    return torch.tensor([[expect(n, "a count").number() for n in row] for row in rows], dtype=torch.float64)


def expect_drawn(student: Any, like: Any, counts: Tensor, evidence: Any) -> None:
    """Expect a confusion matrix in a figure with named axes, as counts or as shares of each true class.

    Args:
        student: the submission.
        like: a matrix in the kind of container that `plot_confusion` is to get.
        counts: (10, 10) int64, what is drawn.
        evidence: the fixture.
    """
    handed: Any = counts
    if isinstance(like, (list, tuple)):
        handed = counts.tolist()
    elif isinstance(like, np.ndarray):
        handed = counts.numpy()
    figure = probes.figure(student.plot_confusion, handed)
    if figure.kind == "open":
        evidence.finding("figure-left-open", "No figure was returned, but one was open: that one was taken.")
    turned = Mistake("confusion-turned", lambda _: bool(_showing(figure, counts.T)), say=TURNED)
    found = _showing(figure, counts)
    expect(counts).that(bool(found), "The matrix is not in the figure.", mistakes=[turned])
    unnamed = Mistake("axes-unnamed", lambda _: True, say=AXES_UNNAMED)
    expect(counts).that(any(axes.named() for axes in found), "An axis has no name.", mistakes=[unnamed])
    exchanged = Mistake("axes-exchanged", lambda _: True, say=AXES_EXCHANGED)
    rightly = any(
        "predict" not in axes.y_label.lower() or "predict" in axes.x_label.lower() for axes in found
    )
    expect(counts).that(rightly, "The rows are named as predicted classes.", mistakes=[exchanged])


def _showing(figure: Any, counts: Tensor) -> list[Any]:
    """Return the axes that show a matrix: in an image or a mesh, or written out by rows or by columns."""
    values = counts.double()
    forms = [scale * form for form in (values, shares(values)) for scale in (1, 100)]

    def shows(axes: Any) -> bool:
        images = [torch.from_numpy(image) for image in axes.images]
        exact = any(_is_image(image, form) for image in images for form in forms)
        written = torch.tensor([number for text in axes.texts for number in _read(text)], dtype=torch.float64)
        return exact or any(_is_written(written, order) for form in forms for order in (form, form.T))

    return [axes for axes in figure.axes if shows(axes)]


def _is_image(image: Tensor, form: Tensor) -> bool:
    return image.shape == form.shape and torch.allclose(image, form, rtol=1e-4, atol=1e-5)


def _is_written(numbers: Tensor, form: Tensor) -> bool:
    """Whether the first hundred numbers are those of a matrix, to two digits after the point or more."""
    return len(numbers) >= 100 and torch.allclose(numbers[:100], form.flatten(), rtol=1e-4, atol=0.0051)


def _read(text: str) -> list[float]:
    try:
        return [float(text.strip().rstrip("%"))]
    except ValueError:
        return []
