# %% [markdown]
# # Lab 3 · Deep-learning library: regression
#
# The same straight line, fitted five times: by a loop of your own, by formulas on paper, by a class, by an
# `nn.Module` with `Dataset` and `DataLoader`, and by `nn.Linear`. Then two relatives of it: several inputs,
# and a probability in the place of a number.
#
# **For all functions.** The loss is the **mean** of the squared errors, with no factor ½. A list of losses
# holds **one number an epoch**, taken **before** that epoch's update. Unless a docstring says otherwise, an
# epoch is one step over all points. *A number* may be a Python or NumPy number or a tensor with one element,
# with or without a graph; a list of numbers may be a list, a tuple, a 1-D tensor or a 1-D array.
#
# **Time.** Your functions are called with at most 30 points and 200 epochs (q5: 500 epochs), so a loop over
# single points is quick enough there. Each training of q6 and q7 may use 20 seconds of computing time.


# %%
from __future__ import annotations

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader, Dataset

Number = torch.Tensor | float


# %% [markdown]
# ## q1 · A line by gradient descent
#
# The manual's 23 points, to try your functions on:


# %%
X = torch.tensor([
    12.4, 14.3, 14.5, 14.9, 16.1, 16.9, 16.5, 15.4, 17.0, 17.9, 18.8, 20.3,
    22.4, 19.4, 15.5, 16.7, 17.3, 18.4, 19.2, 17.4, 19.5, 19.7, 21.2,
])  # fmt: skip
Y = torch.tensor([
    11.2, 12.5, 12.7, 13.1, 14.1, 14.8, 14.4, 13.4, 14.9, 15.6, 16.4, 17.7,
    19.6, 16.9, 14.0, 14.6, 15.1, 16.1, 16.8, 15.2, 17.0, 17.2, 18.6,
])  # fmt: skip


# %%
def fit_line(
    x: torch.Tensor, y: torch.Tensor, learning_rate: float = 0.001, epochs: int = 100
) -> tuple[Number, Number, list[Number]]:
    """Fit y = w·x + b by gradient descent, from w = 1 and b = 1.

    Args:
        x: inputs, float32 of shape (N,).
        y: targets, float32 of shape (N,).
        learning_rate: factor of the gradient in each step.
        epochs: number of steps; each uses the loss over all N points.

    Returns:
        The numbers w and b after the last step, and the list of `epochs` losses.
    """
    raise NotImplementedError


def plot_losses(losses: list[float]) -> Figure:
    """Draw the losses of a training: epochs on the horizontal axis, losses on the vertical one.

    Args:
        losses: one float an epoch, of any length.

    Returns:
        The figure. Both axes have a name; epochs count from 0 or from 1.
    """
    raise NotImplementedError


# %% [markdown]
# ## q2 · The gradients on paper
#
# Two points, (2, 20) and (4, 40). Work out ∂loss/∂w and ∂loss/∂b as formulas in x, y, w and b, with the
# difference written as yp − y. Then take two steps and note what you see.


# %%
def mse_gradients(x: torch.Tensor, y: torch.Tensor, w: float, b: float) -> tuple[Number, Number]:
    """Give the gradients of the mean squared error by your own formulas, without automatic differentiation.

    Args:
        x: inputs, float32 of shape (N,).
        y: targets, float32 of shape (N,).
        w: slope, a Python float.
        b: bias, a Python float.

    Returns:
        The derivatives of the loss with respect to w and to b, two numbers.
    """
    raise NotImplementedError


def two_epochs(
    x: torch.Tensor, y: torch.Tensor, w: float = 1.0, b: float = 1.0, learning_rate: float = 0.001
) -> list[dict[str, Number]]:
    """Take two steps of gradient descent, each over all points, and note every number.

    Args:
        x: inputs, float32 of shape (N,).
        y: targets, float32 of shape (N,).
        w: slope at the start, a Python float.
        b: bias at the start, a Python float.
        learning_rate: factor of the gradient in each step.

    Returns:
        A list of two dicts, an epoch each, with the numbers `w_grad` and `b_grad` (the gradients of this
        epoch) and `w` and `b` (the parameters after its update).
    """
    raise NotImplementedError


# %% [markdown]
# ## q3 · The line as a class
#
# Four methods, each with one task, and a function that puts them together. The manual's five points:
# x = 5, 7, 12, 16, 20 and y = 40, 120, 180, 210, 240.


# %%
class RegressionModel:
    """A straight line that knows how to improve itself.

    Attributes:
        w: slope, a tensor with one element that requires a gradient; 1 at the start.
        b: bias, likewise.
    """

    def __init__(self, learning_rate: float = 0.001) -> None:
        """Set w and b to 1.

        Args:
            learning_rate: factor of the gradient in `update`.
        """
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Predict w·x + b.

        Args:
            x: float32 of shape (N,).

        Returns:
            The predictions, float32 of shape (N,).
        """
        raise NotImplementedError

    def update(self) -> None:
        """Move w and b one step against the gradients that `backward()` left in them.

        Call it inside `torch.no_grad()`; the grader does so too. Afterwards both still require a gradient.
        """
        raise NotImplementedError

    def reset_grad(self) -> None:
        """Make the **gradients** of w and b zero (or None); w and b themselves stay as they are."""
        raise NotImplementedError

    def criterion(self, y: torch.Tensor, yp: torch.Tensor) -> Number:
        """Give the mean squared error.

        Args:
            y: targets, float32 of shape (N,).
            yp: predictions, float32 of shape (N,).

        Returns:
            One number.
        """
        raise NotImplementedError


def train_regression_model(
    model: RegressionModel, x: torch.Tensor, y: torch.Tensor, epochs: int = 100
) -> list[Number]:
    """Train the model that is handed over, by its own methods and with its own learning rate.

    Args:
        model: a `RegressionModel` of yours; its w and b hold the result afterwards.
        x: inputs, float32 of shape (N,).
        y: targets, float32 of shape (N,).
        epochs: number of steps; each uses the loss over all N points.

    Returns:
        The list of `epochs` losses.
    """
    raise NotImplementedError


# %% [markdown]
# ## q4 · nn.Module, Dataset and DataLoader
#
# The same line once more, now from PyTorch's own parts, with `torch.optim.SGD`. Print the shapes of
# prediction and target before you subtract them: (N, 1) and (N,) do not match point by point.


# %%
class RegressionDataset(Dataset):
    """Points (x, y), one at a time."""

    def __init__(self, x: torch.Tensor, y: torch.Tensor) -> None:
        """Keep the points.

        Args:
            x: inputs, float32 of shape (N,).
            y: targets, float32 of shape (N,).
        """
        raise NotImplementedError

    def __len__(self) -> int:
        """Give the number of points."""
        raise NotImplementedError

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Give the pair x[index], y[index], each of shape () or (1,)."""
        raise NotImplementedError


class RegressionModule(nn.Module):
    """A straight line with exactly two parameters of one element each, a slope and a bias.

    Parameters of your own and an `nn.Linear(1, 1)` are equally good.
    """

    def __init__(self) -> None:
        """Make the two parameters, with any start values."""
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Predict slope·x + bias.

        Args:
            x: a batch, float32 of shape (B,) or (B, 1).

        Returns:
            The predictions, B numbers.
        """
        raise NotImplementedError


def train_with_loader(
    model: RegressionModule, loader: DataLoader, learning_rate: float, epochs: int
) -> list[Number]:
    """Train the model that is handed over with `torch.optim.SGD`, from the parameters that it has.

    Args:
        model: a `RegressionModule` of yours; it holds the result afterwards.
        loader: a `DataLoader` over your `RegressionDataset`. It may give all points as one batch, or several
            batches; then one step a batch and one step an epoch are equally good.
        learning_rate: of the optimiser.
        epochs: passes over the loader.

    Returns:
        The list of `epochs` losses: the mean over all points that an epoch has seen.
    """
    raise NotImplementedError


# %% [markdown]
# ## q5 · nn.Linear
#
# The points of q1 again, as columns: `X.view(-1, 1)` and `Y.view(-1, 1)`. Draw the losses with `plot_losses`.


# %%
class LinearRegression(nn.Module):
    """A straight line: one `nn.Linear(1, 1)`, and nothing else that learns."""

    def __init__(self) -> None:
        """Make the layer, with its usual start values."""
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Predict a number for each row.

        Args:
            x: float32 of shape (N, 1).

        Returns:
            The predictions, float32 of shape (N, 1).
        """
        raise NotImplementedError


def train_linear(
    model: LinearRegression, x: torch.Tensor, y: torch.Tensor, learning_rate: float, epochs: int
) -> list[Number]:
    """Train the model that is handed over with `torch.optim.SGD`, from the weights that it has.

    Args:
        model: a `LinearRegression` of yours; it holds the result afterwards.
        x: inputs, float32 of shape (N, 1).
        y: targets, float32 of shape (N, 1).
        learning_rate: of the optimiser.
        epochs: passes over the points; up to 500.

    Returns:
        The list of `epochs` losses.
    """
    raise NotImplementedError


# %% [markdown]
# ## q6 · Several inputs
#
# The manual's table of five subjects; the prediction asked for is the one at X1 = 3, X2 = 2. A training that
# stops too early gives a wrong one: look whether the loss is still falling.


# %%
FEATURES = torch.tensor([[3.0, 8.0], [4.0, 5.0], [5.0, 7.0], [6.0, 3.0], [2.0, 1.0]])
TARGETS = torch.tensor([-3.7, 3.5, 2.5, 11.5, 5.7])


# %%
def fit_multiple_regression(
    features: torch.Tensor, targets: torch.Tensor
) -> tuple[torch.Tensor, Number, list[Number]]:
    """Fit targets = features · weights + bias, until the loss no longer falls.

    How you get there is your choice: any optimiser, number of epochs and learning rate, or a closed form. The
    weights belong to the features as they are given; where you scale them on the way, scale back.

    Args:
        features: float32 of shape (N, 2), values from 0 to 10; the manual's 5 rows, or 20 rows.
        targets: float32 of shape (N,), between −40 and 40, with noise of a standard deviation up to 0.5.

    Returns:
        The weights, of shape (2,), (1, 2) or (2, 1), the bias, a number, and the list of losses (a closed
        form gives the one loss that it ends with). One call may use 20 CPU seconds.
    """
    raise NotImplementedError


def predict_multiple(weights: torch.Tensor, bias: Number, features: torch.Tensor) -> torch.Tensor:
    """Predict a number for each row of the features.

    Args:
        weights: float32 of shape (2,), or what your own fit has returned.
        bias: 0-dim float32, or what your own fit has returned.
        features: float32 of shape (N, 2).

    Returns:
        N predictions, of shape (N,) or (N, 1).
    """
    raise NotImplementedError


# %% [markdown]
# ## q7 · Logistic regression
#
# The manual's nine points: x = 1, 5, 10, 10, 25, 50, 70, 75, 100, of which the first five belong to class 0.
# With x as large as this a sigmoid saturates, and then nothing learns. Bring x to a handy size *inside* the
# module, by fixed numbers, and look at p(25) and p(50) after training.


# %%
class LogisticRegression(nn.Module):
    """The probability of class 1 for one input: a sigmoid of a straight line, one weight and one bias."""

    def __init__(self) -> None:
        """Make weight and bias, the only two parameters."""
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give probabilities (not log-odds) for x as it is.

        Args:
            x: float32 of shape (N, 1), values from 1 to 100; scale them here.

        Returns:
            The probabilities of class 1, float32 of shape (N, 1).
        """
        raise NotImplementedError


def train_logistic(model: LogisticRegression, x: torch.Tensor, y: torch.Tensor) -> list[Number]:
    """Train the model that is handed over until it puts every point into its class.

    Optimiser, learning rate and number of epochs are your choice. Start from the weights that the model has:
    the grader sets both parameters to 0, so do not initialise them again.

    Args:
        model: a `LogisticRegression` of yours; it holds the result afterwards.
        x: inputs, float32 of shape (9, 1), values from 1 to 100.
        y: classes 0 and 1, float32 of shape (9, 1). Large x may belong to class 1 or to class 0; between the
            classes lies a gap of 20 or more.

    Returns:
        The list of losses, one number an epoch: the binary cross-entropy, its mean or its sum over the
        points. One call may use 20 CPU seconds; past them the weights reached are graded.
    """
    raise NotImplementedError


def predict_classes(model: LogisticRegression, x: torch.Tensor) -> torch.Tensor:
    """Put each point into the class that is more probable.

    Args:
        model: a `LogisticRegression` of yours, trained or not.
        x: float32 of shape (N, 1).

    Returns:
        N zeros and ones, of shape (N,) or (N, 1) and any dtype.
    """
    raise NotImplementedError


# %% [markdown]
# ## a1 · The difference the other way round
#
# q2 once more, with the difference written as y − yp. Which signs change on the way, and which in the result?


# %%
def mse_gradients_reversed(x: torch.Tensor, y: torch.Tensor, w: float, b: float) -> tuple[Number, Number]:
    """Give the gradients of the mean of (y − yp)² by your own formulas, without automatic differentiation.

    Args:
        x: inputs, float32 of shape (N,).
        y: targets, float32 of shape (N,).
        w: slope, a Python float.
        b: bias, a Python float.

    Returns:
        The derivatives of the loss with respect to w and to b, two numbers.
    """
    raise NotImplementedError


def two_epochs_reversed(
    x: torch.Tensor, y: torch.Tensor, w: float = 1.0, b: float = 1.0, learning_rate: float = 0.001
) -> list[dict[str, Number]]:
    """Take two steps of gradient descent with these gradients, and note every number.

    Args:
        x: inputs, float32 of shape (N,).
        y: targets, float32 of shape (N,).
        w: slope at the start, a Python float.
        b: bias at the start, a Python float.
        learning_rate: factor of the gradient in each step.

    Returns:
        A list of two dicts as `two_epochs` gives it: `w_grad`, `b_grad`, `w`, `b`.
    """
    raise NotImplementedError
