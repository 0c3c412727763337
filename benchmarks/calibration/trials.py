"""One training as students do it, measured after some of its epochs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.calibration.networks import Network, Optimiser
from labgrade.data.run import RunData, gently_transformed
from labgrade.grader.inputs import derive

_PRODUCTS, _SIDE = 200, 256


@dataclass(frozen=True)
class Trial:
    """What makes one training differ from another.

    Attributes:
        dataset: its name.
        digest: of the data set.
        network: name of the network.
        fingerprint: of its layers.
        optimiser: its name.
        seed: decides which images, labels and orientation a run would have, the start, and the order.
        images: number of training images.
        batch_size: of the loader, which shuffles.
    """

    dataset: str
    digest: str
    network: str
    fingerprint: str
    optimiser: str
    seed: int
    images: int
    batch_size: int


@dataclass(frozen=True)
class Measure:
    """A network after some epochs.

    Attributes:
        epochs: how many.
        accuracy: on images held back, a fraction.
        transformed: the same on these images, gently changed.
        loss: mean of the last epoch's batches.
        seconds: CPU seconds of the training up to here.
    """

    epochs: int
    accuracy: float
    transformed: float
    loss: float
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """A trial with what came of it.

    Attributes:
        trial: the trial.
        measures: by rising epochs.
        reference: CPU seconds of the reference loop, just before the training.
    """

    trial: Trial
    measures: tuple[Measure, ...]
    reference: float

    def after(self, epochs: int) -> Measure | None:
        """Return the measure after that many epochs, if it was taken."""
        return next((measure for measure in self.measures if measure.epochs == epochs), None)


def run(
    trial: Trial, network: Network, optimiser: Optimiser, data: RunData, epochs: Sequence[int]
) -> Outcome:
    """Train a network, and measure it on the way.

    Args:
        trial: says the seed and the batch.
        network: what is trained.
        optimiser: how.
        data: the run's images.
        epochs: numbers of epochs after which to measure; the greatest ends the training.
    """
    reference = reference_seconds()
    torch.manual_seed(derive(trial.seed, "calibration", trial.network, trial.optimiser))
    model = network.build()
    train = TensorDataset(data.train.images, data.train.labels)
    loader = DataLoader(train, batch_size=trial.batch_size, shuffle=True)
    measures = []
    steps = _epochs(model, optimiser.build(model), loader)
    for epoch, (loss, seconds) in zip(range(1, max(epochs) + 1), steps, strict=False):
        if epoch in epochs:
            accuracy, transformed = _accuracies(model, data, trial.seed)
            measures.append(Measure(epoch, accuracy, transformed, round(loss, 4), round(seconds, 3)))
    return Outcome(trial, tuple(measures), round(reference, 4))


def _epochs(
    model: nn.Module, optimiser: torch.optim.Optimizer, loader: DataLoader[tuple[Tensor, ...]]
) -> Iterator[tuple[float, float]]:
    """Train without end; yield the mean loss of an epoch and the CPU seconds so far."""
    seconds = 0.0
    while True:
        start = time.process_time()
        model.train()
        losses = [_step(model, optimiser, images, labels) for images, labels in loader]
        seconds += time.process_time() - start
        yield sum(losses) / len(losses), seconds


def _step(model: nn.Module, optimiser: torch.optim.Optimizer, images: Tensor, labels: Tensor) -> float:
    optimiser.zero_grad()
    loss = cross_entropy(model(images), labels)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    return loss.item()


@torch.no_grad()
def _accuracies(model: nn.Module, data: RunData, seed: int) -> tuple[float, float]:
    """Measure on the images held back, and on the same changed a little as for a network not captured."""
    model.eval()
    test = data.test
    generator = torch.Generator().manual_seed(derive(seed, "calibration", "transformation"))
    changed = gently_transformed(test.images, generator)
    accuracy, transformed = (
        float((model(images).argmax(1) == test.labels).double().mean()) for images in (test.images, changed)
    )
    return round(accuracy, 4), round(transformed, 4)


def reference_seconds() -> float:
    """Return the CPU seconds of a fixed loop: 200 products of 256 by 256 float32 matrices.

    A training's seconds divided by these carry over to other machines better than the seconds do.
    """
    matrix = torch.full((_SIDE, _SIDE), 1 / _SIDE)
    start, product = time.process_time(), matrix
    for _ in range(_PRODUCTS):
        product = product @ matrix
    return time.process_time() - start
