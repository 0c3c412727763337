"""Lab 4, the checks that students have: the numbers of the manual, one start for XOR, and a small loader."""

from __future__ import annotations

import torch
from lab04_feedforward.shared import (
    FORWARD,
    MANUAL,
    ROWS,
    SIZES,
    Evaluation,
    XorTraining,
    column,
    count_mistakes,
    dense_mistakes,
    expect_accuracy,
    expect_drawn,
    expect_logits,
    expect_losses,
    expect_output,
    expect_table,
    losses_by_epoch,
    manual_mistakes,
    numbers,
)

from labgrade.grader import check, exercise, expect, probes

SEED = 4
LAYERS_HINT = "A linear layer, the activation, a linear layer: print the model, and what forward does."
TABLE_HINT = "Start from the weights that the model has, and print the outputs for the four rows afterwards."
LOSSES_HINT = "Append one number in each epoch, and return the list."


def _expect_network(student, once, name):
    expect_output(student, once, name, MANUAL, ROWS)


def _run(student, once, name):
    """Train from the start that all students share."""
    generator = torch.Generator().manual_seed(SEED)

    def uniform(low, high):
        return low + (high - low) * float(torch.rand((), generator=generator))

    training = XorTraining(student, once, name)
    return training, training.succeeded("example", uniform, SEED)


def _expect_table(student, once, name, evidence):
    training, run = _run(student, once, name)
    rows = [[*row, round(value, 4)] for row, value in zip(ROWS.tolist(), run.outputs.tolist(), strict=True)]
    evidence.table("Outputs after the training", ["x1", "x2", "output"], rows)
    expect_table(training, run)


def _expect_losses(student, once, name, evidence):
    training, run = _run(student, once, name)
    expect_losses(training, run)
    evidence.curve("Loss in training", {"training": numbers(run.losses)}, "epoch", "loss")


@exercise("q1")
class TestXor:
    @check(marks="1.5", hint=LAYERS_HINT)
    def test_network_at_example(self, student, once):
        """The network gives the right outputs for the manual's weights"""
        _expect_network(student, once, "XORModel")

    @check(marks="0.5", hint="Sum up the sizes of the parameters: weights and biases of both layers.")
    def test_parameters_of_network(self, student):
        """count_parameters counts the parameters of XORModel"""
        value = student.count_parameters(probes.module(student.XORModel))
        expect(value, "the count").close_to(9, mistakes=count_mistakes(tensors=4))

    @check(marks=2, hint=TABLE_HINT)
    def test_table_from_example(self, student, once, evidence):
        """train_xor teaches XORModel the truth table"""
        _expect_table(student, once, "XORModel", evidence)

    @check(marks=1, hint=LOSSES_HINT)
    def test_losses_from_example(self, student, once, evidence):
        """train_xor returns its losses, the last below 0.1"""
        _expect_losses(student, once, "XORModel", evidence)


@exercise("q2")
class TestXorReLU:
    @check(marks=1, hint=LAYERS_HINT)
    def test_network_at_example(self, student, once):
        """The network with ReLU gives the right outputs for the manual's weights"""
        _expect_network(student, once, "XORModelReLU")

    @check(marks="1.5", hint=TABLE_HINT)
    def test_table_from_example(self, student, once, evidence):
        """train_xor teaches XORModelReLU the truth table"""
        _expect_table(student, once, "XORModelReLU", evidence)

    @check(marks="0.5", hint=LOSSES_HINT)
    def test_losses_from_example(self, student, once, evidence):
        """train_xor returns the losses of XORModelReLU, the last below 0.1"""
        _expect_losses(student, once, "XORModelReLU", evidence)


@exercise("q3")
class TestByHand:
    def _expect_rows(self, student, x):
        told = column(student.manual_xor_forward(MANUAL.named(), x), len(x))
        expect(told, "the output").close_to(MANUAL.output(x, "sigmoid"), mistakes=manual_mistakes(MANUAL, x))

    @check(marks="1.5", hint="Follow one row on paper: two weighted sums, two sigmoids, one weighted sum.")
    def test_table_at_example(self, student):
        """The four rows of the table, for the manual's weights"""
        self._expect_rows(student, ROWS)

    @check(marks="0.5", hint="Inputs are any numbers, and any number of rows.")
    def test_one_row_at_example(self, student):
        """One row of other numbers, for the manual's weights"""
        self._expect_rows(student, torch.tensor([[4.0, 1.0]]))


def _evaluation():
    """Eleven images in batches of four: of each class a bright pixel, one label wrong on purpose."""
    shown = torch.tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3])
    images = torch.zeros(len(shown), 1, 28, 28)
    images.flatten(1)[torch.arange(len(shown)), shown] = 1
    labels = torch.tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 4, 5])
    weight = torch.zeros(10, 784)
    weight[torch.arange(10), torch.arange(10)] = 5
    return Evaluation(images, labels, weight, torch.zeros(10), batch_size=4)


@exercise("q4")
class TestDigits:
    @check(marks="1.5", hint="784 numbers go in and 10 come out, for each image.", mistakes=FORWARD)
    def test_logits(self, student):
        """DigitClassifier turns images into logits"""
        module = probes.module(student.DigitClassifier)
        for n in SIZES:
            expect_logits(module, torch.linspace(0, 1, n * 784).reshape(n, 1, 28, 28))

    @check(marks=3, hint="Look at the losses: do they fall, and have they come to rest?", mistakes=FORWARD)
    def test_accuracy_after_training(self, student, training, data, evidence):
        """The trained network reaches the minimum accuracy"""
        trained = training.of(student.DigitClassifier, student.train_classifier)
        expect_accuracy(trained, data, evidence)

    @check(marks=1, hint="One number an epoch: the sum or the mean of its batches.", mistakes=FORWARD)
    def test_losses_fall(self, student, training):
        """train_classifier returns a loss for each epoch, and they fall"""
        trained = training.of(student.DigitClassifier, student.train_classifier)
        losses = losses_by_epoch(trained, training.budget)
        say = f"The last loss, {losses[-1]:.4f}, should be below the first, {losses[0]:.4f}."
        expect(losses).that(losses[-1] < losses[0], say)

    @check(marks=1, hint="Of all images, how many are right? The last batch may be smaller.")
    def test_accuracy_at_example(self, student, data):
        """evaluate_classifier finds the accuracy of a small classifier"""
        example = _evaluation()
        example.expect_accuracy(example.ask(student, data.device)[0])

    @check(marks="1.5", hint="Go through labels and predictions in pairs, and count each pair in its place.")
    def test_confusion_at_example(self, student, data):
        """evaluate_classifier finds the confusion matrix of a small classifier"""
        example = _evaluation()
        example.expect_confusion(example.ask(student, data.device)[1])

    @check(marks=1, hint="imshow or a heatmap shows a matrix; name both axes, and return the figure.")
    def test_plot_at_example(self, student, data, evidence):
        """plot_confusion draws a matrix and names the axes"""
        counts = 20 * torch.eye(10, dtype=torch.int64)
        counts[4, 9], counts[9, 4], counts[3, 5] = 7, 2, 4
        expect_drawn(student, _evaluation().container(student, data.device), counts, evidence)

    @check(marks=1, hint="A layer from m to n values has a weight for each pair, and n biases.")
    def test_count_at_example(self, student):
        """dense_parameter_count counts 784-128-64-10"""
        sizes = [784, 128, 64, 10]
        value = student.dense_parameter_count(sizes)
        expect(value, "the count").close_to(109386, mistakes=dense_mistakes(sizes))
