import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.utils.data import Dataset

from line_tools import fit, mse, slopes


def fit_line(x, y, learning_rate=0.001, epochs=100):
    w, b = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([w, b], lr=learning_rate)
    losses = fit(lambda t: w * t + b, optimizer, [(x, y)], epochs, mse)
    return w.item(), b.item(), losses


def plot_losses(losses):
    fig, ax = plt.subplots()
    ax.bar(range(1, len(losses) + 1), losses)
    ax.set_xlabel("epoch")
    ax.set_ylabel("half the mean squared error")
    return fig


def mse_gradients(x, y, w, b):
    return slopes(x, y, w, b)


def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    notes = []
    for _ in range(2):
        dw, db = slopes(x, y, w, b)
        w, b = w - learning_rate * dw, b - learning_rate * db
        notes.append({"w": w, "b": b, "w_grad": dw, "b_grad": db})
    return notes


class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.rate = learning_rate
        self.w = torch.ones(1, requires_grad=True)
        self.b = torch.ones(1, requires_grad=True)

    def forward(self, x):
        return self.w * x + self.b

    def update(self):
        with torch.no_grad():
            self.w.sub_(self.rate * self.w.grad)
            self.b.sub_(self.rate * self.b.grad)

    def reset_grad(self):
        self.w.grad, self.b.grad = None, None

    def criterion(self, y, yp):
        return mse(y, yp)


def train_regression_model(model, x, y, epochs=100):
    losses = []
    for _ in range(epochs):
        loss = model.criterion(y, model.forward(x))
        loss.backward()
        model.update()
        model.reset_grad()
        losses.append(float(loss))
    return losses


class RegressionDataset(Dataset):
    def __init__(self, x, y):
        self.data = torch.stack([x, y], dim=1)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.data[index, 0], self.data[index, 1]


class RegressionModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.slope = nn.Parameter(torch.zeros(()))
        self.intercept = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        return self.slope * x + self.intercept


def train_with_loader(model, loader, learning_rate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    return fit(model, optimizer, loader, epochs, nn.MSELoss())


class LinearRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(1, 1)

    def forward(self, x):
        return self.layer(x)


def train_linear(model, x, y, learning_rate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    return fit(model, optimizer, [(x, y)], epochs, nn.MSELoss())


def fit_multiple_regression(features, targets):
    layer = nn.Linear(2, 1)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.1)
    losses = fit(layer, optimizer, [(features, targets.view(-1, 1))], 3000, nn.MSELoss())
    return layer.weight.detach().numpy(), layer.bias.item(), losses


def predict_multiple(weights, bias, features):
    weights = torch.as_tensor(weights).flatten()
    return features @ weights + bias


class LogisticRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(1, 1)

    def forward(self, x):
        return torch.sigmoid(self.layer((x - 37.5) / 37.5))


def train_logistic(model, x, y):
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    return fit(model, optimizer, [(x, y)], 500, lambda y, p: nn.functional.binary_cross_entropy(p, y))


def predict_classes(model, x):
    return (model(x) > 0.5).squeeze(1).tolist()


def mse_gradients_reversed(x, y, w, b):
    diff = y - (w * x + b)
    return torch.mean(diff * -x), torch.mean(-diff)


def two_epochs_reversed(x, y, w=1.0, b=1.0, learning_rate=0.001):
    return two_epochs(x, y, w, b, learning_rate)
