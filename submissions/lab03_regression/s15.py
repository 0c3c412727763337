# LAB 3
import sys
import torch
import torch.nn as nn
import matplotlib.pyplot as plt
from torch.utils.data import Dataset, DataLoader

x = torch.tensor([12.4, 14.3, 14.5, 14.9, 16.1, 16.9, 16.5, 15.4, 17.0, 17.9, 18.8, 20.3, 22.4, 19.4, 15.5, 16.7, 17.3, 18.4, 19.2, 17.4, 19.5, 19.7, 21.2])
y = torch.tensor([11.2, 12.5, 12.7, 13.1, 14.1, 14.8, 14.4, 13.4, 14.9, 15.6, 16.4, 17.7, 19.6, 16.9, 14.0, 14.6, 15.1, 16.1, 16.8, 15.2, 17.0, 17.2, 18.6])

#Q1
def fit_line(x, y, learning_rate=0.001, epochs=100):
    w = torch.ones([1], requires_grad=True)
    b = torch.ones([1], requires_grad=True)
    loss_list = []
    for epoch in range(epochs):
        loss = 0.0
        for j in range(len(x)):
            loss += (w*x[j] + b - y[j])**2
        loss = loss/len(x)
        loss_list.append(loss)
        loss.backward()
        with torch.no_grad():
            w -= learning_rate*w.grad
            b -= learning_rate*b.grad
        w.grad.zero_()
        b.grad.zero_()
    return w, b, loss_list

def plot_losses(losses):
    fig, ax = plt.subplots()
    ax.plot(range(1, len(losses) + 1), losses, marker='o')
    ax.set_yscale('log')
    ax.set_xlabel('Epoch')
    ax.set_ylabel('MSE loss')
    return ax

for lr in [0.0005, 0.001]:
    w, b, loss_list = fit_line(x, y, lr, 300)
    for i, l in enumerate(loss_list):
        print("lr", lr, "epoch", i, "The parameters are w={}, b={}, and loss={}".format(w, b, l.item()))
    plt.figure()
    plt.plot([l.item() for l in loss_list])
plt.show()

#Q2
def mse_gradient(x, y, w, b):
    yp = w*x + b
    n = len(x)
    return 2/n*((yp - y)*x).sum(), 2/n*(yp - y).sum()

def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    ans = []
    for i in range(2):
        gw, gb = mse_gradient(x, y, w, b)
        w = w - learning_rate*gw
        b = b - learning_rate*gb
        ans.append({'w': w, 'b': b, 'w_grad': gw, 'b_grad': gb})
    return ans

print(two_epochs(torch.tensor([2.0, 4.0]), torch.tensor([20.0, 40.0])))

#Q3
class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.lr = learning_rate
        self.w = torch.ones([1], requires_grad=True)
        self.b = torch.ones([1], requires_grad=True)
    def forward(self, x):
        return self.w*x + self.b
    def update(self):
        self.w -= self.lr*self.w.grad
        self.b -= self.lr*self.b.grad
    def reset_grad(self):
        self.w.grad.zero_()
        self.b.grad.zero_()
    def criterion(self, y, yp):
        return ((y - yp)**2).mean()

def train_regression_model(model, x, y, epochs=100):
    loss_list = []
    for i in range(epochs):
        loss = model.criterion(y, model.forward(x))
        loss_list.append(loss)
        loss.backward()
        with torch.no_grad():
            model.update()
        model.reset_grad()
    return loss_list

#Q4
class RegressionDataset(Dataset):
    def __init__(self, x, y):
        self.x = x.view(-1, 1)
        self.y = y.view(-1, 1)
    def __len__(self):
        return len(self.x)
    def __getitem__(self, i):
        return self.x[i], self.y[i]

class RegressionModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)
    def forward(self, x):
        return self.linear(x)

def train_with_loader(model, loader, learning_rate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    loss_list = []
    for i in range(epochs):
        total, n = 0.0, 0
        for x, y in loader:
            loss = nn.MSELoss()(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss*len(x)
            n += len(x)
        loss_list.append(total/n)
    return loss_list

model = RegressionModule()
loader = DataLoader(RegressionDataset(x, y), batch_size=4, shuffle=True)
for epoch in range(20):
    for x, y in loader:
        pass
train_with_loader(model, loader, 0.001, 20)

#Q5
LinearRegression = RegressionModule

def train_linear(model, x, y, learning_rate, epochs):
    return train_with_loader(model, [(x, y)], learning_rate, epochs)

#Q6
def fit_multiple_regression(features, targets):
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loss_list = [1.0]
    # until the loss is zero, or I lose patience
    while loss_list[-1] > 0 and len(loss_list) < 4000:
        loss = ((model(features).squeeze() - targets)**2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_list.append(loss.item())
    return model.weight, model.bias, loss_list

def predict_multiple(weights, bias, features):
    return features @ weights.reshape(2, 1) + bias

#Q7
class LogisticRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)
    def forward(self, x):
        return torch.sigmoid(self.linear(x/100))

def train_logistic(model, x, y):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    loss_list = []
    for i in range(1000):
        loss = nn.BCELoss()(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_list.append(loss)
    return loss_list

def predict_classes(model, x):
    return (model(x) > 0.5).int()

sys.exit()
