"""A student's networks trained on the run's images, once a submission, and measured by the grader.

The training itself is the student's, in the worker, on images and labels that the run's secret chose. What
is measured is the grader's: the network's graph, replayed here on images that never enter the worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from labgrade.course import TrainingPlan
from labgrade.data.run import RunData, gently_transformed
from labgrade.errors import CheckFailed
from labgrade.grader.compare import expect
from labgrade.grader.evidence import Evidence
from labgrade.grader.once import Once
from labgrade.grader.replay import BadGraph, CapturedGraph, agrees
from labgrade.grader.student import RemoteFunction
from labgrade.probes.modules import Module, Parameter, module
from labgrade.probes.objects import loader
from labgrade.probes.timing import Timed, within
from labgrade.probes.training import export, train_by_adam
from labgrade.wire.plain import Make, clean_name

_SMALL, _CAPTURED = 3, 8
"""A network is captured on 3 images and on 5 others: what depends on the batch shows. Then it is held to what
the worker computes for 8 more."""

_REASON_LIMIT = 200
_MOST_LOSSES = 10_000

_FAINT = 0.01
"""What weights change by, as a share of each, where a network's own predictions are measured."""

_BY_CHANCE = 0.4
"""Where weights are shuffled, ten classes are told apart in a tenth of the cases; far below this."""

_ALIKE = 0.98
"""Correlation of an image with what is taken for the same image, whatever was done to its brightness."""
_FEW = 0.1
"""So many of a tensor's rows may be like an image by chance."""


@dataclass(frozen=True)
class Trained:
    """A network after its training.

    Attributes:
        losses: as returned, untrusted; None where the training was interrupted.
        finished: the training came to its end within the budget.
        graph: the network as plain data, or None where it could not be captured.
        reason: why it could not, or "".
        parameters: as the worker tells them.
        logits: (n, classes) for the images that were measured.
        labels: (n,) their classes.
        classes: names of the classes, in the order in which the confusion matrix shows them.
        minimum: the accuracy to be reached, for this data set and this way of measuring.
    """

    losses: Any
    finished: bool
    graph: CapturedGraph | None
    reason: str
    parameters: list[Parameter]
    logits: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    minimum: float

    @property
    def predictions(self) -> Tensor:
        """(n,) the class of the greatest logit."""
        return self.logits.argmax(1)

    @property
    def accuracy(self) -> float:
        """The fraction of images whose class was predicted."""
        return float((self.predictions == self.labels).double().mean())

    @property
    def confusion(self) -> Tensor:
        """(classes, classes) int64 counts, rows true, columns predicted."""
        n = self.logits.shape[1]
        return torch.bincount(self.labels * n + self.predictions, minlength=n * n).reshape(n, n)

    @property
    def parameter_count(self) -> int:
        """Numbers that the network uses: by its graph, or where there is none, as the worker tells."""
        if self.graph is not None:
            return self.graph.parameter_count
        return sum(p.value.numel() for p in self.parameters if not p.tied_to)

    def remembers(self, images: Tensor) -> bool:
        """Whether it holds images (N, C, H, W) themselves: nearest neighbours as weights or beside them."""
        known = _standardised(images.flatten(1))
        held = self.graph.tensors.values() if self.graph else [p.value for p in self.parameters]
        matrices = [tensor.flatten(1) for tensor in held if tensor.ndim > 1]
        ways = (way for matrix in matrices for way in (matrix, matrix.T) if way.shape[1] == known.shape[1])
        likeness = ((_standardised(way) @ known.T).abs().amax(1) for way in ways)
        return any(float((alike > _ALIKE).double().mean()) > _FEW for alike in likeness)

    def show(self, evidence: Evidence) -> None:
        """Show the training: losses, confusion matrix, parameters; and tell what is unusual."""
        evidence.fact("accuracy", round(self.accuracy, 4))
        evidence.fact("minimum", self.minimum)
        evidence.fact("parameters", self.parameter_count)
        losses = _numbers(self.losses)
        if losses:
            evidence.curve("Loss in training", {"training": losses}, "epoch", "loss")
        evidence.confusion("Confusion matrix on images held back", self.confusion, self.classes)
        rows = [
            (p.name, str(tuple(p.value.shape)), p.value.numel()) for p in self.parameters if not p.tied_to
        ]
        evidence.table("Parameters", ("name", "shape", "numbers"), rows)
        self._tell(evidence)

    def _tell(self, evidence: Evidence) -> None:
        if not self.finished:
            say = (
                "A training used up its time and was stopped; the network is graded with the weights it had."
            )
            evidence.finding("training-cut", say)
        if self.graph is None:
            evidence.fact("not_captured", self.reason)  # maybe the worker's words: none for a finding
            say = (
                "A network could not be read as a graph of operations. Its accuracy was measured by its own "
                "predictions, on images and with weights that were changed a little."
            )
            evidence.finding("not-captured", say)


@dataclass(frozen=True)
class TrainingBudget:
    """What a training is given: images, batch size, epochs, CPU seconds."""

    images: int
    batch_size: int
    epochs: int
    seconds: float


@dataclass(frozen=True)
class Trainings:
    """The `training` fixture: the trainings of one submission.

    Attributes:
        plan: the lab's budget and minima.
        data: the run's images.
        once: memory of the submission.
        seed_of: a label to a seed that the worker may see.
    """

    plan: TrainingPlan
    data: RunData
    once: Once
    seed_of: Callable[[str], int]

    @property
    def budget(self) -> TrainingBudget:
        """What each training is given."""
        plan = self.plan
        epochs = plan.epochs_on(self.data.name)
        return TrainingBudget(plan.images, plan.batch_size, epochs, plan.seconds)

    def of(self, network: RemoteFunction, train: RemoteFunction | None, attempt: int = 0) -> Trained:
        """Return a network after its one training.

        Args:
            network: the student's class, called without arguments.
            train: the student's `train(network, loader, epochs, device) -> losses`; None for a loop of ours.
            attempt: another number is another training, from another seed.

        Raises:
            CheckFailed, StudentFailure: what making, training or running the network ended in.
        """
        key = f"training.{network.name}.{train.name if train else ''}.{attempt}"
        return self.once(key, lambda: self._trained(network, train, attempt))

    def loader(self) -> Make:
        """Return the loader that a training is given."""
        train = self.data.train
        return loader(train.images, train.labels, batch_size=self.budget.batch_size, shuffle=True)

    def capture(self, network: Module) -> tuple[CapturedGraph | None, str]:
        """Return a network's graph, or None and the reason; faithful to what the worker computes."""
        images = self.data.validation.images
        few, more, others = images[:_SMALL], images[_SMALL:_CAPTURED], images[_CAPTURED : 2 * _CAPTURED]
        told = export(network, few, more, others)
        if not isinstance(told, dict) or "graph" not in told:
            reason = told.get("reason") if isinstance(told, dict) else None
            return None, clean_name(reason, _REASON_LIMIT) if isinstance(reason, str) else "no graph came"
        try:
            graph = CapturedGraph.from_plain(told["graph"])
            if agrees(graph, others, told.get("logits")):
                return graph, ""
        except BadGraph as error:
            return None, str(error)
        return None, "the graph gives other values than the network"

    def _trained(self, network: RemoteFunction, train: RemoteFunction | None, attempt: int) -> Trained:
        made = module(network, seed=self.seed_of(f"start {attempt}"))
        ran = self._run(made, train, self.seed_of(f"training {attempt}"))
        parameters = made.parameters()
        graph, reason = self.capture(made)
        logits = self._replayed(graph) if graph is not None else self._told(made, parameters)
        order = self._in_order()
        return Trained(
            losses=ran.value,
            finished=ran.finished,
            graph=graph,
            reason=reason,
            parameters=parameters,
            logits=logits[:, order],
            labels=torch.argsort(torch.tensor(order))[self.data.test.labels],
            classes=self.data.classes,
            minimum=self._minimum(captured=graph is not None),
        )

    def _run(self, made: Module, train: RemoteFunction | None, seed: int) -> Timed:
        budget = self.budget
        if train is None:
            return train_by_adam(made, self.loader(), epochs=budget.epochs, seconds=budget.seconds, seed=seed)
        return within(
            train, made, self.loader(), budget.epochs, self.data.device, seconds=budget.seconds, seed=seed
        )

    def _replayed(self, graph: CapturedGraph) -> Tensor:
        try:
            logits = graph.logits(self.data.test.images)
        except BadGraph as error:
            raise CheckFailed(
                "shape", f"The network does not run on {len(self.data.test.images)} images."
            ) from error
        return self._checked(logits)

    def _told(self, made: Module, parameters: list[Parameter]) -> Tensor:
        """Return the worker's logits of images changed a little, where they depend on the weights.

        The weights are changed a little, too: a network hardly notices, what only watches them does.
        """
        generator = torch.Generator().manual_seed(self.seed_of("transformation"))
        images = gently_transformed(self.data.test.images, generator)
        made.load(_faintly_changed(parameters, generator))
        logits = self._checked(made.forward(images))
        made.load(_shuffled(_of_layers(made, parameters), generator))
        without = self._checked(made.forward(images))
        if float((without.argmax(1) == self.data.test.labels).double().mean()) > _BY_CHANCE:
            say = "The network's predictions do not depend on the weights of its layers."
            raise CheckFailed("condition", say)
        return logits

    def _checked(self, logits: Any) -> Tensor:
        shape = (len(self.data.test.images), len(self.data.classes))
        return expect(logits, "the network's output").tensor(shape, floating=True)

    def _in_order(self) -> list[int]:
        """Return, for each class as people know it, the label that stands for it in this run."""
        originals = [self.data.original_class(label) for label in range(len(self.data.classes))]
        return [originals.index(name) for name in range(len(self.data.classes))]

    def _minimum(self, *, captured: bool) -> float:
        minima = self.plan.minimum if captured else self.plan.minimum_transformed
        return minima[self.data.name]


def _faintly_changed(parameters: list[Parameter], generator: torch.Generator) -> dict[str, Tensor]:
    return {
        p.name: p.value * (1 + _FAINT * torch.randn(p.value.shape, generator=generator)).to(p.value.dtype)
        for p in parameters
        if not p.tied_to and p.value.is_floating_point()
    }


def _shuffled(parameters: list[Parameter], generator: torch.Generator) -> dict[str, Tensor]:
    """Return the numbers of each parameter in another order: as large as they were, and worth nothing.

    Random numbers of another size could drown what really makes the predictions.
    """
    orders = ((p, torch.randperm(p.value.numel(), generator=generator)) for p in parameters if not p.tied_to)
    return {p.name: p.value.flatten()[order].reshape(p.value.shape) for p, order in orders}


def _of_layers(made: Module, parameters: list[Parameter]) -> list[Parameter]:
    """Return the parameters of standard layers; all, where none of these has a matrix or a kernel."""
    layers = [f"{layer.name}." for layer in made.layers() if layer.type_name != "Module"]
    inside = [p for p in parameters if p.name.startswith(tuple(layers))]
    return inside if any(p.value.dim() > 1 for p in inside) else parameters


def _standardised(rows: Tensor) -> Tensor:
    """Return rows with mean 0 and length 1, whose products are correlations."""
    rows = rows.detach().float()
    return functional.normalize(rows - rows.mean(1, keepdim=True))


def _numbers(losses: Any) -> list[float]:
    """Return losses that can be drawn, or none."""
    try:
        return [expect(loss).number() for loss in expect(losses).items()[:_MOST_LOSSES]]
    except CheckFailed:
        return []
