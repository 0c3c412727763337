# %% [markdown]
# # Lab 4 · Feed-forward networks
#
# A feed-forward network hands its input from layer to layer: each takes a weighted sum, adds a bias and bends
# the result by an activation. Without the bend any number of layers is worth one.
#
# You start with the smallest network that one layer cannot replace, for XOR, with nine parameters that can be
# followed by hand. Then two hidden layers read digits.
#
# **Images** are `float32` of shape (N, 1, 28, 28) with values in [0, 1], **labels** `int64` of shape (N,)
# with the classes 0 … 9. A **loader** is a `DataLoader` whose batches are pairs (images, labels), a
# **device** a `torch.device`: move the model and each batch there, and assume neither a CPU nor a GPU.
#
# **What a training is given.** XOR: a run may use 5 CPU seconds, room for 3,000 epochs with all four rows in
# one batch, or 1,000 with one row a batch. Digits: 1,000 images in batches of 8, 12 epochs, which makes 1,500
# updates, and 60 CPU seconds. Where a training uses more, the weights reached by then are graded.


# %%
from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader


# %% [markdown]
# ## q1 · XOR with a sigmoid
#
# | x₁ | x₂ | x₁ XOR x₂ |
# |---|---|---|
# | 0 | 0 | 0 |
# | 0 | 1 | 1 |
# | 1 | 0 | 1 |
# | 1 | 1 | 0 |
#
# Two inputs, two hidden units, one output. How many numbers does such a network learn? Whether a training
# succeeds depends on where it starts, so the grader sets the weights before it calls `train_xor`.


# %%
class XORModel(nn.Module):
    """A network for XOR: linear 2 → 2, sigmoid, linear 2 → 1. A sigmoid on the output is right too."""

    def __init__(self) -> None:
        """Build the layers."""
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the network's output.

        Args:
            x: rows of two inputs, float32 of shape (N, 2); any numbers, not only 0 and 1.

        Returns:
            The output for each row, float32 of shape (N, 1) or (N,). Above 0.5 it stands for 1.
        """
        raise NotImplementedError


def count_parameters(model: nn.Module) -> int:
    """Count a model's trainable parameters (its numbers, not its tensors).

    Args:
        model: any module.

    Returns:
        The count, a whole number; what is frozen (`requires_grad` is False) is left out.
    """
    raise NotImplementedError


def train_xor(model: nn.Module) -> list[float]:
    """Train a network for XOR in place, on the four rows of the truth table.

    Train from the weights that the model has; do not initialise them again. A run may use 5 CPU seconds:
    3,000 epochs of one batch, or 1,000 epochs with one row a batch, stay well below.

    Args:
        model: an `XORModel` or an `XORModelReLU`.

    Returns:
        One number an epoch, the mean loss over the four rows. The last is below 0.1.
    """
    raise NotImplementedError


# %% [markdown]
# ## q2 · XOR with ReLU
#
# The same network with ReLU between the layers, and the same `train_xor`.


# %%
class XORModelReLU(nn.Module):
    """A network for XOR: linear 2 → 2, ReLU, linear 2 → 1. On the output a sigmoid is right too, not ReLU."""

    def __init__(self) -> None:
        """Build the layers."""
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the network's output.

        Args:
            x: rows of two inputs, float32 of shape (N, 2); any numbers, not only 0 and 1.

        Returns:
            The output for each row, float32 of shape (N, 1) or (N,). Above 0.5 it stands for 1.
        """
        raise NotImplementedError


# %% [markdown]
# ## q3 · Forward by hand
#
# Take the weights of a network of q1 and follow an input through both layers yourself. Compare with what the
# network says.


# %%
def manual_xor_forward(parameters: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """Compute by hand what a network with a sigmoid hidden layer and a linear output gives.

    Args:
        parameters: the network's numbers, named and shaped as in `nn.Linear`: `linear1.weight` (2, 2),
            `linear1.bias` (2,), `linear2.weight` (1, 2), `linear2.bias` (1,), float32. Use these, no others.
        x: rows of two inputs, float32 of shape (N, 2); any numbers, not only 0 and 1.

    Returns:
        The output, float32 of shape (N, 1): no activation after the second layer.
    """
    raise NotImplementedError


# %% [markdown]
# ## q4 · Digits
#
# Two hidden layers, trained on 1,000 images. Which digits does the network take for which?


# %%
class DigitClassifier(nn.Module):
    """A feed-forward network with two hidden layers that classifies images, any number of them at a time."""

    def __init__(self) -> None:
        """Build the layers."""
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give the logits of a batch of images.

        Args:
            x: images, float32 of shape (N, 1, 28, 28), for any N ≥ 1.

        Returns:
            Logits (the scores before a softmax), float32 of shape (N, 10). Log-probabilities, for
            `nn.NLLLoss`, are right too.
        """
        raise NotImplementedError


def train_classifier(model: nn.Module, loader: DataLoader, epochs: int, device: torch.device) -> list[float]:
    """Train a classifier in place, from the weights that it has.

    Args:
        model: a module that turns images into logits; it may be on another device than `device`.
        loader: training data, batches of images (N, 1, 28, 28) float32 and labels (N,) int64.
        epochs: how many times to go through the loader. The training of this lab has 1,000 images in batches
            of 8, 12 epochs and 60 CPU seconds.
        device: where to train.

    Returns:
        One number an epoch: the loss of its batches, summed or averaged.
    """
    raise NotImplementedError


def evaluate_classifier(
    model: nn.Module, loader: DataLoader, device: torch.device
) -> tuple[float, torch.Tensor]:
    """Find how many images a classifier gets right, and which classes it takes for which.

    The model is only looked at: none of its weights may change, and layers that behave otherwise in training
    (dropout) must not disturb the result.

    Args:
        model: a module that turns images into logits; it may be on another device than `device`.
        loader: images (N, 1, 28, 28) float32 and labels (N,) int64; the last batch may be smaller.
        device: where to compute.

    Returns:
        The accuracy, a fraction from 0 to 1 of all images, and the confusion matrix: whole numbers of shape
        (10, 10), always, a row for each true class and a column for each predicted one.
    """
    raise NotImplementedError


def plot_confusion(confusion: torch.Tensor) -> Figure:
    """Draw a confusion matrix, as an image or with its numbers, and name both axes.

    Args:
        confusion: (10, 10) counts, rows true, columns predicted, in the kind of container that
            `evaluate_classifier` returns.

    Returns:
        The figure. It shows the counts, or the share of each true class; true classes from top to bottom.
    """
    raise NotImplementedError


def dense_parameter_count(sizes: Sequence[int]) -> int:
    """Count by formula what a network of linear layers (with biases) learns.

    Args:
        sizes: number of values before, between and after the layers, such as [784, 128, 64, 10]; two or more.

    Returns:
        The number of parameters, a whole number.
    """
    raise NotImplementedError
