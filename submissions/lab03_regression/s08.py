import torch
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader
import matplotlib.pyplot as plt

device = torch.device('cuda')

# Question 1
def fit_line(x, y, learning_rate=0.001, epochs=100):
    w = torch.tensor(1.0, requires_grad=True)
    b = torch.tensor(1.0, requires_grad=True)
    losses = []
    for i in range(epochs):
        loss = torch.mean((y - (w*x + b))**2)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate*w.grad
            b -= learning_rate*b.grad
            w.grad = None
            b.grad = None
    return w, b, losses

def plot_losses(losses):
    plt.plot(range(len(losses)), losses)
    plt.xlabel('epochs')
    plt.ylabel('loss')
    return plt.gca()

# Question 2
def mse_gradients(x, y, w, b):
    d = w*x + b - y
    return 2*torch.mean(d*x), 2*torch.mean(d)

def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    res = []
    for i in range(2):
        gw, gb = mse_gradients(x, y, w, b)
        w, b = w - learning_rate*gw, b - learning_rate*gb
        res.append(dict(epoch=i, w_grad=gw, b_grad=gb, w=w, b=b))
    return res

# Question 3
class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.w = torch.tensor(1.0, requires_grad=True)
        self.b = torch.tensor(1.0, requires_grad=True)
        self.lr = learning_rate
    def forward(self, x):
        return self.w*x + self.b
    def update(self):
        self.w -= self.lr*self.w.grad
        self.b -= self.lr*self.b.grad
    def reset_grad(self):
        self.w.grad.zero_()
        self.b.grad.zero_()
    def criterion(self, y, yp):
        return torch.mean((y - yp)**2)

def train_regression_model(model, x, y, epochs=100):
    losses = []
    for i in range(epochs):
        yp = model.forward(x)
        loss = model.criterion(y, yp)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            model.update()
        model.reset_grad()
    return losses

# Question 4
class RegressionDataset(Dataset):
    def __init__(self, x, y):
        self.x = x
        self.y = y
    def __len__(self):
        return self.x.shape[0]
    def __getitem__(self, i):
        return self.x[i], self.y[i]

class RegressionModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(1.0))
        self.b = nn.Parameter(torch.tensor(1.0))
    def forward(self, x):
        return self.w*x + self.b

def train_with_loader(model, loader, learning_rate, epochs):
    model.to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for i in range(epochs):
        s = 0
        for x, y in loader:
            x = x.to(device)
            y = y.to(device)
            loss = torch.mean((y - model(x))**2)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            s += loss.item()
        losses.append(s/len(loader))
    return losses

net = RegressionModule().to(device)
print(torch.cuda.get_device_name(0))

# Question 5
class LinearRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(1, 1)
    def forward(self, x):
        return self.fc(x)

def train_linear(model, x, y, learning_rate, epochs):
    model = model.cuda()
    x, y = x.cuda(), y.cuda()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for i in range(epochs):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.cpu()
    return losses

# Question 6
def fit_multiple_regression(features, targets):
    mean, std = features.mean(dim=0), features.std(dim=0)
    scaled = (features - mean)/std
    lin = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(lin.parameters(), lr=0.1)
    losses = []
    for i in range(500):
        loss = nn.functional.mse_loss(lin(scaled).flatten(), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    w = lin.weight.detach().flatten()/std
    b = lin.bias.detach() - (w*mean).sum()
    return w, b, losses

def predict_multiple(weights, bias, features):
    return features @ weights + bias

# Question 7
class LogisticRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(1, 1)
    def forward(self, x):
        return torch.sigmoid(self.fc(x/100))

def train_logistic(model, x, y):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    losses = []
    for i in range(2000):
        loss = nn.functional.binary_cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def predict_classes(model, x):
    return (model(x) >= 0.5).float()

# Additional
def mse_gradients_reversed(x, y, w, b):
    d = y - w*x - b
    return -2*torch.mean(d*x), -2*torch.mean(d)

def two_epochs_reversed(x, y, w=1.0, b=1.0, learning_rate=0.001):
    res = []
    for i in range(2):
        gw, gb = mse_gradients_reversed(x, y, w, b)
        w, b = w - learning_rate*gw, b - learning_rate*gb
        res.append(dict(w_grad=gw, b_grad=gb, w=w, b=b))
    return res
