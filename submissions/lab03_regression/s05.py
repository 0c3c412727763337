import torch
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader
import matplotlib.pyplot as plt

device = "cuda" if torch.cuda.is_available() else "cpu"

# 1)
def fit_line(x, y, learning_rate=0.001, epochs=100):
    w = torch.tensor([1.0], requires_grad=True, device=device)
    b = torch.tensor([1.0], requires_grad=True, device=device)
    losses = []
    for epoch in range(epochs):
        epoch_loss = 0.0
        for xi, yi in zip(x, y):
            yp = w * xi + b
            loss = (yp - yi) ** 2
            epoch_loss += loss.item()
            loss.backward()
            with torch.no_grad():
                w -= learning_rate * w.grad
                b -= learning_rate * b.grad
            w.grad.zero_()
            b.grad.zero_()
        losses.append(epoch_loss / len(x))
    return w, b, losses

def plot_losses(losses):
    fig = plt.figure()
    plt.plot(losses)
    plt.xlabel("Epochs")
    plt.ylabel("Loss")
    return fig

# 2)
def mse_gradients(x, y, w, b):
    yp = w * x + b
    dw = 2 * (yp - y) * x
    db = 2 * (yp - y)
    return dw, db

def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    out = []
    for i in range(2):
        dw, db = mse_gradients(x, y, w, b)
        dw, db = dw.sum(), db.sum()
        w = w - learning_rate * dw
        b = b - learning_rate * db
        out.append({"w_grad": dw, "b_grad": db, "w": w, "b": b})
    return out

# 3)
class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.w = torch.tensor([1.0], requires_grad=True)
        self.b = torch.tensor([1.0], requires_grad=True)
        self.learning_rate = learning_rate

    def forward(self, x):
        return self.w * x + self.b

    def update(self):
        with torch.no_grad():
            self.w -= self.learning_rate * self.w.grad
            self.b -= self.learning_rate * self.b.grad

    def reset_grad(self):
        self.w.grad.zero_()
        self.b.grad.zero_()

    def criterion(self, y, yp):
        return (y - yp) ** 2

def train_regression_model(model, x, y, epochs=100):
    losses = []
    for epoch in range(epochs):
        loss = 0
        for i in range(len(x)):
            loss = loss + model.criterion(y[i], model.forward(x[i]))
        loss = loss / len(x)
        losses.append(loss)
        loss.backward()
        model.update()
        model.reset_grad()
    return losses

# 4)
class RegressionDataset(Dataset):
    def __init__(self, x, y):
        self.x = x
        self.y = y
    def __len__(self):
        return len(self.x)
    def __getitem__(self, idx):
        return self.x[idx], self.y[idx]

class RegressionModule(nn.Module):
    def __init__(self):
        super(RegressionModule, self).__init__()
        self.fc = nn.Linear(1, 1)
    def forward(self, x):
        x = x.view(-1, 1)
        return self.fc(x)

def train_with_loader(model, loader, learning_rate, epochs):
    model = model.to(device)
    opt = torch.optim.SGD(model.parameters(), lr=learning_rate)
    loss_fn = nn.MSELoss()
    losses = []
    for epoch in range(epochs):
        total = 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            opt.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            opt.step()
            total += loss.item()
        losses.append(total / len(loader))
    return losses

# 5)
class LinearRegression(nn.Module):
    def __init__(self):
        super(LinearRegression, self).__init__()
        self.linear = nn.Linear(1, 1)
    def forward(self, x):
        return self.linear(x)

def train_linear(model, x, y, learning_rate, epochs):
    opt = torch.optim.SGD(model.parameters(), lr=learning_rate)
    loss_fn = nn.MSELoss()
    losses = []
    for epoch in range(epochs):
        opt.zero_grad()
        loss = loss_fn(model(x), y)
        losses.append(loss.item())
        loss.backward()
        opt.step()
    return losses

# 6)
def fit_multiple_regression(features, targets):
    net = nn.Linear(2, 1)
    opt = torch.optim.Adam(net.parameters(), lr=0.05)
    loss_fn = nn.MSELoss()
    losses = []
    for epoch in range(3000):
        opt.zero_grad()
        loss = loss_fn(net(features), targets)
        losses.append(loss.item())
        loss.backward()
        opt.step()
    return net.weight.data, net.bias.data, losses

def predict_multiple(weights, bias, features):
    return torch.matmul(features, weights.reshape(-1)) + bias

# 7) not finished
