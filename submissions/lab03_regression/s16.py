import torch
import torch.nn as nn
import matplotlib.pyplot as plt

# Question 7 first, it took me longest. Raw x, big steps.
x = torch.tensor([1, 5, 10, 10, 25, 50, 70, 75, 100,]).float().view(-1, 1)
y = torch.tensor([0, 0, 0, 0, 0, 1, 1, 1, 1]).float().view(-1, 1)

class LogisticRegression(nn.Module):
    def __init__(self):
        super(LogisticRegression, self).__init__()
        self.linear = nn.Linear(1, 1)

    def forward(self, x):
        return torch.sigmoid(self.linear(x))

def train_logistic(model, x, y):
    criterion = nn.BCELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=5.0)
    losses = []
    for epoch in range(7):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

def predict_classes(model, x):
    return torch.round(model(x))

model = LogisticRegression()
for epoch in range(1000):
    print('epoch', epoch, train_logistic(model, x, y)[-1])

# Question 1
def fit_line(x, y, learning_rate=0.001, epochs=100):
    w = torch.tensor(1.0, requires_grad=True)
    b = torch.tensor(1.0, requires_grad=True)
    losses = []
    for epoch in range(epochs):
        loss = ((w * x + b - y) ** 2).sum()
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
            w.grad.zero_(), b.grad.zero_()
        losses.append(loss.item())
    return w, b, losses

def plot_losses(losses):
    plt.plot(losses)
    plt.xlabel('Epoch')
    plt.ylabel('Loss')
    return plt.gcf()

# Question 3
class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.learning_rate = learning_rate
        self.w = torch.tensor(1.0, requires_grad=True)
        self.b = torch.tensor(1.0, requires_grad=True)

    def forward(self, x):
        return self.w * x + self.b

    def update(self):
        w, b = self.w, self.b
        w = w - self.learning_rate * w.grad
        b = b - self.learning_rate * b.grad

    def reset_grad(self):
        self.w.grad = None
        self.b.grad = None

    def criterion(self, y, yp):
        return torch.mean((y - yp) ** 2)

def train_regression_model(model, x, y, epochs=100):
    losses = []
    for epoch in range(epochs):
        loss = model.criterion(y, model.forward(x))
        loss.backward()
        model.update()
        model.reset_grad()
        losses.append(loss.item())
    return losses

# additional question
def mse_gradients_reversed(x, y, w, b):
    d = y - (w * x + b)
    return 2 * (d * x).mean(), 2 * d.mean()

def two_epochs_reversed(x, y, w=1.0, b=1.0, learning_rate=0.001):
    out = []
    for epoch in range(2):
        dw, db = mse_gradients_reversed(x, y, w, b)
        w, b = w + learning_rate * dw, b + learning_rate * db
        out.append({"w_grad": dw, "b_grad": db, "w": w, "b": b})
    return out
