# %% [markdown]
# # Lab 5 · Convolutional networks
#
# A convolution slides a small kernel over an image and writes one number for each place it stops at. The same
# few weights serve the whole image, so a convolutional network needs far fewer of them than a dense one, and
# still knows what lies beside what.
#
# You write one convolution by hand, one by PyTorch's functional form, then a network that reads digits, and a
# smaller network that reads them nearly as well.
#
# **Images** are `float32` of shape (N, 1, 28, 28) with values in [0, 1], **labels** `int64` of shape (N,)
# with the classes 0 … 9. A **loader** is a `DataLoader` whose batches are pairs (images, labels), a
# **device** a `torch.device`: move the model and each batch there, and assume neither a CPU nor a GPU.
#
# **What a training is given.** Each of your networks is trained once by your `train_classifier`, with 1,000
# images in batches of 8, 12 epochs. That makes 1,500 updates: choose optimiser and learning rate for that.
# A training may use 60 CPU seconds (the network of the manual needs about 15); beyond them the weights
# reached by then are graded.

# %%
from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader

# %% [markdown]
# ## q1 · A convolution
#
# Slide a kernel over an image, for the manual's 6×6 image and 3×3 kernel and for any other. Try strides and
# paddings, watch the size of the result, and put it into a formula. How many parameters has such a layer?


# %%
def convolve2d(image: torch.Tensor, kernel: torch.Tensor, stride: int = 1, padding: int = 0) -> torch.Tensor:
    """Slide a kernel over an image, as `torch.nn.functional.conv2d` does (the kernel is not turned round).

    Args:
        image: float32 of shape (H, W).
        kernel: float32 of shape (kh, kw), not larger than the padded image.
        stride: step between two places, the same along both axes.
        padding: rows and columns of zeros added on each of the four sides.

    Returns:
        The result, float32 of shape (h, w); (1, h, w) and (1, 1, h, w) are right too.
    """
    # BEGIN SOLUTION
    batch, weight = image[None, None], kernel[None, None]
    return nn.functional.conv2d(batch, weight, stride=stride, padding=padding)[0, 0]
    # END SOLUTION


def output_size(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """Give the size of a convolution's result along one axis.

    Args:
        size: of the image along this axis.
        kernel: size of the kernel along this axis, at most `size + 2 * padding`.
        stride: step between two places.
        padding: zeros added on each of the two sides.

    Returns:
        The number of places where the kernel stops, a whole number.
    """
    # BEGIN SOLUTION
    return (size + 2 * padding - kernel) // stride + 1
    # END SOLUTION


def convolution_parameters(in_channels: int, out_channels: int, kernel: int, bias: bool = True) -> int:
    """Count the learnable numbers of a convolution layer with square kernels.

    Args:
        in_channels: channels of its input.
        out_channels: channels of its output.
        kernel: side of a kernel.
        bias: whether each output channel adds a number of its own.

    Returns:
        The number of parameters, a whole number.
    """
    # BEGIN SOLUTION
    return out_channels * (in_channels * kernel**2 + int(bias))
    # END SOLUTION


# %% [markdown]
# ## q2 · A layer and its functional form
#
# `nn.Conv2d` keeps its weights; `torch.nn.functional.conv2d` takes them as arguments. Given the same weights,
# the two agree.


# %%
def make_conv_layer() -> nn.Conv2d:
    """Make a convolution layer from one channel to three, with 3×3 kernels and no bias.

    Returns:
        The layer, with random weights; stride and padding are the usual 1 and 0.
    """
    # BEGIN SOLUTION
    return nn.Conv2d(1, 3, kernel_size=3, bias=False)
    # END SOLUTION


def conv2d_by_function(layer: nn.Conv2d, image: torch.Tensor) -> torch.Tensor:
    """Compute what a convolution layer gives, with the layer's numbers but without calling the layer.

    The layers that this function gets refuse to be called. Their attributes (`weight`, `bias`, `stride`,
    `padding`, …), `parameters()` and `state_dict()` work as ever. They differ in number of channels, kernel,
    stride, padding and in having a bias or none; dilation and groups stay 1.

    Args:
        layer: the layer whose result is asked for.
        image: float32 of shape (H, W) for a layer with one input channel; (C, H, W) for one with C > 1.

    Returns:
        What `layer` would give, float32 of shape (out_channels, h, w) or (1, out_channels, h, w).
    """
    # BEGIN SOLUTION
    batch = image.reshape(1, -1, *image.shape[-2:])
    return nn.functional.conv2d(batch, layer.weight, layer.bias, layer.stride, layer.padding)[0]
    # END SOLUTION


# %% [markdown]
# ## q3 · A network for digits
#
# The manual lists a network of three convolutions and two linear layers; it has 149,798 parameters. Yours may
# be another, with two convolutions or more. (The listing takes the number of images from a global variable.
# Yours has to work for any number of them.) The three functions are those of lab 4.


# %%
class CNNClassifier(nn.Module):
    """A convolutional network that classifies images: at least two convolutions, for any number of images."""

    def __init__(self) -> None:
        """Build the layers."""
        # BEGIN SOLUTION
        super().__init__()
        self.net = nn.Sequential(
            *(nn.Conv2d(1, 64, kernel_size=3), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(64, 128, kernel_size=3), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(128, 64, kernel_size=3), nn.ReLU(), nn.MaxPool2d(2)),
        )
        self.classification_head = nn.Sequential(nn.Linear(64, 20), nn.ReLU(), nn.Linear(20, 10))
        # END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give the logits of a batch of images.

        Args:
            x: images, float32 of shape (N, 1, 28, 28), for any N ≥ 1.

        Returns:
            Logits (the scores before a softmax), float32 of shape (N, 10).
        """
        # BEGIN SOLUTION
        features = self.net(x)
        return self.classification_head(features.flatten(start_dim=1))
        # END SOLUTION


def count_parameters(model: nn.Module) -> int:
    """Count a model's trainable parameters (its numbers, not its tensors). Lab 4's; marked there only.

    Args:
        model: any module.

    Returns:
        The count, a whole number; what is frozen (`requires_grad` is False) is left out.
    """
    # BEGIN SOLUTION
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    # END SOLUTION


def train_classifier(model: nn.Module, loader: DataLoader, epochs: int, device: torch.device) -> list[float]:
    """Train a classifier in place, from the weights that it has.

    Args:
        model: a module that turns images into logits; it may be on another device than `device`.
        loader: training data, batches of images (N, 1, 28, 28) float32 and labels (N,) int64.
        epochs: how many times to go through the loader. A training of this lab has 1,000 images in batches of
            8, 12 epochs and 60 CPU seconds.
        device: where to train.

    Returns:
        One number an epoch: the loss of its batches, summed or averaged.
    """
    # BEGIN SOLUTION
    model.to(device).train()
    loss_function = nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in loader:
            images, labels = (tensor.to(device) for tensor in batch)
            optimiser.zero_grad()
            loss = loss_function(model(images), labels)
            loss.backward()
            optimiser.step()
            total += loss.item()
        losses.append(total / len(loader))
    return losses
    # END SOLUTION


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
    # BEGIN SOLUTION
    model.to(device).eval()
    confusion = torch.zeros(10, 10, dtype=torch.int64)
    with torch.no_grad():
        for images, labels in loader:
            predicted = model(images.to(device)).argmax(dim=1).cpu()
            for true, guess in zip(labels, predicted, strict=True):
                confusion[true, guess] += 1
    return confusion.diagonal().sum().item() / confusion.sum().item(), confusion
    # END SOLUTION


# %% [markdown]
# ## q4 · Fewer parameters
#
# How small can the network become before it reads worse? Where are most of its parameters?


# %%
class ReducedCNN(nn.Module):
    """A convolutional network for the same images, at least 30 % smaller than `CNNClassifier`.

    What counts is the number of parameters. At least one convolution stays.
    """

    def __init__(self) -> None:
        """Build the layers."""
        # BEGIN SOLUTION
        super().__init__()
        self.net = nn.Sequential(
            *(nn.Conv2d(1, 16, kernel_size=3), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, kernel_size=3), nn.ReLU(), nn.MaxPool2d(2)),
        )
        self.classification_head = nn.Linear(32 * 5 * 5, 10)
        # END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give the logits of a batch of images.

        Args:
            x: images, float32 of shape (N, 1, 28, 28), for any N ≥ 1.

        Returns:
            Logits, float32 of shape (N, 10).
        """
        # BEGIN SOLUTION
        return self.classification_head(self.net(x).flatten(start_dim=1))
        # END SOLUTION


def parameter_drop_percent(base: nn.Module, reduced: nn.Module) -> float:
    """Give the drop in parameters from one module to another.

    Args:
        base: the module that is 100 %.
        reduced: the module compared with it.

    Returns:
        The drop in per cent of `base`: 75.0 where `reduced` has a quarter of the parameters, negative where
        it has more of them.
    """
    # BEGIN SOLUTION
    before, after = count_parameters(base), count_parameters(reduced)
    return 100 * (before - after) / before
    # END SOLUTION


def accuracy_against_drop(
    models: Sequence[nn.Module],
    train_loader: DataLoader,
    test_loader: DataLoader,
    epochs: int,
    device: torch.device,
) -> list[tuple[float, float]]:
    """Train several classifiers, and give drop in parameters and accuracy of each.

    Args:
        models: modules that have not been trained; the first is the base of every drop. Each is trained in
            place (no copies), from the weights that it has.
        train_loader: training data, as `train_classifier` gets them.
        test_loader: data to measure the accuracy on, as `evaluate_classifier` gets them; not for training.
        epochs: how many times each model goes through `train_loader`.
        device: where to compute.

    Returns:
        One pair (drop in per cent, accuracy as a fraction from 0 to 1) a model, in the order of `models`. The
        base's own pair, with drop 0, may be left out.
    """
    # BEGIN SOLUTION
    points = []
    for model in models:
        train_classifier(model, train_loader, epochs, device)
        accuracy, _ = evaluate_classifier(model, test_loader, device)
        points.append((parameter_drop_percent(models[0], model), accuracy))
    return points
    # END SOLUTION


def plot_drop_against_accuracy(points: Sequence[tuple[float, float]]) -> Figure:
    """Draw accuracy over drop in parameters, with both axes named.

    Args:
        points: pairs (drop in per cent, accuracy as a fraction), in any order.

    Returns:
        The figure.
    """
    # BEGIN SOLUTION
    drops, accuracies = zip(*sorted(points), strict=True)
    figure, axes = plt.subplots()
    axes.plot(drops, accuracies, marker="o")
    axes.set_xlabel("drop in parameters (%)")
    axes.set_ylabel("accuracy")
    return figure
    # END SOLUTION


# %% [markdown]
# ## a1 · Fashion-MNIST (additional)
#
# The same task for pictures of clothes: same shapes, other classes, and a little harder. It is trained and
# marked on Fashion-MNIST where the grading was asked to use it, else on the data set of the run.


# %%
class FashionCNN(nn.Module):
    """A convolutional network for Fashion-MNIST: at least two convolutions, for any number of images."""

    def __init__(self) -> None:
        """Build the layers."""
        # BEGIN SOLUTION
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(1, 16, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        )
        self.head = nn.Sequential(nn.Linear(32 * 7 * 7, 32), nn.ReLU(), nn.Linear(32, 10))
        # END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give the logits of a batch of images.

        Args:
            x: images, float32 of shape (N, 1, 28, 28), for any N ≥ 1.

        Returns:
            Logits, float32 of shape (N, 10).
        """
        # BEGIN SOLUTION
        return self.head(self.features(x).flatten(start_dim=1))
        # END SOLUTION
