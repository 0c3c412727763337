# Lab 3. As little code as I could get away with; tensors and arrays all the way.
import numpy as np
import torch as T
import torch.nn.functional as F
from matplotlib.figure import Figure


def design(x):
    return T.stack([x, T.ones_like(x)], dim=-1)


def descend(x, y, theta, lr, epochs):
    """Yield (theta, loss, gradient) of each epoch; the gradient of |A t - y|^2 / N is 2 A'(A t - y) / N."""
    A = design(x)
    for _ in range(epochs):
        r = A @ theta - y
        g = 2 / len(y) * A.T @ r
        loss, theta = r.square().mean(), theta - lr * g
        yield theta, loss, g


def fit_line(x, y, learning_rate=0.001, epochs=100):
    steps = list(descend(x.double(), y.double(), T.ones(2, dtype=T.float64), learning_rate, epochs))
    return *steps[-1][0].numpy(), T.stack([s[1] for s in steps]).numpy()


def plot_losses(losses):
    fig = Figure(figsize=(5, 3))
    fig.add_subplot(xlabel='epoch', ylabel='mean squared error', yscale='log').plot(losses, '.-')
    return fig


def mse_gradients(x, y, w, b):
    x, y = x.numpy().astype(float), y.numpy().astype(float)
    return tuple(2 * np.mean(np.outer([w * x + b - y], [1]).T * np.vstack([x, np.ones_like(x)]), axis=1))


def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    start = T.tensor([w, b], dtype=T.float64)
    return [dict(zip(('w_grad', 'b_grad', 'w', 'b'), (*g, *t)))
            for t, _, g in descend(x.double(), y.double(), start, learning_rate, 2)]


class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.lr = learning_rate
        self.w, self.b = T.ones(1, requires_grad=True), T.ones(1, requires_grad=True)

    forward = lambda self, x: T.addcmul(self.b, self.w, x)
    criterion = staticmethod(F.mse_loss)

    def update(self):
        for name in 'wb':
            p = getattr(self, name)
            setattr(self, name, (p - self.lr * p.grad).detach().requires_grad_())

    def reset_grad(self):
        self.w.grad = self.b.grad = None


def train_regression_model(model, x, y, epochs=100):
    out = []
    for _ in range(epochs):
        out.append(model.criterion(y, model.forward(x)))   # graph and all, item() is for later
        out[-1].backward()
        model.update()
        model.reset_grad()
    return out


class RegressionDataset(T.utils.data.Dataset):
    def __init__(self, x, y):
        self.pairs = list(zip(x.view(-1, 1), y.view(-1, 1)))

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        return self.pairs[index]


class RegressionModule(T.nn.Linear):
    def __init__(self):
        super().__init__(1, 1)

    def forward(self, x):
        return super().forward(x.reshape(-1, 1))


def train_with_loader(model, loader, learning_rate, epochs):
    # one step an epoch, over the sum of all batches
    opt = T.optim.SGD(model.parameters(), lr=learning_rate)
    history = T.zeros(epochs)
    for e in range(epochs):
        opt.zero_grad()
        n = len(loader.dataset)
        loss = sum(F.mse_loss(model(xb), yb.view(-1, 1), reduction='sum') for xb, yb in loader) / n
        loss.backward()
        opt.step()
        history[e] = loss.detach()
    return history


class LinearRegression(T.nn.Sequential):
    def __init__(self):
        super().__init__(T.nn.Linear(1, 1))


def train_linear(model, x, y, learning_rate, epochs):
    return train_with_loader(model, T.utils.data.DataLoader(RegressionDataset(x, y), len(x)), learning_rate, epochs)


def fit_multiple_regression(features, targets):
    A = T.cat([features, T.ones(len(features), 1)], dim=1).double()
    theta = T.linalg.lstsq(A, targets.double().unsqueeze(1)).solution.squeeze()
    return theta[:2], theta[2], [(A @ theta - targets).square().mean()]


def predict_multiple(weights, bias, features):
    return (features.double() * weights.double()).sum(dim=1) + bias


class LogisticRegression(T.nn.Module):
    def __init__(self):
        super().__init__()
        self.theta = T.nn.ParameterList([T.nn.Parameter(T.randn(1)), T.nn.Parameter(T.zeros(1))])

    def forward(self, x):
        w, b = self.theta
        return T.sigmoid(w * x / 10 + b)


def train_logistic(model, x, y):
    opt = T.optim.LBFGS(model.parameters(), lr=0.5, max_iter=1)
    losses = []

    def closure():
        opt.zero_grad()
        loss = F.binary_cross_entropy(model(x), y, reduction='sum')
        loss.backward()
        return loss

    for _ in range(60):
        losses.append(opt.step(closure).item())
    return np.array(losses)


def predict_classes(model, x):
    return [p.item() >= 0.5 for p in model(x)]


mse_gradients_reversed = mse_gradients   # (y - yp)^2 is (yp - y)^2
two_epochs_reversed = two_epochs
