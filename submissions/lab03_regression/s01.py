"""Lab 3: regression, from a hand-written loop to nn.Linear. All parts, with the extra exercise."""
import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

X = torch.tensor([12.4, 14.3, 14.5, 14.9, 16.1, 16.9, 16.5, 15.4, 17.0, 17.9, 18.8, 20.3,
                  22.4, 19.4, 15.5, 16.7, 17.3, 18.4, 19.2, 17.4, 19.5, 19.7, 21.2])
Y = torch.tensor([11.2, 12.5, 12.7, 13.1, 14.1, 14.8, 14.4, 13.4, 14.9, 15.6, 16.4, 17.7,
                  19.6, 16.9, 14.0, 14.6, 15.1, 16.1, 16.8, 15.2, 17.0, 17.2, 18.6])


# ------------------------------------------------------------------ q1
def fit_line(x, y, learning_rate=0.001, epochs=100):
    w = torch.tensor(1.0, requires_grad=True)
    b = torch.tensor(1.0, requires_grad=True)
    losses = []
    for _ in range(epochs):
        loss = torch.mean((w * x + b - y) ** 2)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad.zero_()
        b.grad.zero_()
    return w.item(), b.item(), losses


def plot_losses(losses):
    fig, ax = plt.subplots()
    ax.plot(range(1, len(losses) + 1), losses)
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss (MSE)")
    ax.set_title("Training")
    return fig


# ------------------------------------------------------------------ q2
def mse_gradients(x, y, w, b):
    # L = 1/N sum (yp - y)^2  ->  dL/dw = 2/N sum (yp - y) x,  dL/db = 2/N sum (yp - y)
    diff = w * x + b - y
    return (2 * diff * x).mean().item(), (2 * diff).mean().item()


def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    rows = []
    for _ in range(2):
        w_grad, b_grad = mse_gradients(x, y, w, b)
        w = w - learning_rate * w_grad
        b = b - learning_rate * b_grad
        rows.append({"w_grad": w_grad, "b_grad": b_grad, "w": w, "b": b})
    return rows


# ------------------------------------------------------------------ q3
class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.learning_rate = learning_rate
        self.w = torch.tensor(1.0, requires_grad=True)
        self.b = torch.tensor(1.0, requires_grad=True)

    def forward(self, x):
        return self.w * x + self.b

    def update(self):
        self.w -= self.learning_rate * self.w.grad
        self.b -= self.learning_rate * self.b.grad

    def reset_grad(self):
        self.w.grad.zero_()
        self.b.grad.zero_()

    def criterion(self, y, yp):
        return ((yp - y) ** 2).mean()


def train_regression_model(model, x, y, epochs=100):
    losses = []
    for _ in range(epochs):
        loss = model.criterion(y, model.forward(x))
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            model.update()
        model.reset_grad()
    return losses


# ------------------------------------------------------------------ q4
class RegressionDataset(Dataset):
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index], self.y[index]


class RegressionModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.rand(1))
        self.b = nn.Parameter(torch.rand(1))

    def forward(self, x):
        return self.w * x + self.b


def train_with_loader(model, loader, learning_rate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    loss_fn = nn.MSELoss()
    losses = []
    for _ in range(epochs):
        total, seen = 0.0, 0
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(xb), yb)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(xb)
            seen += len(xb)
        losses.append(total / seen)
    return losses


# ------------------------------------------------------------------ q5
class LinearRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)

    def forward(self, x):
        return self.linear(x)


def train_linear(model, x, y, learning_rate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# ------------------------------------------------------------------ q6
def fit_multiple_regression(features, targets):
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    for _ in range(6000):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(features).squeeze(1), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model.weight.detach(), model.bias.detach(), losses


def predict_multiple(weights, bias, features):
    return features @ weights.reshape(2) + bias


# ------------------------------------------------------------------ q7
class LogisticRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)

    def forward(self, x):
        return torch.sigmoid(self.linear((x - 50) / 25))


def train_logistic(model, x, y):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    losses = []
    for _ in range(1000):
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def predict_classes(model, x):
    with torch.no_grad():
        return (model(x) > 0.5).int()


# ------------------------------------------------------------------ a1
def mse_gradients_reversed(x, y, w, b):
    # d(y - yp)/dw = -x, so a minus comes out of the chain rule
    diff = y - (w * x + b)
    return (-2 * diff * x).mean().item(), (-2 * diff).mean().item()


def two_epochs_reversed(x, y, w=1.0, b=1.0, learning_rate=0.001):
    rows = []
    for _ in range(2):
        w_grad, b_grad = mse_gradients_reversed(x, y, w, b)
        w, b = w - learning_rate * w_grad, b - learning_rate * b_grad
        rows.append({"w_grad": w_grad, "b_grad": b_grad, "w": w, "b": b})
    return rows


if __name__ == "__main__":
    w, b, losses = fit_line(X, Y)
    print("w", w, "b", b, "loss", losses[0], "->", losses[-1])
    plot_losses(losses)
    plt.show()
