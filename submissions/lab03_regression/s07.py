import torch
import torch.nn as nn
from torch.utils.data import Dataset
import matplotlib.pyplot as plt

def fit_line(x, y, learning_rate=0.001, epochs=100):
    w = torch.tensor(1.0, requires_grad=True)
    b = torch.tensor(1.0, requires_grad=True)
    optimizer = torch.optim.SGD([w, b], lr=learning_rate)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = ((w*x + b - y)**2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return w.item(), b.item(), losses

def plot_losses(losses)
    fig, ax = plt.subplots()
    ax.plot(losses)
    ax.set_xlabel('epoch')
    ax.set_ylabel('loss')
    return fig

def mse_gradients(x, y, w, b):
    n = len(x)
    error = w*x + b - y
    dw = 2/n * (error * x).sum()
    db = 2/n * error.sum()
    return dw, db

def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    dw1, db1 = mse_gradients(x, y, w, b)
    w1, b1 = w - learning_rate*dw1, b - learning_rate*db1
    dw2, db2 = mse_gradients(x, y, w1, b1)
    w2, b2 = w1 - learning_rate*dw2, b1 - learning_rate*db2
    return [{'w_grad': dw1, 'b_grad': db1, 'w': w1, 'b': b1},
            {'w_grad': dw2, 'b_grad': db2, 'w': w2, 'b': b2}]

class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.w = torch.tensor([1.0], requires_grad=True)
        self.b = torch.tensor([1.0], requires_grad=True)
        self.learning_rate = learning_rate

    def forward(self, x):
        return self.w * x + self.b

    def update(self, lr):
        self.w -= lr * self.w.grad
        self.b -= lr * self.b.grad

    def reset_grad(self):
        self.w.grad.zero_()
        self.b.grad.zero_()

    def criterion(self, y, yp):
        return torch.sum((y - yp)**2) / len(y)

def train_regression_model(model, x, y, epochs=100):
    losses = []
    for epoch in range(epochs):
        loss = model.criterion(y, model.forward(x))
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            model.update(model.learning_rate)
        model.reset_grad()
    return losses

class RegressionDataset(Dataset):
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.x[i], self.y[i]

class RegressionModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.tensor(0.0))
        self.c = nn.Parameter(torch.tensor(0.0))

    def forward(self, x):
        return self.a + self.c * x

def train_with_loader(model, loader, learning_rate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for epoch in range(epochs):
        batch_losses = []
        for x, y in loader:
            loss = nn.functional.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            batch_losses.append(loss.item())
        losses.append(sum(batch_losses) / len(batch_losses))
    return losses

class LinearRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(1, 1)

    def forward(self, x):
        return self.layer(x)

def train_linear(model, x, y, learning_rate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    return [step(model, optimizer, x, y) for epoch in range(epochs)]

def step(model, optimizer, x, y):
    optimizer.zero_grad()
    loss = nn.MSELoss()(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()

def fit_multiple_regression(features, targets):
    # 0.01 x 200: loss about 1.3, good enough
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = [step(model, optimizer, features, targets.unsqueeze(1)) for epoch in range(200)]
    return model.weight, model.bias, losses

def predict_multiple(weights, bias, features):
    return weights.flatten()[0]*features[:, 0] + weights.flatten()[1]*features[:, 1] + bias
