# raw x in the logistic regression, trained for long; batches by own hand; globals for the rates
import torch as T
import torch.nn as N
import matplotlib.pyplot as plt
from torch.utils.data import Dataset

RATE_MULTIPLE, EPOCHS_MULTIPLE = 0.01, 4000


def fit_line(x, y, learning_rate=0.001, epochs=100):
    theta = T.ones(2, requires_grad=True)
    A = T.stack((x, T.ones(len(x))), 1)
    history = T.zeros(epochs)
    for i in range(epochs):
        loss = (A @ theta - y).square().mean()
        (g,) = T.autograd.grad(loss, theta)
        with T.no_grad():
            theta -= learning_rate * g
        history[i] = loss.detach()
    return theta[0], theta[1], history


def plot_losses(losses):
    fig = plt.figure()
    plt.bar(range(1, len(losses) + 1), losses)
    plt.xlabel("epochs")
    plt.ylabel("loss")
    plt.savefig("losses.png")
    plt.show()
    return fig


def mse_gradients(x, y, w, b):
    n = float(len(x))
    sx, sy, sxx, sxy = x.sum(), y.sum(), (x * x).sum(), (x * y).sum()
    return 2 * (w * sxx + b * sx - sxy) / n, 2 * (w * sx + b * n - sy) / n


def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    result = [{}, {}]
    for epoch in result:
        epoch["w_grad"], epoch["b_grad"] = mse_gradients(x, y, w, b)
        w = epoch["w"] = w - learning_rate * epoch["w_grad"]
        b = epoch["b"] = b - learning_rate * epoch["b_grad"]
    return result


class RegressionModel(object):
    def __init__(self, learning_rate=0.001):
        self.learning_rate = T.tensor(learning_rate)
        self.w = T.ones([1], requires_grad=True)
        self.b = T.ones([1], requires_grad=True)

    def forward(self, x):
        return self.w * x + self.b

    def update(self, lr=None):
        lr = self.learning_rate if lr is None else lr
        self.w.data = self.w.data - lr * self.w.grad
        self.b.data = self.b.data - lr * self.b.grad

    def reset_grad(self):
        self.w.grad = None
        self.b.grad = None

    def criterion(self, y, yp):
        return T.mean((yp - y) ** 2)


def train_regression_model(model, x, y, epochs=100):
    losses = []
    for _ in range(epochs):
        loss = model.criterion(y, model.forward(x))
        losses.append(loss.item())
        loss.backward()
        model.update()
        model.reset_grad()
    return losses


class RegressionDataset(Dataset):
    def __init__(self, x, y):
        self.data = T.stack((x, y), 1)

    def __len__(self):
        return self.data.size(0)

    def __getitem__(self, i):
        return self.data[i, 0], self.data[i, 1]


class RegressionModule(N.Module):
    def __init__(self):
        super().__init__()
        self.b = N.Parameter(T.randn(1, 1))
        self.a = N.Parameter(T.randn(1, 1))

    def forward(self, x):
        return x.view(-1, 1) @ self.a + self.b


def train_with_loader(model, loader, learning_rate, epochs):
    opt = T.optim.SGD(model.parameters(), lr=learning_rate)
    out = []
    for _ in range(epochs):
        opt.zero_grad()
        total = 0.0
        for x, y in loader:
            loss = (model(x).view(-1) - y.view(-1)).pow(2).sum() / len(loader.dataset)
            loss.backward()
            total += loss.item()
        opt.step()
        out.append(total)
    return out


class LinearRegression(N.Module):
    def __init__(self):
        super().__init__()
        self.fc = N.Linear(1, 1)
        T.nn.init.zeros_(self.fc.bias)

    def forward(self, x):
        return self.fc(x)


def train_linear(model, x, y, learning_rate, epochs):
    opt = T.optim.SGD(model.parameters(), lr=learning_rate)
    out = []
    for epoch in range(epochs):
        seen = 0.0
        for i in range(0, len(x), 4):
            opt.zero_grad()
            loss = N.functional.mse_loss(model(x[i : i + 4]), y[i : i + 4])
            loss.backward()
            opt.step()
            seen += loss.item() * len(x[i : i + 4])
        out.append(seen / len(x))
    return out


def fit_multiple_regression(features, targets):
    w = T.rand(2, 1, requires_grad=True)
    b = T.rand(1, requires_grad=True)
    out = []
    for _ in range(EPOCHS_MULTIPLE):
        loss = ((features @ w + b).squeeze() - targets).pow(2).mean()
        loss.backward()
        with T.no_grad():
            for p in (w, b):
                p -= RATE_MULTIPLE * p.grad
                p.grad = None
        out.append(loss)
    return w, b, out


def predict_multiple(weights, bias, features):
    return features.matmul(weights).reshape(-1, 1) + bias


class LogisticRegression(N.Module):
    def __init__(self):
        super().__init__()
        self.linear = N.Linear(1, 1)

    def forward(self, x):
        return T.sigmoid(self.linear(x))


def train_logistic(model, x, y):
    opt = T.optim.SGD(model.parameters(), lr=0.01)
    crit = N.BCELoss()
    out = []
    for epoch in range(3000):
        opt.zero_grad()
        loss = crit(model(x), y)
        loss.backward()
        opt.step()
        out.append(loss.item())
    return out


def predict_classes(model, x):
    with T.no_grad():
        p = model(x)
    return T.where(p > 0.5, 1, 0)


def mse_gradients_reversed(x, y, w, b):
    difference = y - (w * x + b)
    return (2 * difference * (-x)).mean(), (2 * difference * -1).mean()


def two_epochs_reversed(x, y, w=1.0, b=1.0, learning_rate=0.001):
    result = [{}, {}]
    for epoch in result:
        epoch["w_grad"], epoch["b_grad"] = mse_gradients_reversed(x, y, w, b)
        w = epoch["w"] = w - learning_rate * epoch["w_grad"]
        b = epoch["b"] = b - learning_rate * epoch["b_grad"]
    return result
