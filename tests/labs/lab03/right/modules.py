# everything as a module, Adam and a scheduler where nobody forbids them
import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.utils.data import TensorDataset


def fit_line(x, y, learning_rate=0.001, epochs=100):
    line = nn.Linear(1, 1)
    nn.init.ones_(line.weight)
    nn.init.ones_(line.bias)
    sgd = torch.optim.SGD(line.parameters(), learning_rate)
    losses = []
    for _ in range(epochs):
        sgd.zero_grad()
        loss = nn.MSELoss()(line(x[:, None])[:, 0], y)
        loss.backward()
        sgd.step()
        losses.append(loss.detach().view(1, 1))
    return line.weight, line.bias, losses


def plot_losses(losses):
    _, ax = plt.subplots()
    ax.scatter(range(len(losses)), losses)
    ax.set_yscale("log")
    ax.set_title("training")
    ax.set_xlabel("epoch")
    ax.set_ylabel("MSE")
    return ax


def mse_gradients(x, y, w, b):
    X = torch.stack([x, torch.ones_like(x)])
    return (2 / len(x)) * X @ (torch.tensor([w, b]) @ X - y)


def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    theta = torch.tensor([w, b], requires_grad=True)
    sgd = torch.optim.SGD([theta], learning_rate)
    notes = []
    for _ in range(2):
        sgd.zero_grad()
        ((theta[0] * x + theta[1] - y) ** 2).mean().backward()
        sgd.step()
        notes.append(dict(zip(("w_grad", "b_grad", "w", "b"), (*theta.grad.tolist(), *theta.tolist()))))
    return notes


class RegressionModel(nn.Module):
    def __init__(self, learning_rate=0.001):
        super().__init__()
        self.learning_rate = learning_rate
        self.w = nn.Parameter(torch.ones(1, 1))
        self.b = nn.Parameter(torch.ones(1, 1))

    def forward(self, x):
        return self.w * x + self.b

    @torch.no_grad()
    def update(self):
        for p in self.parameters():
            p.sub_(self.learning_rate * p.grad)

    def reset_grad(self):
        self.zero_grad()

    @staticmethod
    def criterion(y, yp):
        return nn.MSELoss()(yp.flatten(), y)


def train_regression_model(model, x, y, epochs=100):
    losses = []
    for _ in range(epochs):
        loss = model.criterion(y, model(x))
        loss.backward()
        model.update()
        model.reset_grad()
        losses.append(loss.item())
    return tuple(losses)


class RegressionDataset(TensorDataset):
    def __init__(self, x, y):
        super().__init__(x.unsqueeze(1), y.unsqueeze(1))


class RegressionModule(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(1, 1))


def train_with_loader(model, loader, learning_rate, epochs):
    sgd = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        batch_losses = []
        for x, y in loader:
            loss = nn.functional.mse_loss(model(x), y)
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            batch_losses.append(loss.item())
        losses.append(sum(batch_losses) / len(batch_losses))
    return losses


class LinearRegression(nn.Module):
    def __init__(self):
        super(LinearRegression, self).__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(in_features=1, out_features=1))

    def forward(self, x):
        return self.layers(x)


def train_linear(model, x, y, learning_rate, epochs):
    model.train()
    sgd = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        loss = ((model(x) - y) ** 2).mean()
        losses.append(loss)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    return losses


class Plane(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 1)

    def forward(self, x):
        return self.fc(x).squeeze(-1)


def fit_multiple_regression(features, targets):
    mean, std = features.mean(0), features.std(0)
    plane, losses = Plane(), []
    adam = torch.optim.Adam(plane.parameters(), lr=0.1)
    for _ in range(1500):
        loss = nn.functional.mse_loss(plane((features - mean) / std), targets)
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    with torch.no_grad():
        weights = plane.fc.weight / std
        bias = plane.fc.bias - (weights * mean).sum()
    return weights, bias, losses


def predict_multiple(weights, bias, features):
    return features @ weights.reshape(2, 1) + bias


class LogisticRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(1, 1)

    def logits(self, x):
        return self.layer((x - 38.0) / 34.0)

    def forward(self, x):
        return torch.sigmoid(self.logits(x)).squeeze(1)


def train_logistic(model, x, y):
    adam = torch.optim.Adam(model.parameters(), lr=0.05)
    loss_function = nn.BCEWithLogitsLoss(reduction="sum")
    losses = []
    for _ in range(400):
        loss = loss_function(model.logits(x), y)
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss)
    return losses


def predict_classes(model, x):
    return (model(x) > 0.5).float()


def mse_gradients_reversed(x, y, w, b):
    d = y - w * x - b
    return (-2 * d * x).mean(), (-2 * d).mean()


def two_epochs_reversed(x, y, w=1.0, b=1.0, learning_rate=0.001):
    notes = []
    for _ in range(2):
        dw, db = mse_gradients_reversed(x, y, w, b)
        w = w - learning_rate * dw
        b = b - learning_rate * db
        notes.append({"w_grad": dw, "b_grad": db, "w": w, "b": b})
    return notes
