# NumPy inside, named tuples outside, closed forms where they are allowed
from collections import namedtuple

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.utils.data import Dataset

Fit = namedtuple("Fit", "w b losses")
Gradients = namedtuple("Gradients", "dw db")


def fit_line(x, y, learning_rate=0.001, epochs=100):
    x, y = x.numpy().astype(np.float64), y.numpy().astype(np.float64)
    w = b = 1.0
    losses = np.empty(epochs)
    for epoch in range(epochs):
        error = w * x + b - y
        losses[epoch] = np.mean(error**2)
        w, b = w - learning_rate * 2 * np.mean(error * x), b - learning_rate * 2 * np.mean(error)
    return Fit(np.float32(w), np.array([b]), losses)


def plot_losses(losses):
    figure, axes = plt.subplots(1, 2)
    axes[0].loglog(np.arange(1, len(losses) + 1), losses, "o-")
    axes[0].set(xlabel="Epoche", ylabel="Verlust")
    axes[1].axis("off")
    return figure


def mse_gradients(x, y, w, b):
    e = (w * x + b - y).numpy()
    return Gradients(np.array([[2 * np.mean(e * x.numpy())]]), 2 * np.mean(e))


def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    rows = ()
    for _ in range(2):
        dw, db = (float(np.asarray(g).item()) for g in mse_gradients(x, y, w, b))
        w -= learning_rate * dw
        b -= learning_rate * db
        rows += (dict(w=w, b=b, w_grad=dw, b_grad=db),)
    return rows


class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.rate = learning_rate
        self.w = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
        self.b = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)

    def forward(self, x):
        return self.w * x + self.b

    def update(self):
        self.w = (self.w - self.rate * self.w.grad).detach().requires_grad_()
        self.b = (self.b - self.rate * self.b.grad).detach().requires_grad_()

    def reset_grad(self):
        for p in (self.w, self.b):
            p.grad = torch.zeros_like(p)

    def criterion(self, y, yp):
        return torch.nn.functional.mse_loss(yp, y.to(yp.dtype))


def train_regression_model(model, x, y, epochs=100):
    losses = []
    for _ in range(epochs):
        loss = model.criterion(y, model.forward(x))
        loss.backward()
        with torch.no_grad():
            model.update()
        if model.w.grad is not None:
            model.reset_grad()
        losses.append(loss.detach())
    return torch.stack(losses)


class RegressionDataset(Dataset):
    def __init__(self, x, y):
        self.points = list(zip(x.tolist(), y.tolist()))

    def __len__(self):
        return len(self.points)

    def __getitem__(self, index):
        x, y = self.points[index]
        return np.float32(x), np.float32(y)


class RegressionModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.line = nn.Linear(1, 1)

    def forward(self, x):
        return self.line(x.reshape(-1, 1)).squeeze(1)


def train_with_loader(model, loader, learning_rate, epochs):
    optimiser = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        seen = []
        for x, y in loader:
            optimiser.zero_grad()
            squares = (model(x) - y) ** 2
            squares.mean().backward()
            optimiser.step()
            seen += squares.tolist()
        losses.append(np.mean(seen))
    return np.array(losses)


class LinearRegression(nn.Linear):
    def __init__(self):
        super().__init__(1, 1)


def train_linear(model, x, y, learning_rate, epochs):
    optimiser = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.5)
    losses = []
    for _ in range(epochs):

        def closure():
            optimiser.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            return loss

        losses.append(optimiser.step(closure))
    return losses


def fit_multiple_regression(features, targets):
    columns = np.c_[features.numpy(), np.ones(len(features))]
    solution, residual, *_ = np.linalg.lstsq(columns, targets.numpy(), rcond=None)
    return solution[:2].reshape(2, 1), solution[2], [float(residual[0]) / len(features)]


def predict_multiple(weights, bias, features):
    return np.asarray(features) @ np.asarray(weights).reshape(2) + float(bias)


class LogisticRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(()))
        self.weight = nn.Parameter(torch.zeros(()))
        self.register_buffer("middle", torch.tensor(50.0))

    def forward(self, x):
        return 1 / (1 + torch.exp(-(self.weight * (x - self.middle) / 25 + self.bias)))


def train_logistic(model, x, y):
    optimiser = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=10)
    losses = []
    for _ in range(5):

        def closure():
            optimiser.zero_grad()
            loss = nn.functional.binary_cross_entropy(model(x), y)
            loss.backward()
            return loss

        losses.append(optimiser.step(closure))
    return losses


def predict_classes(model, x):
    return (model(x) >= 0.5).detach().numpy()


def mse_gradients_reversed(x, y, w, b):
    return mse_gradients(x, y, w, b)


def two_epochs_reversed(x, y, w=1.0, b=1.0, learning_rate=0.001):
    return two_epochs(x, y, w, b, learning_rate)
