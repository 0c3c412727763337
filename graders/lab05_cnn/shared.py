"""Lab 5, what both modules use: reading answers, trained networks, and known mistakes with their words.

Students have this file: nothing in it is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import gcd
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from labgrade.errors import CheckFailed, NotAttempted, StudentFailure, StudentRaised
from labgrade.grader import Mistake, expect, probes
from labgrade.grader.replay import BadGraph

# -- q1: planes and formulas -----------------------------------------------------------------------------

FLIPPED = "This is the kernel turned round. In deep learning it slides over the image as it is."
NO_STRIDE = "This is the result for stride 1. Where does the kernel stop next?"
NO_PADDING = "This is the result without padding. What is added to the image before the kernel slides?"
ONE_FIRST = "Close: slide a kernel on paper with stride 3, and look at where the 1 is added."
NOT_ADDED = "The kernel stops at its first place too: count the places, not the steps between them."
NOT_FLOORED = "A number of places is whole: what happens to the rest of the division?"
ONE_SIDE = "Padding goes to both ends of an axis. How much longer does the axis become?"
NO_KERNEL = "The whole kernel has to lie on the image: how many places does that leave along an axis?"
NO_BIAS = "With a bias, each output channel learns one number more."
ALWAYS_BIAS = "This counts a bias where the layer has none. Which argument says so?"
ONE_CHANNEL = "A kernel reaches through all input channels: how many weights does it have?"
NOT_SQUARED = "A kernel is square: how many weights does one channel of it have?"


def expect_plane(value: Any, image: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> None:
    """Expect a kernel (kh, kw) slid over an image (H, W); leading axes of size 1 do not matter."""
    plane = expect(value).tensor()
    while 2 < plane.ndim <= 4 and plane.shape[0] == 1:
        plane = plane[0]
    turned = convolved(image, kernel.flip(0, 1), stride, padding)
    mistakes = [
        Mistake("kernel-flipped", turned, say=FLIPPED),
        Mistake("stride-ignored", convolved(image, kernel, 1, padding), say=NO_STRIDE),
        Mistake("padding-ignored", convolved(image, kernel, stride, 0), say=NO_PADDING),
    ]
    expect(plane).close_to(convolved(image, kernel, stride, padding), mistakes=mistakes)


def convolved(image: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """Slide a kernel (kh, kw) over an image (H, W)."""
    return functional.conv2d(image[None, None], kernel[None, None], stride=stride, padding=padding)[0, 0]


def size_mistakes(size: int, kernel: int, stride: int, padding: int) -> list[Mistake]:
    """Return what goes wrong in the formula of the output's size."""
    padded = size + 2 * padding
    way = padded - kernel
    return [
        Mistake("one-added-first", (way + 1) // stride, say=ONE_FIRST),
        Mistake("not-floored", way / stride + 1, say=NOT_FLOORED),
        Mistake("not-floored", -(-way // stride) + 1, say=NOT_FLOORED),
        Mistake("padding-on-one-side", (way - padding) // stride + 1, say=ONE_SIDE),
        Mistake("padding-ignored", (way - 2 * padding) // stride + 1, say=NO_PADDING),
        Mistake("stride-ignored", way + 1, say=NO_STRIDE),
        Mistake("kernel-ignored", padded // stride, say=NO_KERNEL),
        Mistake("kernel-ignored", padded // stride + 1, say=NO_KERNEL),
        Mistake("one-not-added", way // stride, say=NOT_ADDED),
    ]


def parameter_mistakes(
    in_channels: int, out_channels: int, kernel: int, *, bias: bool = True
) -> list[Mistake]:
    """Return what goes wrong in counting a layer."""
    weights = in_channels * kernel**2
    return [
        Mistake("bias-not-counted", out_channels * weights, say=NO_BIAS),
        Mistake("bias-always-counted", out_channels * (weights + 1), say=ALWAYS_BIAS),
        Mistake("one-input-channel", out_channels * (kernel**2 + bias), say=ONE_CHANNEL),
        Mistake("kernel-not-squared", out_channels * (in_channels * kernel + bias), say=NOT_SQUARED),
    ]


# -- q2: layers that refuse to be called -----------------------------------------------------------------

LAYER_CALLED = Mistake(
    "layer-called",
    raises="RuntimeError",
    match="this layer is not to be called",
    say="Here the layer itself was called. Take its numbers, and let the functional form compute.",
)
BIAS_LEFT_ON = "This layer adds a bias. Which argument of nn.Conv2d leaves it out?"
BIAS_LEFT_OUT = "This layer has a bias, and the result lacks it: what does the layer add to each channel?"
OTHER_KERNEL = "The shape is right, but this was computed with another kernel. Whose weights does it use?"


def expect_one_tensor(layer: Any) -> Tensor:
    """Expect a layer that learns one tensor, its weight, and return that."""
    parameters = layer.parameters()
    expect(parameters).that(bool(parameters), "The layer has no weight.")
    weight, *others = parameters
    bias = Mistake("bias-left-on", lambda _: True, say=BIAS_LEFT_ON)
    expect(others).that(not others, "The layer has a bias.", mistakes=[bias])
    return weight.value


def expect_as_layer(
    student: Any, image: Tensor, weight: Tensor, bias: Tensor | None = None, **how: int
) -> None:
    """Hand a layer with these numbers to `conv2d_by_function` and compare with what it would give.

    Args:
        student: the submission.
        image: (H, W) or (C, H, W).
        weight: (out, in, k, k).
        bias: (out,) or None.
        how: stride and padding.
    """
    outputs, inputs, kernel, _ = weight.shape
    uncallable = "labgrade.probes.uncallable.UncallableConv2d"
    sizes = (inputs, outputs, kernel)
    function = student.conv2d_by_function
    layer = probes.make_module(function, uncallable, *sizes, bias=bias is not None, **how)
    layer.load([weight] if bias is None else [weight, bias])
    batch = image.reshape(1, inputs, *image.shape[-2:])

    def result(bias: Tensor | None = bias, **changed: int) -> Tensor:
        return functional.conv2d(batch, weight, bias, **{**how, **changed})[0]

    told = expect(function(layer, image)).tensor()
    mistakes = [
        Mistake("bias-left-out", result(bias=None), say=BIAS_LEFT_OUT),
        Mistake("stride-ignored", result(stride=1), say=NO_STRIDE),
        Mistake("padding-ignored", result(padding=0), say=NO_PADDING),
        Mistake("another-kernel", lambda value: _by_some_kernel(value, batch, kernel, how), say=OTHER_KERNEL),
    ]
    expect(told[0] if told.ndim == 4 and len(told) == 1 else told).close_to(result(), mistakes=mistakes)


def _by_some_kernel(value: Tensor, batch: Tensor, kernel: int, how: dict[str, int]) -> bool:
    """Whether each channel of a result is the convolution with some kernel, plus some number."""
    patches = functional.unfold(batch.double(), kernel, **how)[0].T
    patches = torch.cat([patches, torch.ones(len(patches), 1, dtype=torch.float64)], 1)
    channels = value.double().flatten(1).T
    left = channels - patches @ torch.linalg.lstsq(patches, channels, driver="gelsd").solution
    return len(patches) > patches.shape[1] and float(left.norm()) < 1e-3 * float(channels.norm())


# -- networks: what goes in and what comes out -----------------------------------------------------------

SIZES = (1, 7, 64)
OTHER_SIZES = (8, 4, 16, 32, 128, 100, 10, 20, 50, 256, 2, *SIZES)
GLOBAL_BATCH = "The network works for one number of images only. What is N inside forward?"
GLOBAL_NAMES = [
    Mistake("global-batch-size", raises="NameError", match=f"'{name}'", say=GLOBAL_BATCH)
    for name in ("batch_size", "BATCH_SIZE", "batchsize", "bs")
]
MIXED = "N images went in, and another number of rows came out: flatten all axes but the first."
TOGETHER = "The logits of an image are its own, whatever it stands among: what is computed across the images?"
NOISE = "Something still draws at random: how does a dropout learn that nobody is training?"
SOFTMAX = "These are probabilities. What does the loss expect: logits, or what a softmax makes of them?"


def expect_logits(network: Any, rng: Any) -> None:
    """Expect (N, 10) logits for every N in evaluation mode, of each image for itself."""
    found = expect_rows(network, rng.uniform(0, 1, max(SIZES), 1, 28, 28))
    all_rows = found[-1]
    softmax = Mistake("softmax-output", lambda _: True, say=SOFTMAX)
    expect(all_rows).that(not _is_softmax(all_rows), "The output holds probabilities.", mistakes=[softmax])
    mixed = Mistake("images-mixed", lambda _: True, say=TOGETHER)
    for n, rows in zip(SIZES, found, strict=True):
        say = f"For N = {n} an image has other logits than among {max(SIZES)} images."
        expect(rows).that(_agree(rows, all_rows[:n]), say, mistakes=[mixed])
    differ = bool((all_rows != all_rows[:1]).any())
    expect(all_rows).that(differ, "All images have the same logits.")


def expect_rows(network: Any, images: Tensor) -> list[Tensor]:
    """Expect ten numbers for each image, for every N, and the same when they come again; return them."""
    found = [_rows(network, images[:n]) for n in SIZES]
    noise = Mistake("noise-in-evaluation", lambda _: True, say=NOISE)
    say = "The same images have other logits when they come again."
    expect(found[-1]).that(_agree(_rows(network, images), found[-1]), say, mistakes=[noise])
    return found


def _agree(rows: Tensor, others: Tensor) -> bool:
    return bool((rows - others).abs().max() <= 1e-3 * others.abs().max())


def _rows(network: Any, images: Tensor) -> Tensor:
    n = len(images)
    rows = expect(_forward(network, images), f"the network's output for N = {n}").tensor(floating=True)
    mixed = Mistake("images-mixed", lambda got: got.ndim == 2 and got.shape[1] == 10, say=MIXED)
    say = f"For N = {n} the output should have shape ({n}, 10), but it has {tuple(rows.shape)}."
    expect(rows).that(tuple(rows.shape) == (n, 10), say, mistakes=[mixed], kind="shape")
    expect(rows).that(bool(rows.isfinite().all()), f"For N = {n} the output is not finite.")
    return rows


def _forward(network: Any, images: Tensor) -> Any:
    try:
        return network.forward(images)
    except StudentRaised:
        other = next((n for n in OTHER_SIZES if _runs(network, n)), None)
        if other is None:
            raise
    say = f"The network does not run for N = {len(images)}, but it does for N = {other}."
    raise CheckFailed("shape", say, mistake="global-batch-size", mistake_say=GLOBAL_BATCH)


def _runs(network: Any, n: int) -> bool:
    try:
        expect(network.forward(torch.zeros(n, 1, 28, 28))).tensor((n, 10))
    except (StudentRaised, CheckFailed):
        return False
    return True


def _is_softmax(rows: Tensor) -> bool:
    return bool((rows >= 0).all()) and bool(((rows.sum(1) - 1).abs() < 1e-4).all())


# -- networks: trained -----------------------------------------------------------------------------------

STOPPED_EARLY = "The loss is still falling when the training ends. Which step size suits so few updates?"
LOSS_PER_BATCH = "There is a number for each batch here. What is asked for once an epoch?"
NOTHING_REDUCED = "Both networks use the same number of parameters. Print the count of each."
WITHOUT_LAYERS = (
    "Some numbers of the network lie outside its layers, or some layers lead nowhere. Compare the counts."
)
FEW_CONVOLUTIONS = Mistake(
    "too-few-convolutions",
    lambda _: True,
    say="Which layers does an image pass on its way to the logits? Too few of them are convolutions.",
)
FEW = 8
"""Images that tell whether a convolution matters."""
MANUAL_PARAMETERS = 149_798
"""Of the manual's network: what a reduction is compared with where `CNNClassifier` cannot be read."""
OWN_LOOP = (
    "train_classifier is missing or did not train, so a loop of ours (Adam, 0.001) has trained a network."
)


@dataclass(frozen=True)
class Networks:
    """A submission's networks after their training.

    Attributes:
        student, training, data, evidence: the fixtures.
    """

    student: Any
    training: Any
    data: Any
    evidence: Any

    def trained(self, name: str, attempt: int = 0) -> Any:
        """Return a network trained by `train_classifier`, or by a loop of ours where that is missing."""
        try:
            return self.trained_by(self.student.train_classifier, name, attempt)
        except NotAttempted as missing:
            if missing.name != "train_classifier":
                raise
        return self._by_our_loop(name, attempt)

    def trained_by(self, train: Any, name: str, attempt: int = 0) -> Any:
        """Return a network trained by a function, None for a loop of ours."""
        try:
            return self.training.of(getattr(self.student, name), train, attempt)
        except (StudentRaised, CheckFailed):
            self._expect_rows(name)  # what is wrong with the network itself says more
            raise

    def _expect_rows(self, name: str) -> None:
        """Expect of a network, before any training, ten numbers for each image."""

        def look() -> None:
            images = self.data.validation.images[: max(SIZES)]
            expect_rows(probes.module(getattr(self.student, name)), images)

        self.training.once(f"rows {name}", look)

    def learnt(self, name: str) -> Any:
        """Return a trained network where `train_classifier` is not judged.

        Where that function is at fault (it has not brought `CNNClassifier` to its minimum either), a loop of
        ours trains this network: a mistake costs its own exercise.
        """
        try:
            network = self.trained(name)
        except (StudentFailure, CheckFailed):
            if self.base():
                raise
            return self._by_our_loop(name)
        return network if reaches_minimum(network) or self.base() else self._by_our_loop(name)

    def base(self) -> Any:
        """Return the trained `CNNClassifier`; None where it misses its minimum, or there is none."""
        base = self._trained_or_none("CNNClassifier")
        return base if base and reaches_minimum(base) else None

    def _by_our_loop(self, name: str, attempt: int = 0) -> Any:
        network = self.trained_by(None, name, attempt)
        self.evidence.finding("own-loop-used", OWN_LOOP)
        return network

    def expect_accuracy(self, name: str, network: Any, convolutions: int) -> None:
        """Expect that a trained network reaches its minimum, and by means of convolutions."""
        say = (
            f"{name} is right for {network.accuracy:.1%} of the images that it has not seen; "
            f"at least {network.minimum:.0%} are asked for."
        )
        epochs = self.training.budget.epochs
        early = Mistake(
            "stopped-early", lambda _: is_still_falling(network.losses, epochs), say=STOPPED_EARLY
        )
        expect(network.accuracy).that(reaches_minimum(network), say, mistakes=[early])
        say = f"{name} holds the images of the training, where it should have learnt from them."
        expect(network).that(not network.remembers(self.data.train.images), say)
        self.expect_convolutions(name, convolutions, network)

    def expect_convolutions(self, name: str, least: int, network: Any = None) -> None:
        """Expect convolutions that the logits depend on, and without which they show little of an image.

        `network` is the trained one in question; else that of `trained`, or an untrained one where that
        fails.
        """
        network = network or self._trained_or_none(name)
        if network is None or network.graph is None:
            found, needed = self._convolutions_of(probes.module(getattr(self.student, name)))
            if found < least or not needed:
                self._expect_rows(name)
        else:
            # The memory keeps the network as long as the submission is there, so its id stays its own.
            key = f"convolutions {id(network)}"
            found, needed = self.training.once(key, lambda: self._convolutions_in(network.graph))
        plural = "s" if least > 1 else ""
        say = f"The logits of {name} depend on {found} of the {least} convolution{plural} asked for."
        expect(found).that(found >= least, say, mistakes=[FEW_CONVOLUTIONS])
        say = f"The logits of {name} are nearly the same without its convolutions: they are not what it uses."
        expect(found).that(needed, say, mistakes=[FEW_CONVOLUTIONS])

    def _convolutions_of(self, module: Any) -> tuple[int, bool]:
        graph, _ = self.training.capture(module)
        if graph is not None:
            return self._convolutions_in(graph)
        images, shape = self._taken_by(module)
        names = {f"{layer.name}.weight" for layer in module.layers() if layer.type_name == "Conv2d"}
        kernels = {p.name: p.value for p in module.parameters() if p.name in names}

        def run(changed: dict[str, Tensor]) -> Tensor:
            module.load({**kernels, **changed})
            rows = expect(module.forward(images), "the network's output").tensor(shape, floating=True)
            # Where images and rows differ in number, what belongs to the same images becomes one row.
            return rows.reshape(gcd(len(images), len(rows)), -1)

        return _use_of(kernels, run)

    def _taken_by(self, module: Any) -> tuple[Tensor, tuple[int, ...]]:
        """Return images that a network takes, in whatever number, and the shape of its output for them."""
        for n in (FEW, *OTHER_SIZES):
            images = self.data.validation.images[:n]
            try:
                rows = expect(module.forward(images)).tensor(floating=True)
            except StudentRaised:
                continue
            if rows.ndim == 2 and rows.shape[1] == 10 and len(rows) > 1:
                return images, tuple(rows.shape)
        return self.data.validation.images[:FEW], (FEW, 10)

    def _convolutions_in(self, graph: Any) -> tuple[int, bool]:
        images = self.data.validation.images[:FEW]
        rows = [row for row in graph.layers() if row.operator == "convolution"]
        kernels = {row.weight: graph.tensors[row.weight] for row in rows}
        try:
            return _use_of(kernels, lambda changed: graph.logits(images, changed))
        except BadGraph as error:
            raise CheckFailed("condition", "The network could not be run with other kernels.") from error

    def expect_counts_agree(self, name: str, network: Any) -> None:
        """Expect that a trained network uses what its layers hold, and nothing else."""
        graph = network.graph
        if graph is None:
            self._expect_rows(name)
        say = "The network could not be read as a graph of operations, so its parameters cannot be counted."
        expect(graph).that(graph is not None, say)
        held = sum(parameter.value.numel() for parameter in network.parameters if not parameter.tied_to)
        used = graph.parameter_count
        outside = Mistake("parameters-outside-layers", lambda _: True, say=WITHOUT_LAYERS)
        say = f"The layers hold {held:,} parameters, but the network uses {used:,}."
        expect(used).that(held == used, say, mistakes=[outside])

    def _trained_or_none(self, name: str) -> Any:
        try:
            return self.trained(name)
        except (StudentFailure, CheckFailed):
            return None

    def expect_smaller(self, least: float) -> None:
        """Expect that `ReducedCNN` uses fewer parameters, by so many per cent at least, and a convolution."""
        after = self._count("ReducedCNN")
        say = "ReducedCNN could not be read as a graph of operations, so its parameters cannot be counted."
        expect(after).that(after is not None, say)
        self.expect_convolutions("ReducedCNN", 1)
        before = self._base_count()
        drop = 100 * (before - after) / before
        columns = ["parameters of CNNClassifier", "of ReducedCNN", "drop in %"]
        self.evidence.table("Reduction", columns, [[before, after, round(drop, 2)]])
        same = Mistake("nothing-reduced", lambda _: before == after, say=NOTHING_REDUCED)
        say = f"ReducedCNN uses {after:,} parameters and CNNClassifier {before:,}: a drop of {drop:.1f} %."
        expect(drop).that(drop > 0 and drop >= least, say, mistakes=[same])

    def _count(self, name: str) -> Any:
        """Count what a network uses, untrained where training fails; None where it could not be captured."""
        network = self._trained_or_none(name)
        if network is None:
            graph = self.training.capture(probes.module(getattr(self.student, name)))[0]
        else:
            graph = network.graph
        if graph is None:
            self._expect_rows(name)
        return graph and graph.parameter_count

    def _base_count(self) -> int:
        try:
            return self._count("CNNClassifier") or MANUAL_PARAMETERS
        except (StudentFailure, CheckFailed):
            return MANUAL_PARAMETERS


def _use_of(kernels: dict[str, Tensor], run: Callable[[dict[str, Tensor]], Tensor]) -> tuple[int, bool]:
    """Return how many kernels matter, and whether images differ far less in logits where all of them are 0.

    Args:
        kernels: by name.
        run: gives the logits of some images, with some of the kernels changed.
    """
    generator, plain = torch.Generator().manual_seed(0), run({})
    others = {
        name: torch.randn(old.shape, generator=generator).to(old.dtype) for name, old in kernels.items()
    }
    changes = [(run({name: kernel}) - plain).abs().max() for name, kernel in others.items()]
    blank = run({name: torch.zeros_like(kernel) for name, kernel in kernels.items()}).nan_to_num()
    found = sum(bool(change > 1e-4 * plain.abs().max()) for change in changes)
    return found, bool(2 * blank.std(0).max() <= plain.std(0).max())


def reaches_minimum(network: Any) -> bool:
    """Whether a trained network reads as well as the task asks."""
    return bool(network.accuracy >= network.minimum)


def numbers(losses: Any) -> list[float]:
    """Return a loss list as floats."""
    return [expect(loss, "a loss").number() for loss in expect(losses, "the loss list").items()]


def is_still_falling(losses: Any, epochs: int) -> bool:
    """Whether losses (one an epoch, or one a batch) fall over the epochs, and end above half of the first."""
    told = torch.tensor(numbers(losses), dtype=torch.float64)
    values = told.reshape(epochs, -1).mean(1).tolist()
    fall, ways = values[0] - values[-1], sum(abs(after - before) for before, after in pairwise(values))
    return values[-1] > values[0] / 2 and 2 * fall > ways


def expect_one_each(losses: list[float], epochs: int, batches: int) -> None:
    """Expect one loss an epoch."""
    each = Mistake("loss-per-batch", lambda got: len(got) == epochs * batches, say=LOSS_PER_BATCH)
    say = f"The loss list should hold {epochs} numbers, one an epoch, but it holds {len(losses)}."
    expect(losses).that(len(losses) == epochs, say, mistakes=[each], kind="length")


# -- q3: evaluating a classifier of the grader's ---------------------------------------------------------

TURNED = "This is the matrix with its axes exchanged. What does a row stand for?"
NORMALISED = "These are fractions. The matrix holds counts of images."
CLASS_DROPPED = "A class that does not occur still has its row and its column: (10, 10), always."
EVALUATION_TRAINS = "The weights are others after the evaluation. What is the test data for?"
TRAINING_MODE = "Dropout was still switching numbers off. Which mode is for evaluating?"
PERCENT = "This is a percentage; the task asks for a fraction of 1."
COUNT = "This is a number of images; the task asks for a fraction of all."
BATCH_MEAN = (
    "This is the mean of the batches' accuracies. Does the smaller last batch count as much as the others?"
)


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
        """(N, 10) in float64."""
        return self.images.flatten(1).double() @ self.weight.double().T + self.bias.double()

    def right(self) -> Tensor:
        """(N,) 1.0 for an image whose class is predicted, else 0.0."""
        return (self.logits.argmax(1) == self.labels).double()

    def confusion(self) -> Tensor:
        """(10, 10) float64 counts, rows true, columns predicted."""
        places = self.labels * 10 + self.logits.argmax(1)
        return torch.bincount(places, minlength=100).reshape(10, 10).double()

    def batch_mean(self) -> float:
        """The mean of the batches' accuracies."""
        return float(torch.stack([part.mean() for part in self.right().split(self.batch_size)]).mean())

    def ask(self, student: Any, device: torch.device, dropout: bool = True) -> tuple[Any, Any, Any]:  # noqa: FBT001, FBT002
        """Return what `evaluate_classifier` gives for the classifier, in training mode: accuracy, confusion.

        The third is the classifier, for what becomes of its weights.
        """
        noise = [probes.Make("torch.nn.Dropout")] if dropout else []
        layers = [probes.Make("torch.nn.Flatten"), *noise, probes.Make("torch.nn.Linear", 784, 10)]
        network = probes.make_module(student.evaluate_classifier, "torch.nn.Sequential", *layers)
        network.load([self.weight, self.bias])
        loader = probes.loader(self.images, self.labels, batch_size=self.batch_size)
        value = student.evaluate_classifier(network, loader, device)
        return (*expect(value, "what evaluate_classifier returned").pair(), network)

    def expect_confusion(self, student: Any, device: torch.device) -> None:
        """Expect the right confusion matrix."""
        _, told, network = self.ask(student, device)
        counts, right = matrix(told), self.confusion()
        smaller = Mistake(
            "class-dropped", lambda got: got.ndim == 2 and max(got.shape) < 10, say=CLASS_DROPPED
        )
        say = f"The confusion matrix should have shape (10, 10), but it has {tuple(counts.shape)}."
        expect(counts).that(tuple(counts.shape) == (10, 10), say, mistakes=[smaller], kind="shape")
        # Of a class that is absent there are no fractions: 0 or NaN, as one computes them.
        of_class, n = right.sum(1, keepdim=True), len(self.labels)
        wrong = [
            Mistake("confusion-turned", right.T.contiguous(), say=TURNED),
            *(
                Mistake("confusion-normalised", right / whole, say=NORMALISED)
                for whole in (of_class, of_class.clamp(min=1), n)
            ),
        ]

        def noise_spoils(_: Any) -> bool:
            quiet = matrix(self.ask(student, device, dropout=False)[1])
            known = (right, *(mistake.value for mistake in wrong))
            return quiet.shape == right.shape and any(
                torch.allclose(quiet, value, equal_nan=True) for value in known
            )

        noise = Mistake("training-mode", noise_spoils, say=TRAINING_MODE)
        expect(counts, "the confusion matrix").close_to(
            right, mistakes=[self._trains(network), *wrong, noise]
        )

    def _trains(self, network: Any) -> Mistake:
        def changed(_: Any) -> bool:
            weights = [parameter.value for parameter in network.parameters()]
            return not all(map(torch.equal, weights, (self.weight, self.bias)))

        return Mistake("evaluation-trains", changed, say=EVALUATION_TRAINS)

    def expect_accuracy(self, student: Any, device: torch.device) -> None:
        """Expect the right accuracy of the classifier without dropout, and that it stays as it was."""
        right = float(self.right().mean())
        told, _, network = self.ask(student, device, dropout=False)
        trains = self._trains(network)
        mistakes = [
            trains,
            Mistake("percentage-for-fraction", 100 * right, say=PERCENT),
            Mistake("count-for-fraction", right * len(self.labels), say=COUNT),
            Mistake("mean-of-batches", self.batch_mean(), say=BATCH_MEAN),
        ]
        expect(told, "the accuracy").close_to(right, mistakes=mistakes)
        expect(told).that(not trains.value(told), "The weights changed.", mistakes=[trains])


def matrix(value: Any) -> Tensor:
    """Return a confusion matrix as float64: of a tensor, an array, or a list of lists."""
    if not isinstance(value, (list, tuple)):
        return expect(value, "the confusion matrix").tensor().double()
    rows = [expect(row, "a row of the confusion matrix").items() for row in value]
    expect(value).that(len({len(row) for row in rows}) == 1, "The rows differ in length.", kind="shape")
    return torch.tensor([[expect(n, "a count").number() for n in row] for row in rows], dtype=torch.float64)


# -- q4: drops, and their picture ------------------------------------------------------------------------

FRACTION = "This is a fraction; the task asks for per cent."
WRONG_BASE = "Per cent of what? The base is the network that the other one is compared with."
SHARE_LEFT = "This is the share that is left. How much is gone?"
SIGN = "The size is right, the sign is not: a smaller network makes a positive drop."
AXES_UNNAMED = "What does the reader see? Name both axes."
AXES_EXCHANGED = "The axes' names are exchanged: look at what is drawn along each."
PAIRS_EXCHANGED = "The two numbers of each pair are exchanged."
LOSS_DRAWN = "This is by how much the accuracy drops. The accuracy itself is asked for."
ORDER_DRAWN = "The points are numbered along one axis. Where is the drop in parameters?"
WORDS = (r"drop|param|reduc|fewer|weight|size|%|per ?cent", r"acc")
"""What the name of either axis speaks of."""


def expect_drop(value: Any, before: int, after: int, what: str = "the drop", beside: float = np.nan) -> None:
    """Expect the drop from one count of parameters to another, in per cent of the first.

    `beside` is the other number of its pair.
    """
    drop = 100 * (before - after) / before
    mistakes = [
        Mistake("pairs-exchanged", lambda _: abs(beside - drop) <= 1e-4 * abs(drop), say=PAIRS_EXCHANGED),
        Mistake("fraction-for-percent", drop / 100, say=FRACTION),
        Mistake("wrong-base", 100 * (before - after) / after, say=WRONG_BASE),
        Mistake("share-left", 100 - drop, say=SHARE_LEFT),
        Mistake("sign-exchanged", -drop, say=SIGN),
    ]
    expect(value, what).close_to(drop, mistakes=mistakes)


def expect_drawn(student: Any, points: list[tuple[float, float]], evidence: Any) -> None:
    """Expect (drop, accuracy) pairs in a figure: in any order, either way round, as fractions or per cent."""
    figure = probes.figure(student.plot_drop_against_accuracy, points)
    if figure.kind == "open":
        evidence.finding("figure-left-open", "No figure was returned, but one was open: that one was taken.")
    drops, accuracies = np.array(points).T
    upright, turned = (_places(figure, drops, accuracies, turned=way) for way in (False, True))
    lost = [accuracies[0] - accuracies, accuracies.max() - accuracies]
    numbers = [np.arange(len(points)) + first for first in (0, 1)]
    mistakes = [
        Mistake(
            "accuracy-drop-drawn", lambda _: any(_places(figure, drops, y) for y in lost), say=LOSS_DRAWN
        ),
        Mistake(
            "order-for-drop", lambda _: any(_places(figure, x, accuracies) for x in numbers), say=ORDER_DRAWN
        ),
    ]
    expect(points).that(bool(upright or turned), "The points are not in the figure.", mistakes=mistakes)
    named = any(axes.named() for axes in upright + turned)
    unnamed = Mistake("axes-unnamed", lambda _: True, say=AXES_UNNAMED)
    expect(points).that(named, "An axis has no name.", mistakes=[unnamed])
    agree = any(_speak_of(axes.x_label, axes.y_label) for axes in upright)
    agree = agree or any(_speak_of(axes.y_label, axes.x_label) for axes in turned)
    exchanged = Mistake("axes-exchanged", lambda _: True, say=AXES_EXCHANGED)
    expect(points).that(agree, "The axes' names do not say what is drawn.", mistakes=[exchanged])


def _places(figure: Any, drops: Any, accuracies: Any, *, turned: bool = False) -> list[Any]:
    """Return the axes that show these points."""
    ways = [(d * drops, a * accuracies) for d in (1, 0.01) for a in (1, 100)]
    wanted = [np.stack(way[::-1] if turned else way, 1) for way in ways]
    return [axes for axes in figure.axes if any(_shows(axes, points) for points in wanted)]


def _shows(axes: Any, points: Any) -> bool:
    drawn = [np.stack(series, 1) for series in axes.series() if len(series[0])]
    if not drawn:
        return False
    apart = np.abs(np.concatenate(drawn)[None] - points[:, None]) / np.abs(points).max(0)
    return bool((apart.max(2).min(1) <= 1e-4).all())


def _speak_of(drop: str, accuracy: str) -> bool:
    """Whether no axis is named after what is drawn along the other."""
    (of_drop, of_accuracy) = WORDS
    texts = ((drop, of_drop, of_accuracy), (accuracy, of_accuracy, of_drop))
    return not any(
        re.search(other, text, re.IGNORECASE) and not re.search(own, text, re.IGNORECASE)
        for text, own, other in texts
    )


def perceptron(function: Any, width: int) -> Any:
    """Build a plain module of 795 · width + 10 parameters in the worker."""
    layers = [probes.Make("torch.nn.Flatten"), probes.Make("torch.nn.Linear", 784, width)]
    layers += [probes.Make("torch.nn.ReLU"), probes.Make("torch.nn.Linear", width, 10)]
    return probes.make_module(function, "torch.nn.Sequential", *layers)


def read_pairs(told: Any, models: int) -> dict[int, tuple[float, float]]:
    """Return (drop, accuracy) by place of the model; the base, place 0, may have been left out."""
    pairs = expect(told, "the list of pairs").items()
    say = f"There should be one pair a model, {models} of them, but there are {len(pairs)}."
    expect(pairs).that(len(pairs) in (models, models - 1), say, kind="length")
    read = [
        tuple(expect(n, "a number of a pair").number() for n in expect(pair, "a pair").pair())
        for pair in pairs
    ]
    return {models - len(read) + place: pair for place, pair in enumerate(read)}
