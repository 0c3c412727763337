import numpy as np
import torch
import torch.nn as nn
import seaborn as sns
from torch.utils.data import Dataset, DataLoader
from matplotlib import pyplot as plt

torch.manual_seed(42)

# ---------- Q1
x = torch.tensor([12.4, 14.3, 14.5, 14.9, 16.1, 16.9, 16.5, 15.4, 17.0, 17.9, 18.8, 20.3, 22.4, 19.4, 15.5, 16.7,
                  17.3, 18.4, 19.2, 17.4, 19.5, 19.7, 21.2])
y = torch.tensor([11.2, 12.5, 12.7, 13.1, 14.1, 14.8, 14.4, 13.4, 14.9, 15.6, 16.4, 17.7, 19.6, 16.9, 14.0, 14.6,
                  15.1, 16.1, 16.8, 15.2, 17.0, 17.2, 18.6])

def fit_line(x, y, learning_rate=0.001, epochs=100):
    w = torch.rand(1, requires_grad=True)
    b = torch.rand(1, requires_grad=True)
    losses = []
    for epoch in range(epochs):
        y_pred = w * x + b
        loss = ((y_pred - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad.zero_()
        b.grad.zero_()
    return w.item(), b.item(), losses

def plot_losses(losses):
    fig, ax = plt.subplots(figsize=(6, 4))
    sns.lineplot(x=np.arange(len(losses)), y=losses, ax=ax)
    ax.set_xlabel('Epoch')
    ax.set_ylabel('Loss')
    return fig

w, b, losses = fit_line(x, y)
print(f'w={w:.4f} b={b:.4f}')
plot_losses(losses).savefig('/home/student/Desktop/DL_LAB/week3/loss.png')

# ---------- Q2
def mse_gradients(x, y, w, b):
    N = len(x)
    y_pred = w * x + b
    dw = (1 / N) * torch.sum((y_pred - y) * x)
    db = (1 / N) * torch.sum(y_pred - y)
    return dw, db

def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    table = []
    for epoch in range(2):
        w_grad, b_grad = mse_gradients(x, y, w, b)
        w = w - learning_rate * w_grad
        b = b - learning_rate * b_grad
        table.append({'w_grad': w_grad, 'b_grad': b_grad, 'w': w, 'b': b})
    return table

# ---------- Q3
class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.learning_rate = learning_rate
        self.w = torch.tensor([1.], requires_grad=True)
        self.b = torch.tensor([1.], requires_grad=True)

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
        return ((y - yp) ** 2).mean()

def train_regression_model(model, x, y, epochs=100):
    loss_list = []
    for epoch in range(epochs):
        loss = model.criterion(y, model.forward(x))
        loss_list.append(loss.item())
        loss.backward()
        model.update()
        model.reset_grad()
    return loss_list

x5 = torch.tensor([5.0, 7.0, 12.0, 16.0, 20.0])
y5 = torch.tensor([40.0, 120.0, 180.0, 210.0, 240.0])
m = RegressionModel()
for epoch, loss in enumerate(train_regression_model(m, x5, y5)):
    print(f'epoch {epoch} loss {loss}')

# ---------- Q4
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
        super().__init__()
        self.w = nn.Parameter(torch.ones(1))
        self.b = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return self.w * x + self.b

loader = DataLoader(RegressionDataset(x5, y5), batch_size=5, shuffle=True)
model = RegressionModule()
optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
loss_fn = nn.MSELoss()

def train_with_loader(net, loader, learning_rate, epochs):
    loss_list = []
    for epoch in range(epochs):
        total = 0.0
        for x, y in loader:
            loss = loss_fn(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        loss_list.append(total / len(loader))
    return loss_list

h = train_with_loader(model, loader, 0.001, 100)
plt.plot(h); plt.show()

# ---------- Q5
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
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        loss_list.append(loss.item())
    return loss_list

# ---------- Q6
def fit_multiple_regression(features, targets):
    w = torch.zeros(2, requires_grad=True)
    b = torch.zeros(1, requires_grad=True)
    opt = torch.optim.Adam([w, b], lr=0.05)
    loss_list = []
    for epoch in range(4000):
        loss = loss_fn(features @ w + b, targets)
        opt.zero_grad()
        loss.backward()
        opt.step()
        loss_list.append(loss.item())
    return w, b, loss_list

def predict_multiple(weights, bias, features):
    return features @ weights + bias

# ---------- Q7
class LogisticRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)

    def forward(self, x):
        return torch.sigmoid(self.linear(x / 100))

def train_logistic(model, x, y):
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    loss_list = []
    for epoch in range(100):
        loss = nn.BCELoss()(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        loss_list.append(loss.item())
    return loss_list

def predict_classes(model, x):
    return torch.where(model(x) > 0.5, 1, 0)
