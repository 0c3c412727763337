"""Lab 4, what decides: other weights, starts, networks and images, and what is left of a training.

Everything is drawn from the run's secret. Trainings for XOR start from weights that the grader sets; the
network for digits is measured from the weights that its training left behind.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from lab04_feedforward.shared import (
    FORWARD,
    MANUAL,
    OUTSIDE,
    ROWS,
    SIZES,
    START_IGNORED,
    STARTS,
    TABLE,
    Evaluation,
    Weights,
    XorNetwork,
    XorRun,
    XorTraining,
    apart,
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
    matrix,
    numbers,
    replayed,
    shares,
)
from torch import Tensor
from torch.nn import functional

from labgrade.errors import CheckFailed, StudentFailure
from labgrade.grader import Mistake, check, exercise, expect, probes
from labgrade.grader.losses import first_losses
from labgrade.grader.replay import BadGraph

LAYERS_HINT = "Right for the manual's weights only? Follow what forward computes, step by step."
TABLE_HINT = "Right from one start only? Train from the weights that the model has."
START_HINT = "Is it the given model that is trained, from where it stands?"
LOSSES_HINT = "Record the loss of every epoch as it is."
LAYER_LEFT = "A weight or bias is as it was before. Which parameters does the optimiser get?"
INVENTED = "These losses do not belong to the training. Where do they come from?"


def _weights(rng: Any) -> Weights:
    return Weights(*(rng.normal(*part.shape) for part in MANUAL))


def _expect_network(student: Any, once: Any, rng: Any, name: str) -> None:
    for n in (1, 5, rng.integers(6, 9)):
        expect_output(student, once, name, _weights(rng), 2 * rng.normal(n, 2))


def _first(training: XorTraining, rng: Any) -> XorRun:
    """Return the run that several checks look at."""
    return training.succeeded("somewhere", rng.uniform, rng.seed())


def _elsewhere(training: XorTraining, rng: Any) -> XorRun:
    """Return a run from far away: its hidden layer is twice as large, its output layer half as large."""
    network = training.network

    def run() -> XorRun:
        start = STARTS[network.hidden, network.last].draw(rng.uniform)
        return training.run(start.unbalanced(), rng.seed())

    found: XorRun = training.once(f"{training.name} elsewhere", run)
    return found


def _expect_table(student: Any, once: Any, rng: Any, name: str) -> None:
    """Expect that the table is learnt, and that another start leads to other weights."""
    training = XorTraining(student, once, name)
    run = _first(training, rng)
    expect_table(training, run)
    left = Mistake("layer-left-out", lambda _: True, say=LAYER_LEFT)
    whole = not any(torch.equal(*pair) for pair in zip(run.start, run.end, strict=True))
    expect(run).that(whole, "A layer's weights are as they were.", mistakes=[left])
    ignored = Mistake("start-ignored", lambda _: True, say=START_IGNORED)
    together = _ended_together(run, _elsewhere(training, rng))
    expect(run).that(
        not together, "Two runs from different weights ended in the same place.", mistakes=[ignored]
    )


def _expect_start_matters(student: Any, once: Any, rng: Any, name: str) -> None:
    """Expect that a run that starts with the hidden units exchanged ends with them exchanged."""
    training = XorTraining(student, once, name)
    run = _first(training, rng)
    expect_table(training, run)
    ignored = Mistake("start-ignored", lambda _: True, say=START_IGNORED)
    say = "Two runs from the same weights, but for the order of the hidden units, ended differently."
    expect(run).that(_exchanges(training, run, rng), say, mistakes=[ignored])


def _ended_together(run: XorRun, other: XorRun) -> bool:
    return any(apart(end, other.end) <= 0.005 for end in (run.end, run.end.exchanged()))


def _exchanges(training: XorTraining, run: XorRun, rng: Any) -> bool:
    """Whether one of three runs ends exchanged when its hidden units are."""
    starts = STARTS[training.network.hidden, training.network.last]
    for _ in range(3):
        if training.exchanges(run):
            return True
        run = training.run(starts.draw(rng.uniform), rng.seed())
    return False


def _expect_losses(student: Any, once: Any, rng: Any, name: str) -> None:
    """Expect losses that begin where the start is, end where the end is, and differ from start to start."""
    training = XorTraining(student, once, name)
    run, other = _first(training, rng), _elsewhere(training, rng)
    expect_table(training, run)
    expect_losses(training, run)
    values = numbers(run.losses)
    mistakes = [
        Mistake("start-ignored", lambda _: _ended_together(run, other), say=START_IGNORED),
        Mistake("losses-invented", lambda _: True, say=INVENTED),
    ]
    before, after = (_possible_losses(training.network, weights) for weights in (run.start, run.end))
    say = "The first loss is not that of the weights before the training."
    expect(values).that(any(1 / 3 < values[0] / loss < 3 for loss in before), say, mistakes=mistakes)
    say = "The last loss is not that of the weights after the training."
    expect(values).that(min(after) < 0.2, say, mistakes=mistakes)
    same = other.finished and values[0] == numbers(other.losses)[0]
    expect(values).that(not same, "From two starts came the same losses.", mistakes=mistakes)


def _possible_losses(network: XorNetwork, weights: Weights) -> list[float]:
    """Return the usual losses over the table, each as mean, half of it, and sum."""
    outputs = network.output(weights, ROWS).flatten().double()
    targets, logits = TABLE.double(), network.last == "none"
    entropy = functional.binary_cross_entropy_with_logits if logits else functional.binary_cross_entropy
    kinds = (functional.mse_loss, functional.l1_loss, entropy)
    means = [float(kind(outputs, targets)) for kind in kinds]
    return [factor * mean for mean in means for factor in (0.5, 1, 4)]


@exercise("q1")
class TestXor:
    @check(marks="1.5", hint=LAYERS_HINT)
    def test_network_at_random(self, student, once, rng):
        """The network gives the right outputs for other weights and inputs"""
        _expect_network(student, once, rng, "XORModel")

    @check(marks=1, hint="Try a module with other layers.")
    def test_parameters_of_others(self, student, rng):
        """count_parameters counts those of other modules"""
        a, b, c = (rng.integers(3, 9) for _ in range(3))
        layers = [probes.Make("torch.nn.Linear", a, b), probes.Make("torch.nn.Linear", b, c)]
        _expect_count(student, layers, (a + 1) * b + (b + 1) * c, tensors=4)
        layers = [probes.Make("torch.nn.Conv2d", a, b, 3), probes.Make("torch.nn.BatchNorm2d", b)]
        learnt = 9 * a * b + 3 * b
        _expect_count(student, layers, learnt, tensors=4, state=learnt + 2 * b + 1)

    @check(marks="0.5", hint="Which parameters does a training change?")
    def test_frozen_left_out(self, student, rng):
        """count_parameters leaves out what is frozen"""
        a, b = rng.integers(3, 9), rng.integers(3, 9)
        layers = [probes.Make("torch.nn.Linear", a, b), probes.Make("torch.nn.Linear", b, 2)]
        module = probes.make_module(student.count_parameters, "torch.nn.Sequential", *layers)
        module.set("0.weight.requires_grad", False)  # noqa: FBT003 - an attribute's value
        learnt = b + (b + 1) * 2
        mistakes = count_mistakes(tensors=3, everything=learnt + a * b)
        expect(student.count_parameters(module), "the count").close_to(learnt, mistakes=mistakes)

    @check(marks=2, hint=TABLE_HINT)
    def test_table_from_elsewhere(self, student, once, rng):
        """train_xor teaches XORModel the truth table from another start"""
        _expect_table(student, once, rng, "XORModel")

    @check(marks="1.5", hint=START_HINT)
    def test_start_matters(self, student, once, rng):
        """Where train_xor ends depends on where it starts"""
        _expect_start_matters(student, once, rng, "XORModel")

    @check(marks="0.5", hint=LOSSES_HINT)
    def test_losses_from_elsewhere(self, student, once, rng):
        """The losses of train_xor belong to its training"""
        _expect_losses(student, once, rng, "XORModel")


def _expect_count(student: Any, layers: list[Any], learnt: int, **wrong: int) -> None:
    module = probes.make_module(student.count_parameters, "torch.nn.Sequential", *layers)
    value = student.count_parameters(module)
    expect(value, "the count").close_to(learnt, mistakes=count_mistakes(**wrong))


@exercise("q2")
class TestXorReLU:
    @check(marks="1.5", hint=LAYERS_HINT)
    def test_network_at_random(self, student, once, rng):
        """The network with ReLU gives the right outputs for other weights and inputs"""
        _expect_network(student, once, rng, "XORModelReLU")

    @check(marks=2, hint=TABLE_HINT)
    def test_table_from_elsewhere(self, student, once, rng):
        """train_xor teaches XORModelReLU the truth table from another start"""
        _expect_table(student, once, rng, "XORModelReLU")

    @check(marks=1, hint=START_HINT)
    def test_start_matters(self, student, once, rng):
        """Where train_xor ends with XORModelReLU depends on where it starts"""
        _expect_start_matters(student, once, rng, "XORModelReLU")

    @check(marks="0.5", hint=LOSSES_HINT)
    def test_losses_from_elsewhere(self, student, once, rng):
        """The losses of train_xor with XORModelReLU belong to its training"""
        _expect_losses(student, once, rng, "XORModelReLU")


OWN_WEIGHTS = "Other parameters, and the same result. Whose weights does it use?"


def _expect_by_hand(student: Any, rng: Any, x: Tensor) -> None:
    """Expect the outputs for two sets of weights."""
    drawn = [_weights(rng), _weights(rng)]
    told = [column(student.manual_xor_forward(weights.named(), x), len(x)) for weights in drawn]
    own = Mistake("own-weights", lambda _: torch.allclose(*told, atol=1e-4), say=OWN_WEIGHTS)
    for weights, value in zip(drawn, told, strict=True):
        mistakes = [own, *manual_mistakes(weights, x)]
        expect(value, "the output").close_to(weights.output(x, "sigmoid"), mistakes=mistakes)


@exercise("q3")
class TestByHand:
    @check(marks="2.5", hint="Right at the example only? Use the parameters that you are given.")
    def test_rows_at_random(self, student, rng):
        """Several rows, for other weights"""
        _expect_by_hand(student, rng, 2 * rng.normal(rng.integers(5, 9), 2))

    @check(marks="1.5", hint="Inputs are any numbers, and any number of rows.")
    def test_one_row_at_random(self, student, rng):
        """One row, for other weights"""
        _expect_by_hand(student, rng, 2 * rng.normal(1, 2))


DEPTH = "Count the layers on the way from the image to the logits, and leave out what leads nowhere."
LAYERS = 3
NOTICEABLE = 0.01
"""By how much other weights of a layer have to change the logits, as a share of the largest."""

NO_BEND = "Without an activation between them, several layers are worth one."
EVALUATION_TRAINS = "The weights are others after the evaluation. What is the test data for?"
TRAINING_MODE = "Dropout was still switching numbers off. Which mode is for evaluating?"


def _expect_two_hidden_layers(student: Any, training: Any, data: Any) -> None:
    """Expect three linear layers whose parameters matter, and a bend between them; trained, if possible."""
    images = data.validation.images[:8]
    graph = _graph(student, training)
    found = 0 if graph is None else _linear_layers(graph, images)
    if found != LAYERS:
        # Units that died in a training hide a layer that is there.
        untrained = probes.module(student.DigitClassifier)
        graph = training.capture(untrained)[0]
        found = _linear_layers(graph, images) if graph else _linear_layers_by_effect(untrained, images)
    depth = Mistake("hidden-layers-miscounted", lambda _: True, say=DEPTH)
    say = f"Two hidden layers and the output are three linear layers; {found} have a say in the logits."
    expect(found).that(found == LAYERS, say, mistakes=[depth])
    bent = Mistake("no-activation", lambda _: True, say=NO_BEND)
    say = "The logits are a linear function of the image."
    expect(found).that(graph is None or not _is_affine(graph, images), say, mistakes=[bent])


def _graph(student: Any, training: Any) -> Any:
    """Return the trained network's graph, or that of an untrained one where training fails."""
    try:
        return training.of(student.DigitClassifier, student.train_classifier).graph
    except (StudentFailure, CheckFailed):
        return training.capture(probes.module(student.DigitClassifier))[0]


def _linear_layers(graph: Any, images: Tensor) -> int:
    """Count the linear layers that the logits depend on.

    Raises:
        CheckFailed: the weight of one is no parameter of the network.
    """
    names = [row.weight for row in graph.layers() if row.operator == "linear"]
    outside = Mistake("learnt-outside-layers", lambda _: True, say=OUTSIDE)
    registered = all(graph.roles[name] == "parameter" for name in names)
    expect(names).that(registered, "A layer's weight is no parameter of the network.", mistakes=[outside])
    generator = torch.Generator().manual_seed(4)
    try:
        return sum(graph.influence(name, images, generator, least=NOTICEABLE) for name in names)
    except BadGraph as error:
        raise CheckFailed("condition", "The network does not run with other weights.") from error


def _linear_layers_by_effect(module: Any, images: Tensor) -> int:
    """The same for a module without a graph, where a layer is a matrix among its parameters."""
    generator, found = torch.Generator().manual_seed(4), 0
    before = expect(module.forward(images), "the output").tensor((len(images), 10))
    for parameter in (p for p in module.parameters() if p.value.ndim == 2 and not p.tied_to):
        module.load({parameter.name: torch.randn(parameter.value.shape, generator=generator)})
        after = expect(module.forward(images), "the output").tensor((len(images), 10))
        found, before = found + (not torch.allclose(before, after)), after
    return found


def _is_affine(graph: Any, images: Tensor) -> bool:
    """Whether differences between logits are affine in the image; a log-softmax leaves differences alone."""
    half = len(images) // 2
    first, second = images[:half], images[half : 2 * half]
    logits = [replayed(graph, part).double() for part in (first, second, (first + second) / 2)]
    one, other, middle = (rows - rows[:, :1] for rows in logits)
    return torch.allclose(middle, (one + other) / 2, rtol=1e-3, atol=1e-3 * float(one.abs().max()))


def _expect_own_losses(student: Any, training: Any, data: Any, rng: Any) -> None:
    """Expect losses that tell right labels from wrong ones, by the weights of the model handed over."""
    losses = losses_by_epoch(training.of(student.DigitClassifier, student.train_classifier), training.budget)
    function, seed, epochs = student.train_classifier, rng.seed(), training.budget.epochs

    def first_loss(module: Any, loader: Any) -> float:
        told = numbers(probes.seeded(function, module, loader, epochs, data.device, seed=seed))
        expect(told).that(bool(told), "The loss list is empty.", kind="length")
        return told[0]

    found = first_losses(function, first_loss, rng)
    own = Mistake("start-ignored", lambda _: found.ignore_weights, say=START_IGNORED)
    invented = Mistake("losses-invented", lambda _: True, say=INVENTED)
    expect(losses).that(found.belong, "The losses are not those of a training.", mistakes=[own, invented])


def _evaluation(rng: Any, absent: int | None = None) -> Evaluation:
    """Draw a classifier without ties, and images; about half of the labels are what it predicts.

    All ten classes occur, or all but `absent`, in labels and predictions.
    """
    classes = torch.tensor([c for c in range(10) if c != absent])
    while True:
        weight = rng.normal(10, 784)
        bias = -weight.sum(1) / 2  # images are centred by it, so that no class is predicted nearly always
        if absent is not None:
            bias[absent] -= 1e3
        n = 7 * rng.integers(11, 14) + rng.integers(2, 4)
        images = rng.uniform(0, 1, n, 1, 28, 28)
        drawn = Evaluation(images, classes[rng.integers(0, len(classes) - 1, n)], weight, bias, batch_size=7)
        predicted = drawn.logits.argmax(1)
        labels = torch.where(rng.uniform(0, 1, n) < 0.5, predicted, drawn.labels)
        drawn = Evaluation(images, labels, weight, bias, batch_size=7)
        if _tells_apart(drawn, set(classes.tolist())):
            return drawn


def _tells_apart(drawn: Evaluation, classes: set[int]) -> bool:
    """Whether all classes occur, no logits tie, and the known mistakes show."""
    first, second = drawn.logits.topk(2, 1).values.unbind(1)
    return (
        set(drawn.labels.tolist()) == classes
        and bool((first - second > 0.01).all())
        and abs(drawn.mean_of_batches - float(drawn.right.mean())) > 0.002
        and not torch.equal(drawn.confusion, drawn.confusion.T)
    )


def _expect_quiet(drawn: Evaluation, student: Any, device: torch.device) -> None:
    """Expect the same result for a classifier with dropout as without, whatever its form."""
    noisy, quiet = (drawn.ask(student, device, dropout=dropout)[:2] for dropout in (True, False))
    spoilt = Mistake("training-mode", lambda _: True, say=TRAINING_MODE)
    counts, expected = matrix(noisy[1]), matrix(quiet[1])
    forms = (drawn.confusion, drawn.confusion.T, shares(drawn.confusion))
    if not any(form.shape == expected.shape and torch.allclose(form, expected) for form in forms):
        drawn.expect_confusion(quiet[1])
    same = counts.shape == expected.shape and torch.allclose(counts, expected)
    expect(noisy[1]).that(
        same, "With dropout in the network the confusion matrix is another.", mistakes=[spoilt]
    )
    wanted = expect(quiet[0], "the accuracy").number()
    expect(noisy[0], "the accuracy").close_to(wanted, mistakes=[spoilt])


@exercise("q4")
class TestDigits:
    @check(marks=2, hint="Image, hidden, hidden, logits: print the shapes on the way.", mistakes=FORWARD)
    def test_two_hidden_layers(self, student, training, data, rng):
        """DigitClassifier has two hidden layers, and gives logits for any number of images"""
        module = probes.module(student.DigitClassifier)
        for n in SIZES:
            expect_logits(module, rng.uniform(0, 1, n, 1, 28, 28))
        _expect_two_hidden_layers(student, training, data)

    @check(marks=3, hint="What could the network not learn in so few updates?", mistakes=FORWARD)
    def test_accuracy_by_hidden_layers(self, student, training, data, evidence):
        """The trained network reaches the minimum accuracy, with two hidden layers"""
        trained = training.of(student.DigitClassifier, student.train_classifier)
        expect_accuracy(trained, data, evidence)
        _expect_two_hidden_layers(student, training, data)

    @check(marks=1, hint=LOSSES_HINT, mistakes=FORWARD)
    def test_losses_belong_to_training(self, student, training, data, rng):
        """The losses of train_classifier belong to its training"""
        _expect_own_losses(student, training, data, rng)

    @check(marks="1.5", hint="Of all images, how many are right? The last batch may be smaller.")
    def test_accuracy_at_random(self, student, data, rng):
        """The accuracy of another classifier"""
        drawn = _evaluation(rng)
        drawn.expect_accuracy(drawn.ask(student, data.device)[0])

    @check(marks=2, hint="Compare with sklearn.metrics.confusion_matrix.")
    def test_confusion_at_random(self, student, data, rng):
        """The confusion matrix of another classifier"""
        drawn = _evaluation(rng)
        drawn.expect_confusion(drawn.ask(student, data.device)[1])

    @check(marks=1, hint="Evaluate the same network twice: is the result the same?")
    def test_dropout_is_off(self, student, data, rng):
        """evaluate_classifier is not disturbed by dropout"""
        _expect_quiet(_evaluation(rng), student, data.device)

    @check(marks="0.5", hint="Ten classes, whichever of them occur.")
    def test_absent_class(self, student, data, rng):
        """The confusion matrix where a class is absent"""
        drawn = _evaluation(rng, absent=rng.integers(0, 9))
        drawn.expect_confusion(drawn.ask(student, data.device)[1])

    @check(marks="0.5", hint="An evaluation looks, and changes nothing.")
    def test_leaves_the_weights(self, student, data, rng):
        """evaluate_classifier goes through all images, and changes no weight"""
        drawn = _evaluation(rng)
        _, confusion, module = drawn.ask(student, data.device)
        all_seen = float(matrix(confusion).sum()) == len(drawn.labels)
        expect(confusion).that(all_seen, "The counts should add up to the number of images.")
        weight, bias = (parameter.value for parameter in module.parameters())
        same = torch.equal(weight, drawn.weight) and torch.equal(bias, drawn.bias)
        trains = Mistake("evaluation-trains", lambda _: True, say=EVALUATION_TRAINS)
        expect(weight).that(same, "The weights changed.", mistakes=[trains])

    @check(marks="1.5", hint="Rows of the matrix are rows of the picture; draw what is handed over.")
    def test_plot_at_random(self, student, data, rng, evidence):
        """plot_confusion draws another matrix"""
        counts = rng.integers(0, 9, 10, 10) + torch.diag(rng.integers(20, 40, 10))
        expect_drawn(student, _evaluation(rng).container(student, data.device), counts, evidence)

    @check(marks=1, hint="Try other numbers of layers, two sizes too.")
    def test_count_at_random(self, student, rng):
        """dense_parameter_count counts other networks"""
        for layers in (1, 2, rng.integers(3, 5)):
            sizes = rng.integers(2, 60, layers + 1).tolist()
            value = student.dense_parameter_count(sizes)
            count = sum((m + 1) * n for m, n in pairwise(sizes))
            expect(value, "the count").close_to(count, mistakes=dense_mistakes(sizes))
