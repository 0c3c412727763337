"""Whether the losses that a training function tells are those of the network and the labels handed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from labgrade import probes
from labgrade.grader.inputs import Inputs
from labgrade.probes.base import Callee
from labgrade.probes.modules import Module
from labgrade.wire.plain import Make

_NEAR = 0.1
"""As a share of what other labels cost more."""


@dataclass(frozen=True)
class FirstLosses:
    """The first losses of three trainings of a linear classifier.

    A classifier with its classes renamed costs the same for labels renamed alike, and another one costs more
    for them, whatever the loss, its scale and its place in the epoch.

    Attributes:
        right: for labels that the classifier predicts.
        wrong: for these labels renamed.
        renamed: for these, by the classifier with its classes renamed alike.
    """

    right: float
    wrong: float
    renamed: float

    @property
    def belong(self) -> bool:
        """Whether they tell right labels from wrong ones, by the weights that were handed over."""
        return self.right < self.wrong and self._is_renamed_near(self.right)

    @property
    def ignore_weights(self) -> bool:
        """Whether the labels alone make them."""
        return self._is_renamed_near(self.wrong)

    def _is_renamed_near(self, loss: float) -> bool:
        return abs(self.renamed - loss) < _NEAR * abs(self.wrong - self.right)


def first_losses(function: Callee, first_loss: Callable[[Module, Make], float], rng: Inputs) -> FirstLosses:
    """Have a linear classifier for images (1, 28, 28) and ten classes trained three times.

    It gives numbers in [0, 1], which suit losses on logits and on probabilities. The images are dim, so that
    no step moves it far, and the weights sum to 0, which makes it blind to a shift of all pixels.

    Args:
        function: the training function; the classifiers are made for it.
        first_loss: has it train a classifier with a loader of 32 images in batches of 8, and reads its first
            loss; from the same state of torch's generator each time.
        rng: of the check.
    """
    images, weight = rng.uniform(0, 0.01, 32, 1, 28, 28), 25 * rng.normal(10, 784)
    weight -= weight.mean(1, keepdim=True)
    labels = (images.flatten(1) @ weight.T).argmax(1)
    kinds = ("Flatten",), ("Linear", 784, 10), ("Sigmoid",)
    layers = [probes.Make(f"torch.nn.{kind}", *sizes) for kind, *sizes in kinds]

    def of(weight: Tensor, labels: Tensor) -> float:
        network = probes.make_module(
            function, "torch.nn.Sequential", probes.Make("torch.nn.Flatten"), *layers
        )
        network.load([weight, torch.zeros(10)])
        return first_loss(network, probes.loader(images, labels, batch_size=8))

    return FirstLosses(of(weight, labels), of(weight, 9 - labels), of(weight.flip(0), 9 - labels))
