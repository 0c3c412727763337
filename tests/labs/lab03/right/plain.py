# plain Python and its classes: generators, dataclasses, lists of numbers, properties, callables
from collections import OrderedDict
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
import torch
import torch.nn as nn
from torch.utils.data import Dataset


class Fitter:
    def steps(self, xs, ys, rate):
        w = b = 1.0
        while True:
            errors = [w * x + b - y for x, y in zip(xs, ys)]
            loss = sum(error**2 for error in errors) / len(errors)
            w -= rate * 2 * sum(error * x for error, x in zip(errors, xs)) / len(errors)
            b -= rate * 2 * sum(errors) / len(errors)
            yield w, b, loss

    def __call__(self, x, y, learning_rate=0.001, epochs=100, verbose=True):
        losses = []
        for epoch, (w, b, loss) in zip(range(epochs), self.steps(x.tolist(), y.tolist(), learning_rate)):
            losses.append(loss)
            if verbose:
                print(f"epoch {epoch + 1}: loss {loss:.4f}")
        return [w, b, losses]


fit_line = Fitter()


def plot_losses(losses, title="training"):
    figure = plt.figure()
    axes = figure.add_axes([0.1, 0.1, 0.8, 0.8])
    axes.stem(range(1, len(losses) + 1), losses)
    figure.supxlabel("epoch")
    figure.supylabel("loss")
    figure.suptitle(title)
    return figure


def mse_gradients(x, y, w, b):
    w_grad = b_grad = 0.0
    for x_i, y_i in zip(x, y):
        difference = w * x_i.item() + b - y_i.item()
        w_grad += 2 * difference * x_i.item() / len(x)
        b_grad += 2 * difference / len(x)
    return w_grad, b_grad


def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    epochs = []
    for number in (1, 2):
        noted = OrderedDict(epoch=number)
        noted["b_grad"], noted["w_grad"] = mse_gradients(x, y, w, b)[::-1]
        noted["w"] = w = w - learning_rate * noted["w_grad"]
        noted["b"] = b = b - learning_rate * noted["b_grad"]
        epochs.append(noted)
    return epochs


def one():
    return torch.tensor(1.0, requires_grad=True)


@dataclass
class RegressionModel:
    learning_rate: float = 0.001
    w: torch.Tensor = field(default_factory=one)
    b: torch.Tensor = field(default_factory=one)

    def forward(self, x):
        return torch.add(torch.mul(x, self.w), self.b)

    __call__ = forward

    def update(self):
        for name in ("w", "b"):
            parameter = getattr(self, name)
            moved = parameter - self.learning_rate * parameter.grad
            setattr(self, name, moved.clone().requires_grad_(True))

    def reset_grad(self):
        if self.w.grad is not None:
            self.w.grad.zero_()
            self.b.grad.zero_()

    @classmethod
    def criterion(cls, y, yp):
        return sum((p - t) ** 2 for p, t in zip(yp, y)) / len(y)


def train_regression_model(model, x, y, epochs=100):
    losses = []
    for _ in range(epochs):
        losses.append(model.criterion(y, model(x)))
        losses[-1].backward()
        with torch.no_grad():
            model.update()
        model.reset_grad()
    return losses


class RegressionDataset(Dataset):
    def __init__(self, x, y):
        self.points = torch.stack([x, y], dim=1)

    def __len__(self):
        return len(self.points)

    def __getitem__(self, index):
        return self.points[index]


class RegressionModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = nn.ParameterDict(
            {"bias": nn.Parameter(torch.zeros(())), "slope": nn.Parameter(torch.zeros(()))}
        )

    def forward(self, x):
        return x.flatten() * self.parts["slope"] + self.parts["bias"]


def train_with_loader(model, loader, learning_rate, epochs):
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = model.to(device)
    optimiser = torch.optim.SGD(model.parameters(), lr=learning_rate)
    constant = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda epoch: 1.0)
    losses = []
    for _ in range(epochs):
        seen = []
        for batch in loader:
            x, y = batch.to(device).T
            loss = nn.functional.mse_loss(model(x), y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            seen += [loss.item()] * len(x)
        constant.step()
        losses.append(sum(seen) / len(seen))
    return losses


class LinearRegression(nn.Module):
    def __init__(self, inputs=1, outputs=1):
        super().__init__()
        self.layers = nn.ModuleDict({"line": nn.Linear(inputs, outputs, dtype=torch.float64)})

    def forward(self, x):
        return self.layers["line"](x.double()).float()


def train_linear(model, x, y, learning_rate, epochs):
    optimiser = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for chosen in torch.randperm(len(x)).split(5):
            loss = nn.functional.mse_loss(model(x[chosen]), y[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(chosen)
        losses.append(total / len(x))
    return losses


def fit_multiple_regression(features, targets):
    columns = torch.cat([features, torch.ones(len(features), 1)], 1).double()
    solution = torch.linalg.solve(columns.T @ columns, columns.T @ targets.double())
    loss = ((columns @ solution - targets) ** 2).mean()
    return solution[:2].tolist(), solution[2].item(), [loss]


def predict_multiple(weights, bias, features):
    return [
        float(weights[0]) * first + float(weights[1]) * second + float(bias)
        for first, second in features.tolist()
    ]


class LogisticRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(1))
        self.b = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return torch.softmax(torch.cat([torch.zeros_like(x), self.w * x / 10 + self.b], 1), 1)[:, 1:]


def train_logistic(model, x, y):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.1)
    losses = []
    while True:
        p = model(x)
        loss = nn.functional.binary_cross_entropy(p, y, reduction="sum")
        losses.append(loss.item())
        if bool(((p > 0.5) == y.bool()).all()):
            return losses
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def predict_classes(model, x):
    return [bool(p > 0.5) for p in model(x)]


def mse_gradients_reversed(x, y, w, b):
    d = [(y_i - (w * x_i + b)).item() for x_i, y_i in zip(x, y)]
    return -2 * sum(e * x_i for e, x_i in zip(d, x.tolist())) / len(d), -2 * sum(d) / len(d)


def two_epochs_reversed(x, y, w=1.0, b=1.0, learning_rate=0.001):
    epochs = []
    for _ in range(2):
        w_grad, b_grad = mse_gradients_reversed(x, y, w, b)
        w, b = w - learning_rate * w_grad, b - learning_rate * b_grad
        epochs.append(dict(w_grad=w_grad, b_grad=b_grad, w=w, b=b))
    return tuple(epochs)
