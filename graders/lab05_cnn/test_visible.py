"""Lab 5, what students see: the manual's own numbers, small examples, and the trainings themselves."""

from __future__ import annotations

from typing import Any

import torch
from lab05_cnn.shared import (
    GLOBAL_NAMES,
    LAYER_CALLED,
    STOPPED_EARLY,
    Evaluation,
    Networks,
    expect_as_layer,
    expect_drawn,
    expect_drop,
    expect_logits,
    expect_one_each,
    expect_one_tensor,
    expect_plane,
    is_still_falling,
    numbers,
    parameter_mistakes,
    perceptron,
    read_pairs,
    size_mistakes,
)

from labgrade.grader import Mistake, check, exercise, expect, probes

LITTLE = 0.2
"""Accuracy of a network that knows next to nothing."""
IMAGE = (torch.arange(36.0).reshape(6, 6) * 7 % 11) / 10
KERNEL = torch.tensor([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0], [2.0, 0.0, 1.0]])


@exercise("q1")
class TestConvolution:
    @check(marks="1.5", hint="Multiply the kernel with the part of the image that it lies on, and sum up.")
    def test_convolve_example(self, student):
        """A 3×3 kernel on a 6×6 image"""
        expect_plane(student.convolve2d(IMAGE, KERNEL), IMAGE, KERNEL)

    @check(
        marks=1, hint="The stride is how far the kernel moves on, the padding what is put around the image."
    )
    def test_convolve_with_stride_and_padding(self, student):
        """The same with stride 2 and padding 1"""
        value = student.convolve2d(IMAGE, KERNEL, stride=2, padding=1)
        expect_plane(value, IMAGE, KERNEL, stride=2, padding=1)

    @check(marks=1, hint="Draw an axis of 6 places, and a kernel of 3 that slides along it.")
    def test_size_example(self, student):
        """The size of the result for a 6×6 image"""
        mistakes = size_mistakes(6, 3, 1, 0)
        expect(student.output_size(6, 3), "the size").close_to(4, mistakes=mistakes)
        for kernel, stride, padding, size in ((2, 3, 0, 2), (3, 1, 1, 6), (3, 2, 0, 2), (5, 3, 2, 2)):
            value = student.output_size(6, kernel, stride=stride, padding=padding)
            what = f"the size for kernel {kernel}, stride {stride}, padding {padding}"
            expect(value, what).close_to(size, mistakes=size_mistakes(6, kernel, stride, padding))

    @check(marks=1, hint="How many numbers has one kernel, and how many kernels are there?")
    def test_parameters_example(self, student):
        """One 3×3 kernel without a bias, and a layer with one"""
        value = student.convolution_parameters(1, 1, 3, bias=False)
        expect(value, "the count").close_to(9, mistakes=parameter_mistakes(1, 1, 3, bias=False))
        value = student.convolution_parameters(2, 4, 3)
        expect(value, "the count for 2 and 4 channels").close_to(76, mistakes=parameter_mistakes(2, 4, 3))


@exercise("q2")
class TestLayer:
    @check(marks="1.5", hint="nn.Conv2d(in_channels, out_channels, kernel_size, …)")
    def test_layer(self, student):
        """The layer is an nn.Conv2d from 1 to 3 channels, 3×3, without a bias"""
        layer = probes.module(student.make_conv_layer)
        expect(layer.type_name, "the layer").that(layer.is_a("torch.nn.Conv2d"), "An nn.Conv2d is asked for.")
        expect(expect_one_tensor(layer), "the layer's weight").tensor((3, 1, 3, 3))

    @check(
        marks="1.5",
        hint="Which of the layer's attributes does the result depend on?",
        mistakes=[LAYER_CALLED],
    )
    def test_function_example(self, student, rng):
        """What a layer with 3 kernels gives for a 6×6 image, without calling it"""
        expect_as_layer(student, IMAGE, rng.normal(3, 1, 3, 3))


def _pixels(classes: list[int]) -> torch.Tensor:
    """Return images with one bright pixel, in the place of a class."""
    return torch.eye(784)[classes].reshape(-1, 1, 28, 28)


def _expect_falling(network: Any, budget: Any) -> None:
    """Expect one loss an epoch of a training, the last below the first."""
    say = "The training was stopped after its CPU seconds, so it returned no losses."
    expect(network.losses).that(bool(network.finished), say)
    values = numbers(network.losses)
    expect_one_each(values, budget.epochs, budget.images // budget.batch_size)
    expect(values).that(values[-1] < values[0], "The last loss should lie below the first.")
    early = Mistake("stopped-early", lambda _: is_still_falling(values, budget.epochs), say=STOPPED_EARLY)
    say = "The losses fall, but the network has learnt next to nothing by it."
    expect(values).that(network.accuracy > LITTLE, say, mistakes=[early])


@exercise("q3")
class TestClassifier:
    # A classifier that reads the class from the place of the bright pixel, and 13 images: two mislead it.
    EXAMPLE = Evaluation(
        images=_pixels([*range(10), 1, 1, 7]),
        labels=torch.tensor([*range(10), 7, 2, 7]),
        weight=torch.eye(10, 784),
        bias=torch.zeros(10),
        batch_size=5,
    )

    @check(
        marks="1.5", hint="Print the shape after each layer, for 1 image and for 7.", mistakes=GLOBAL_NAMES
    )
    def test_any_number_of_images(self, student, rng):
        """CNNClassifier gives (N, 10) logits for 1, 7 and 64 images"""
        expect_logits(probes.module(student.CNNClassifier), rng)

    @check(marks=1, hint="Two nn.Conv2d whose results go on to the next layer.", mistakes=GLOBAL_NAMES)
    def test_two_convolutions(self, student, training, data, evidence):
        """CNNClassifier computes its logits by at least two convolutions"""
        networks = Networks(student, training, data, evidence)
        networks.expect_convolutions("CNNClassifier", 2)

    @check(marks=1, hint="Collect the loss of each epoch in a list, and return it.", mistakes=GLOBAL_NAMES)
    def test_losses(self, student, training, data, evidence):
        """train_classifier returns one loss an epoch, and they fall"""
        networks = Networks(student, training, data, evidence)
        network = networks.trained_by(student.train_classifier, "CNNClassifier")
        _expect_falling(network, training.budget)

    @check(marks="1.5", hint="Look at the curve of the losses: has it levelled out?", mistakes=GLOBAL_NAMES)
    def test_accuracy(self, student, training, data, evidence):
        """CNNClassifier reaches the minimum accuracy after its training"""
        networks = Networks(student, training, data, evidence)
        network = networks.trained("CNNClassifier")
        network.show(evidence)
        networks.expect_accuracy("CNNClassifier", network, 2)

    @check(marks="1.5", hint="Add 1 where the row of the true and the column of the predicted class meet.")
    def test_confusion_example(self, student, data):
        """The confusion matrix of a classifier that mistakes two of 13 images"""
        self.EXAMPLE.expect_confusion(student, data.device)

    @check(marks="1.5", hint="How many images are there, and how many of them are right?")
    def test_accuracy_example(self, student, data):
        """The accuracy of that classifier: 11 of 13 images"""
        self.EXAMPLE.expect_accuracy(student, data.device)


@exercise("q4")
class TestReduction:
    @check(marks=1, hint="Subtract, divide by the base, times 100.")
    def test_drop_example(self, student):
        """A quarter of the parameters is a drop of 75 per cent"""
        function = student.parameter_drop_percent
        base, reduced = (probes.make(function, "torch.nn.Linear", *sizes) for sizes in ((19, 10), (9, 5)))
        expect_drop(function(base, reduced), 200, 50)

    @check(marks="1.5", hint="Which layer has most of the parameters?", mistakes=GLOBAL_NAMES)
    def test_smaller(self, student, training, data, evidence):
        """ReducedCNN has at least 30 % fewer parameters than CNNClassifier"""
        Networks(student, training, data, evidence).expect_smaller(30)

    @check(marks="1.5", hint="Look at the curve of the losses: has it levelled out?", mistakes=GLOBAL_NAMES)
    def test_accuracy(self, student, training, data, evidence):
        """ReducedCNN reaches the minimum accuracy after its training"""
        networks = Networks(student, training, data, evidence)
        network = networks.learnt("ReducedCNN")
        network.show(evidence)
        networks.expect_accuracy("ReducedCNN", network, 1)

    @check(marks=1, hint="One pair a model, in the order of the models: first the drop, then the accuracy.")
    def test_pairs_example(self, student, data):
        """accuracy_against_drop gives a drop and an accuracy for each of two models"""
        function = student.accuracy_against_drop
        models = [perceptron(function, width) for width in (8, 4)]
        images = _pixels([*range(10)] * 2)
        train = probes.loader(images, torch.arange(20) % 10, batch_size=4)
        test = probes.loader(images[:10], torch.arange(10), batch_size=5)
        pairs = read_pairs(function(models, train, test, 2, data.device), 2)
        for place, (drop, beside) in pairs.items():
            expect_drop(drop, 6370, (6370, 3190)[place], f"the drop of model {place}", beside)

    @check(marks=1, hint="axes.set_xlabel, axes.set_ylabel; and return the figure.")
    def test_figure_example(self, student, evidence):
        """The figure shows four networks, and its axes are named"""
        expect_drawn(student, [(0.0, 0.96), (45.5, 0.94), (81.25, 0.95), (97.0, 0.83)], evidence)


@exercise("a1")
class TestFashion:
    @check(
        marks="0.5", hint="Print the shape after each layer, for 1 image and for 7.", mistakes=GLOBAL_NAMES
    )
    def test_any_number_of_images(self, student, rng):
        """FashionCNN gives (N, 10) logits for 1, 7 and 64 images"""
        expect_logits(probes.module(student.FashionCNN), rng)

    @check(marks="0.5", hint="Two nn.Conv2d whose results go on to the next layer.", mistakes=GLOBAL_NAMES)
    def test_two_convolutions(self, student, training, data, evidence):
        """FashionCNN computes its logits by at least two convolutions"""
        networks = Networks(student, training, data, evidence)
        networks.expect_convolutions("FashionCNN", 2)

    @check(marks="1.5", hint="Look at the curve of the losses: has it levelled out?", mistakes=GLOBAL_NAMES)
    def test_accuracy(self, student, training, data, evidence):
        """FashionCNN reaches the minimum accuracy after its training"""
        networks = Networks(student, training, data, evidence)
        network = networks.learnt("FashionCNN")
        network.show(evidence)
        networks.expect_accuracy("FashionCNN", network, 2)
