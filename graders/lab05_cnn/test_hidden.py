"""Lab 5, what decides: other images, kernels, layers and models, and what is left of a network's weights.

Everything is drawn from the run's secret. What was trained is measured by the grader from the weights that
the training left behind, on images that never enter the worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from statistics import mean, stdev
from typing import Any

import torch
from lab05_cnn.shared import (
    GLOBAL_NAMES,
    LAYER_CALLED,
    PAIRS_EXCHANGED,
    Evaluation,
    Networks,
    expect_as_layer,
    expect_drawn,
    expect_drop,
    expect_logits,
    expect_one_each,
    expect_one_tensor,
    expect_plane,
    numbers,
    parameter_mistakes,
    perceptron,
    read_pairs,
    size_mistakes,
)
from torch import Tensor
from torch.nn import functional

from labgrade.errors import CheckFailed, StudentFailure
from labgrade.grader import Mistake, check, exercise, expect, probes
from labgrade.grader.losses import first_losses

INVENTED = "These losses do not belong to the training. Where do they come from?"
NOT_TRAINED = "The weights are as they were. Was the model itself trained, or a copy? Did the optimiser step?"
TEST_LEARNT = "The models learnt the labels of the test data, the wrong ones too. What is it for?"
MOST_BELOW = 0.05
EPOCHS = 12
"""Of the small models of `accuracy_against_drop`."""
LEARNT_RANK = 2.5
"""Below it a model knows wrong labels: the mean of 30 random ranks from 0 to 9 is 4.5, give or take 0.5."""


@exercise("q1")
class TestConvolution:
    @check(marks=2, hint="Try an image and a kernel that are not square, and a kernel that is not symmetric.")
    def test_convolve_any_size(self, student, rng):
        """Other images and kernels, not square"""
        for height, width in ((3, 2), (2, 5), (1, 3)):
            image, kernel = (
                rng.normal(height + rng.integers(4, 7), width + rng.integers(1, 3)),
                rng.normal(height, width),
            )
            expect_plane(student.convolve2d(image, kernel), image, kernel)

    @check(marks="1.5", hint="Try strides and paddings one by one, then together.")
    def test_convolve_other_strides(self, student, rng):
        """Other strides and paddings"""
        for stride, padding in ((1, 2), (3, 0), (2, 1)):
            image, kernel = rng.normal(rng.integers(7, 9), rng.integers(10, 12)), rng.normal(3, 2)
            value = student.convolve2d(image, kernel, stride=stride, padding=padding)
            expect_plane(value, image, kernel, stride=stride, padding=padding)

    @check(marks=2, hint="Slide a kernel on paper, with stride 3 and padding 1, and count the places.")
    def test_size_for_every_combination(self, student, rng):
        """The size for other combinations, as a real convolution has it"""
        for size, kernel, stride, padding in _combinations(rng):
            axis, slid = torch.zeros(size, 1), torch.zeros(kernel, 1)
            real = functional.conv2d(
                axis[None, None], slid[None, None], stride=stride, padding=(padding, 0)
            ).shape[2]
            value = student.output_size(size, kernel, stride, padding)
            expect(value, "the size").close_to(real, mistakes=size_mistakes(size, kernel, stride, padding))

    @check(marks=1, hint="Compare with the parameters of an nn.Conv2d.")
    def test_parameters_at_random(self, student, rng):
        """The parameters of other layers, with a bias and without"""
        for _ in range(3):
            kernel = rng.integers(2, 7)
            # As many channels as the kernel is wide would make two known mistakes the same number.
            sizes = (kernel + rng.integers(1, 5), rng.integers(2, 9), kernel)
            with_bias = torch.nn.Conv2d(*sizes)
            count = sum(parameter.numel() for parameter in with_bias.parameters())
            value = student.convolution_parameters(*sizes, bias=True)
            expect(value, "the count").close_to(count, mistakes=parameter_mistakes(*sizes))
            without = student.convolution_parameters(*sizes, bias=False)
            mistakes = parameter_mistakes(*sizes, bias=False)
            expect(without, "the count").close_to(with_bias.weight.numel(), mistakes=mistakes)


def _combinations(rng: Any) -> list[tuple[int, int, int, int]]:
    """Draw sizes, kernels, strides and paddings; the first three tell the known mistakes apart."""
    kernel, size = rng.integers(2, 5), rng.integers(9, 30)
    drawn = [(size, kernel, 1, 0), (size, kernel, 1, 2), (kernel + 3 * rng.integers(3, 9) + 1, kernel, 3, 0)]
    for stride, padding in ((s, p) for s in (1, 2, 3, 4) for p in (0, 1, 2, rng.integers(3, 5))):
        size = rng.integers(5, 40)
        drawn.append((size, rng.integers(1, min(size, 9)), stride, padding))
    return drawn


@exercise("q2")
class TestLayer:
    @check(marks=1, hint="The usual stride and padding are asked for.")
    def test_layer_at_random(self, student, rng):
        """The layer gives what such a layer gives"""
        layer = probes.module(student.make_conv_layer)
        weight, images = rng.normal(3, 1, 3, 3), rng.normal(2, 1, 8, 9)
        expect_one_tensor(layer)
        layer.load([weight])
        expect(layer.forward(images), "the layer's output").close_to(functional.conv2d(images, weight))

    @check(marks="1.5", hint="Print the layer's weight, and compare.", mistakes=[LAYER_CALLED])
    def test_other_kernels(self, student, rng):
        """Layers with other kernels"""
        for outputs, kernel in ((3, 3), (rng.integers(4, 6), 2), (2, 4)):
            image = rng.normal(kernel + rng.integers(5, 7), kernel + rng.integers(5, 7))
            expect_as_layer(student, image, rng.normal(outputs, 1, kernel, kernel))

    @check(marks=1, hint="Print the layer's stride and padding.", mistakes=[LAYER_CALLED])
    def test_stride_and_padding(self, student, rng):
        """Layers with other strides and paddings"""
        for stride, padding in ((2, 0), (1, 1), (2, 2)):
            image = rng.normal(rng.integers(10, 12), 11)
            expect_as_layer(student, image, rng.normal(2, 1, 3, 3), stride=stride, padding=padding)

    @check(marks=1, hint="Is the layer's bias None?", mistakes=[LAYER_CALLED])
    def test_bias(self, student, rng):
        """Layers with a bias"""
        for outputs in (1, 4):
            image, bias = rng.normal(8, 7), rng.uniform(0.5, 2, outputs)
            expect_as_layer(student, image, rng.normal(outputs, 1, 3, 3), bias)

    @check(marks="0.5", hint="For a layer with C > 1 the image is (C, H, W).", mistakes=[LAYER_CALLED])
    def test_several_channels(self, student, rng):
        """A layer with several input channels"""
        expect_as_layer(student, rng.normal(2, 7, 8), rng.normal(3, 2, 3, 3))


def _evaluation(rng: Any, absent: int | None = None) -> Evaluation:
    """Draw a classifier without ties, images and labels, about half of them as it predicts.

    Without the class `absent` in labels and predictions, or with all ten in both.
    """
    while True:
        weight, bias = rng.normal(10, 784), torch.zeros(10)
        # Images are centred by the bias, so that no class is predicted nearly always.
        bias = -weight.sum(1) / 2
        if absent is not None:
            bias[absent] -= 1e3
        images = rng.uniform(0, 1, rng.integers(8, 10) * 7 + rng.integers(2, 4), 1, 28, 28)
        drawn = Evaluation(images, torch.zeros(len(images), dtype=torch.int64), weight, bias, batch_size=7)
        predicted = drawn.logits.argmax(1)
        others = torch.tensor([c for c in range(10) if c != absent])
        random = others[rng.integers(0, len(others) - 1, len(images))]
        labels = torch.where(rng.uniform(0, 1, len(images)) < 0.5, predicted, random)
        drawn = Evaluation(images, labels, weight, bias, batch_size=7)
        if _is_telling(drawn, set(others.tolist())):
            return drawn


def _is_telling(drawn: Evaluation, classes: set[int]) -> bool:
    """Whether all classes occur, no logits tie, and the known mistakes show."""
    first, second = drawn.logits.topk(2, 1).values.unbind(1)
    right, confusion = float(drawn.right().mean()), drawn.confusion()
    return (
        set(drawn.labels.tolist()) == classes
        and bool((first - second > 0.01).all())
        and abs(drawn.batch_mean() - right) > 0.002
        and not torch.equal(confusion, confusion.T)
    )


@exercise("q3")
class TestClassifier:
    @check(
        marks="2.5", hint="What keeps the network from learning more in this budget?", mistakes=GLOBAL_NAMES
    )
    def test_accuracy_by_convolutions(self, student, training, data, evidence):
        """The trained CNNClassifier reaches the minimum accuracy, by means of its convolutions"""
        networks = Networks(student, training, data, evidence)
        networks.expect_accuracy("CNNClassifier", networks.trained("CNNClassifier"), 2)

    @check(marks="1.5", hint="Print the outputs of your convolutions.", mistakes=GLOBAL_NAMES)
    def test_logits_by_convolutions(self, student, training, data, evidence, rng):
        """The trained CNNClassifier gives logits for any number of images, by at least two convolutions"""
        expect_logits(probes.module(student.CNNClassifier), rng)
        networks = Networks(student, training, data, evidence)
        networks.expect_convolutions("CNNClassifier", 2)

    @check(marks=1, hint="Sum up the parameters layer by layer, by the formula of q1.", mistakes=GLOBAL_NAMES)
    def test_parameters_in_layers(self, student, training, data, evidence):
        """What CNNClassifier uses is what its layers hold"""
        networks = Networks(student, training, data, evidence)
        networks.expect_counts_agree("CNNClassifier", networks.trained("CNNClassifier"))

    @check(marks="1.5", hint="Train another model, for another number of epochs.")
    def test_trains_what_it_is_given(self, student, data, rng):
        """train_classifier trains another model, for as many epochs as asked"""
        _expect_trains(student, data, rng)
        _expect_own_losses(student, data, rng)

    @check(marks=2, hint="Compare with sklearn.metrics.confusion_matrix.")
    def test_confusion_at_random(self, student, data, rng):
        """The confusion matrix of another classifier, on other images"""
        _evaluation(rng).expect_confusion(student, data.device)

    @check(marks=2, hint="The last batch may be smaller than the others; and an evaluation changes nothing.")
    def test_accuracy_at_random(self, student, data, rng):
        """The accuracy of another classifier, whose weights stay as they are"""
        _evaluation(rng).expect_accuracy(student, data.device)

    @check(marks="0.5", hint="Ten classes, whichever of them occur.")
    def test_absent_class(self, student, data, rng):
        """The confusion matrix where a class is absent"""
        _evaluation(rng, absent=rng.integers(0, 9)).expect_confusion(student, data.device)


def _expect_trains(student: Any, data: Any, rng: Any) -> None:
    """Have a linear classifier trained, and look at its weights."""
    function, epochs, batches = student.train_classifier, rng.integers(3, 5), 5
    images, labels = _patterns(rng, 8 * batches)
    layers = (probes.Make("torch.nn.Flatten"), probes.Make("torch.nn.Linear", 784, 10))
    network = probes.make_module(function, "torch.nn.Sequential", *layers)
    start = [rng.normal(10, 784) / 50, torch.zeros(10)]
    network.load(start)
    losses = numbers(function(network, probes.loader(images, labels, batch_size=8), epochs, data.device))
    expect_one_each(losses, epochs, batches)
    end = [parameter.value for parameter in network.parameters()]
    _expect_changed(start, end)
    before, after = (functional.linear(images.flatten(1), *tensors) for tensors in (start, end))
    better = functional.cross_entropy(after, labels) < functional.cross_entropy(before, labels)
    right = float((after.argmax(1) == labels).double().mean())
    expect(right).that(bool(better) or right > 0.5, "The model is no better after its training.")


def _expect_own_losses(student: Any, data: Any, rng: Any) -> None:
    """Expect losses that tell right labels from wrong ones, by the weights of the model handed over."""
    function, seed = student.train_classifier, rng.seed()

    def first_loss(network: Any, loader: Any) -> float:
        losses = numbers(probes.seeded(function, network, loader, 2, data.device, seed=seed))
        expect_one_each(losses, 2, 4)
        return losses[0]

    found = first_losses(function, first_loss, rng)
    invented = Mistake("losses-invented", lambda _: True, say=INVENTED)
    expect(found.right).that(found.belong, "The losses are not those of a training.", mistakes=[invented])


def _patterns(rng: Any, n: int) -> tuple[Tensor, Tensor]:
    """Draw images (n, 1, 28, 28) and labels (n,): a third of the pixels are the class's own, the rest noise.

    So a class is soon learnt, and so is, by heart, every single image.
    """
    labels = rng.integers(0, 9, n)
    of_class, of_image = (rng.uniform(0, 1, rows, 784) < 0.3 for rows in (10, n))
    shown = torch.where(rng.uniform(0, 1, n, 784) < 0.3, of_class[labels], of_image)
    return shown.float().reshape(n, 1, 28, 28), labels


def _expect_changed(before: list[Tensor], after: list[Tensor]) -> None:
    kept = any(torch.equal(old, new) for old, new in zip(before, after, strict=True))
    stale = Mistake("weights-unchanged", lambda _: True, say=NOT_TRAINED)
    expect(after).that(not kept, "Training left weights as they were.", mistakes=[stale])


@dataclass(frozen=True)
class Comparison:
    """Models that `accuracy_against_drop` has trained, and what it said of them.

    Attributes:
        widths: of the models' hidden layers.
        pairs: (drop, accuracy) by place of the model.
        before, after: the models' parameters.
        loaders: for training and test.
        images, labels: what the models were to be tested on.
        wrong: which of the labels are wrong on purpose.
    """

    widths: tuple[int, ...]
    pairs: dict[int, tuple[float, float]]
    before: list[list[Tensor]]
    after: list[list[Tensor]]
    loaders: tuple[Any, Any]
    images: Tensor
    labels: Tensor
    wrong: Tensor

    def logits(self, place: int) -> Tensor:
        """Return what a model gives for the test images, computed here."""
        first, first_bias, second, second_bias = (tensor.double() for tensor in self.after[place])
        hidden = functional.linear(self.images.flatten(1).double(), first, first_bias).relu()
        return functional.linear(hidden, second, second_bias)

    def accuracy(self, place: int) -> float:
        """Return a model's accuracy for the labels of the loader."""
        return float((self.logits(place).argmax(1) == self.labels).double().mean())

    def wrong_rank(self) -> float:
        """Return the mean rank of the wrong labels' logits among ten: about 4.5 to 5, near 0 where learnt."""
        ranks = [
            (logits > logits.gather(1, self.labels[:, None])).sum(1)[self.wrong].double().mean()
            for logits in map(self.logits, self.pairs)
        ]
        return float(torch.stack(ranks).mean())


def _comparison(student: Any, data: Any, rng: Any) -> Comparison:
    """Have three models trained, the last of them larger than the base."""
    function, base = student.accuracy_against_drop, rng.integers(14, 18)
    widths = (base, base // 2 - rng.integers(0, 2), base + rng.integers(3, 6))
    models = [perceptron(function, width) for width in widths]
    before = [[parameter.value for parameter in model.parameters()] for model in models]
    (images, labels), split = _patterns(rng, 150), 80
    wrong = torch.arange(150) >= 120
    given = torch.where(wrong, (labels + rng.integers(1, 9, 150)) % 10, labels)
    parts = [slice(0, split), slice(split, 150)]
    train, test = (probes.loader(images[part], given[part], batch_size=10) for part in parts)
    told = function(models, train, test, EPOCHS, data.device)
    return Comparison(
        widths,
        read_pairs(told, len(models)),
        before,
        [[parameter.value for parameter in model.parameters()] for model in models],
        (train, test),
        images[split:],
        given[split:],
        wrong[split:],
    )


def _expect_accuracies(comparison: Comparison) -> None:
    """Expect models that were trained, and the accuracy of each as its weights give it."""
    for place in comparison.pairs:
        _expect_changed(comparison.before[place], comparison.after[place])
    right, n = [comparison.accuracy(place) for place in comparison.pairs], len(comparison.labels)
    drops, told = (list(column) for column in zip(*comparison.pairs.values(), strict=True))
    # Fractions, percentages or counts: the unit is that of evaluate_classifier, which is judged in q3.
    close = any(_are_close([got / unit for got in told], right, n) for unit in (1, 100, n))
    exchanged = Mistake("pairs-exchanged", lambda _: _are_close(drops, right, n), say=PAIRS_EXCHANGED)
    say = f"The trained models have the accuracies {right}, but these came: {told}."
    expect(told).that(close, say, mistakes=[exchanged], kind="values")
    learnt = Mistake("test-data-learnt", lambda _: True, say=TEST_LEARNT)
    say = "The models give the labels of the test data, the wrong ones too."
    expect(told).that(comparison.wrong_rank() > LEARNT_RANK, say, mistakes=[learnt])


def _is_fault_of_others(student: Any, data: Any, rng: Any, comparison: Comparison) -> bool:
    """Whether functions of q3 that are at fault there give these accuracies: here they cost nothing."""
    checks = (
        lambda: _expect_trains(student, data, rng),
        lambda: _evaluation(rng).expect_accuracy(student, data.device),
    )
    if all(map(_passes, checks)):
        return False
    told = [accuracy for _, accuracy in comparison.pairs.values()]
    try:
        return _are_close(told, _by_functions_of_q3(student, data, comparison), len(comparison.labels))
    except (StudentFailure, CheckFailed):
        return False


def _passes(run: Callable[[], None]) -> bool:
    try:
        run()
    except (StudentFailure, CheckFailed):
        return False
    return True


def _by_functions_of_q3(student: Any, data: Any, comparison: Comparison) -> list[float]:
    """Have the same models trained and evaluated once more, without `accuracy_against_drop`."""
    train, test = comparison.loaders
    accuracies = []
    for place in comparison.pairs:
        model = perceptron(student.train_classifier, comparison.widths[place])
        model.load(comparison.before[place])
        student.train_classifier(model, train, EPOCHS, data.device)
        accuracy, _ = expect(student.evaluate_classifier(model, test, data.device)).pair()
        accuracies.append(expect(accuracy).number())
    return accuracies


def _are_close(told: list[float], right: list[float], n: int) -> bool:
    """Whether all accuracies are right to one of `n` images."""
    return all(abs(got - want) <= 1.001 / n for got, want in zip(told, right, strict=True))


@exercise("q4")
class TestReduction:
    @check(marks=1, hint="Try two modules of your own; let the second be larger.")
    def test_drop_at_random(self, student, rng):
        """The drop between other modules, to larger ones too"""
        function = student.parameter_drop_percent
        inputs, outputs = rng.integers(5, 9), rng.integers(3, 7)
        base = probes.make(function, "torch.nn.Linear", inputs, outputs)
        for channels in (1, rng.integers(2, 3), 30):
            layers = (probes.Make("torch.nn.Conv2d", 1, channels, 2), probes.Make("torch.nn.Linear", 3, 2))
            other = probes.make(function, "torch.nn.Sequential", *layers)
            expect_drop(function(base, other), (inputs + 1) * outputs, 5 * channels + 8)

    @check(marks="0.5", hint="Print the parameters of both networks.", mistakes=GLOBAL_NAMES)
    def test_smaller_at_all(self, student, training, data, evidence):
        """ReducedCNN uses fewer parameters than CNNClassifier"""
        Networks(student, training, data, evidence).expect_smaller(0)

    @check(marks="1.5", hint="Which layer has most of the parameters?", mistakes=GLOBAL_NAMES)
    def test_smaller_by_a_third(self, student, training, data, evidence):
        """ReducedCNN uses at least 30 % fewer parameters, all of them in its layers"""
        networks = Networks(student, training, data, evidence)
        networks.expect_smaller(30)
        networks.expect_counts_agree("ReducedCNN", networks.learnt("ReducedCNN"))

    @check(marks=1, hint="What keeps the network from learning more in this budget?", mistakes=GLOBAL_NAMES)
    def test_accuracy_by_convolutions(self, student, training, data, evidence):
        """The trained ReducedCNN reaches the minimum accuracy, by means of its convolutions"""
        networks = Networks(student, training, data, evidence)
        networks.expect_accuracy("ReducedCNN", networks.learnt("ReducedCNN"), 1)

    @check(marks=2, hint="Compare the curves of both losses.", mistakes=GLOBAL_NAMES)
    def test_close_to_base(self, student, training, data, evidence):
        """The accuracy of ReducedCNN is at most 5 points below that of CNNClassifier"""
        networks = Networks(student, training, data, evidence)
        networks.expect_accuracy("ReducedCNN", networks.learnt("ReducedCNN"), 1)
        _expect_close(networks)

    @check(
        marks="0.5", hint="Print the shape after each layer, for 1 image and for 7.", mistakes=GLOBAL_NAMES
    )
    def test_any_number_of_images(self, student, rng):
        """ReducedCNN gives (N, 10) logits for 1, 7 and 64 images"""
        expect_logits(probes.module(student.ReducedCNN), rng)

    @check(marks="0.5", hint="The drop of each model from the first one, in their order.")
    def test_pairs_drops(self, student, data, rng):
        """accuracy_against_drop gives the drop of each of three models"""
        comparison = _comparison(student, data, rng)
        counts = [795 * width + 10 for width in comparison.widths]
        for place, (drop, beside) in comparison.pairs.items():
            expect_drop(drop, counts[0], counts[place], f"the drop of model {place}", beside)

    @check(marks=2, hint="Train each model on the training data, then measure it on the test data.")
    def test_pairs_accuracies(self, student, data, rng):
        """accuracy_against_drop trains each of three models, and gives its accuracy"""
        comparison = _comparison(student, data, rng)
        try:
            _expect_accuracies(comparison)
        except CheckFailed:
            if not _is_fault_of_others(student, data, rng, comparison):
                raise

    @check(marks=1, hint="Draw the pairs that the function is given.")
    def test_figure_at_random(self, student, evidence, rng):
        """The figure shows other networks"""
        drops = [0.0, *(round(rng.uniform(5, 98), 2) for _ in range(rng.integers(3, 6)))]
        points = [(drop, round(rng.uniform(0.5, 0.99), 3)) for drop in drops]
        expect_drawn(student, points, evidence)


def _expect_close(networks: Networks) -> None:
    """Expect `ReducedCNN` at most 5 points below the base; where it is more, over three trainings each."""
    base = networks.base()
    if base is None:
        return  # it misses its own minimum or does not run: then the minimum is all that counts
    pairs = [(base, networks.trained("ReducedCNN"))]
    if _gap(pairs) > MOST_BELOW:
        pairs += [(networks.trained("CNNClassifier", n), networks.trained("ReducedCNN", n)) for n in (1, 2)]
    rows = [[round(network.accuracy, 4) for network in pair] for pair in pairs]
    networks.evidence.table("Accuracy", ["CNNClassifier", "ReducedCNN"], rows)
    gap = _gap(pairs)
    say = f"ReducedCNN lies {100 * gap:.1f} points below CNNClassifier; at most 5 are allowed."
    expect(gap).that(gap <= MOST_BELOW, say)


def _gap(pairs: list[tuple[Any, Any]]) -> float:
    """Return by how much the second networks are less accurate, in favour of who trained them.

    Of several trainings the mean counts, less its standard error: what may be chance costs no mark.
    """
    gaps = [base.accuracy - reduced.accuracy for base, reduced in pairs]
    return mean(gaps) - (stdev(gaps) / sqrt(len(gaps)) if len(gaps) > 1 else 0)


@exercise("a1")
class TestFashion:
    @check(marks=2, hint="What keeps the network from learning more in this budget?", mistakes=GLOBAL_NAMES)
    def test_accuracy_by_convolutions(self, student, training, data, evidence):
        """The trained FashionCNN reaches the minimum accuracy, by means of its convolutions"""
        networks = Networks(student, training, data, evidence)
        network = networks.learnt("FashionCNN")
        row = [data.name, round(network.accuracy, 4), network.minimum]
        evidence.table("Trained and measured on", ["data set", "accuracy", "minimum"], [row])
        networks.expect_accuracy("FashionCNN", network, 2)

    @check(marks=1, hint="Print the outputs of your convolutions.", mistakes=GLOBAL_NAMES)
    def test_logits_by_convolutions(self, student, training, data, evidence, rng):
        """The trained FashionCNN gives logits for any number of images, by at least two convolutions"""
        expect_logits(probes.module(student.FashionCNN), rng)
        networks = Networks(student, training, data, evidence)
        networks.expect_convolutions("FashionCNN", 2, networks.learnt("FashionCNN"))

    @check(
        marks="0.5", hint="Sum up the parameters layer by layer, by the formula of q1.", mistakes=GLOBAL_NAMES
    )
    def test_parameters_in_layers(self, student, training, data, evidence):
        """What FashionCNN uses is what its layers hold"""
        networks = Networks(student, training, data, evidence)
        networks.expect_counts_agree("FashionCNN", networks.learnt("FashionCNN"))
