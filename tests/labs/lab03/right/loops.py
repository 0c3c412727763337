# as the manual does it: sample by sample, one-element tensors, losses that keep their graph
import torch
import matplotlib.pyplot as plt
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader

learning_rate = torch.tensor(0.001)


def fit_line(x, y, learning_rate=0.001, epochs=100):
    w = torch.tensor([1.0], requires_grad=True)
    b = torch.tensor([1.0], requires_grad=True)
    loss_list = []
    for epoch in range(epochs):
        loss = 0.0
        for j in range(len(x)):
            y_p = w * x[j] + b
            loss += (y_p - y[j]) ** 2
        loss = loss / len(x)
        loss_list.append(loss)
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad.zero_()
        b.grad.zero_()
    return w, b, loss_list


def plot_losses(losses):
    plt.plot(losses)
    plt.xlabel("Epoch")
    plt.ylabel("Loss")
    plt.show()


def mse_gradients(x, y, w, b):
    dw = 0
    db = 0
    for j in range(len(x)):
        yp = w * x[j] + b
        dw += 2 * (yp - y[j]) * x[j]
        db += 2 * (yp - y[j])
    return [dw / len(x), db / len(x)]


def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    w = torch.tensor([w], requires_grad=True)
    b = torch.tensor([b], requires_grad=True)
    out = []
    for epoch in range(2):
        loss = 0.0
        for j in range(len(x)):
            loss += (w * x[j] + b - y[j]) ** 2
        (loss / len(x)).backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        out.append(
            {
                "w_grad": w.grad.clone(),
                "b_grad": b.grad.clone(),
                "w": w.clone(),
                "b": b.clone(),
                "epoch": epoch,
            }
        )
        w.grad.zero_()
        b.grad.zero_()
    return out


class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.w = torch.tensor([1.0], requires_grad=True)
        self.b = torch.tensor([1.0], requires_grad=True)
        self.lr = learning_rate

    def forward(self, x):
        return self.w * x + self.b

    def update(self, learning_rate):
        self.w -= learning_rate * self.w.grad
        self.b -= learning_rate * self.b.grad

    def reset_grad(self):
        self.w.grad.zero_()
        self.b.grad.zero_()

    def criterion(self, y, yp):
        return ((y - yp) ** 2).sum() / y.numel()


def train_regression_model(model, x, y, epochs=100):
    loss_list = []
    for epoch in range(epochs):
        loss = 0.0
        for j in range(len(x)):
            loss += model.criterion(y[j], model.forward(x[j]))
        loss = loss / len(x)
        loss_list.append(loss)
        loss.backward()
        with torch.no_grad():
            model.update(model.lr)
        model.reset_grad()
    return loss_list


class RegressionDataset(Dataset):
    def __init__(self, x, y):
        self.x = x.view(-1, 1)
        self.y = y.view(-1, 1)

    def __len__(self):
        return self.x.shape[0]

    def __getitem__(self, idx):
        return self.x[idx], self.y[idx]


class RegressionModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.b = torch.rand([1], requires_grad=True)
        self.w = torch.rand([1], requires_grad=True)

    def parameters(self):
        return (self.w, self.b)

    def forward(self, x):
        return self.w * x + self.b


def train_with_loader(model, loader, learning_rate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    loss_list = []
    for epoch in range(epochs):
        epoch_loss = 0.0
        for xb, yb in loader:
            batch_loss = 0.0
            for j in range(len(xb)):
                batch_loss += (model(xb[j]) - yb[j]) ** 2
            epoch_loss += batch_loss
        epoch_loss = epoch_loss / len(loader.dataset)
        optimizer.zero_grad()
        epoch_loss.backward()
        optimizer.step()
        loss_list.append(epoch_loss)
    return loss_list


class LinearRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)

    def forward(self, x):
        return self.linear(x)


def train_linear(model, x, y, learning_rate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    loss_list = []
    for epoch in range(epochs):
        total = 0
        for j in range(len(x)):
            loss = (model(x[j]) - y[j]) ** 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        loss_list.append(total / len(x))
    return loss_list


def fit_multiple_regression(features, targets):
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.005)
    loss_list = []
    for epoch in range(250 if len(features) > 5 else 1000):
        total = 0.0
        for j in range(len(features)):
            loss = (model(features[j]) - targets[j]) ** 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        loss_list.append(total)
    return model.weight, model.bias, loss_list


def predict_multiple(weights, bias, features):
    return torch.stack([(row * weights).sum() + bias.sum() for row in features])


class LogisticRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)

    def forward(self, x):
        return torch.sigmoid(self.linear(x / 100))


def train_logistic(model, x, y):
    criterion = nn.BCELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss_list = []
    for epoch in range(300):
        total = 0.0
        for j in range(len(x)):
            loss = criterion(model(x[j]), y[j])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        loss_list.append(total)
    return loss_list


def predict_classes(model, x):
    out = []
    for row in x:
        out.append(1 if model(row) > 0.5 else 0)
    return torch.tensor(out)


def mse_gradients_reversed(x, y, w, b):
    dw = 0
    db = 0
    for j in range(len(x)):
        d = y[j] - (w * x[j] + b)
        dw += 2 * d * -x[j]
        db += 2 * d * -1
    return [dw / len(x), db / len(x)]


def two_epochs_reversed(x, y, w=1.0, b=1.0, learning_rate=0.001):
    return two_epochs(x, y, w, b, learning_rate)
