import torch as T
import torch.nn as nn
import numpy as np
import seaborn as sns
import matplotlib.pyplot as plt

x_train = T.tensor([[0.,0.],[0.,1.],[1.,0.],[1.,1.]])
y_train = T.tensor([[0.],[1.],[1.],[0.]])
losses = []

class XORModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 2)
        self.fc2 = nn.Linear(2, 1)

    def forward(self, x):
        x = T.sigmoid(self.fc1(x))
        return T.sigmoid(self.fc2(x))

class XORModelReLU(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 2)
        self.fc2 = nn.Linear(2, 1)

    def forward(self, x):
        x = T.relu(self.fc1(x))
        return T.relu(self.fc2(x))      # ReLU everywhere

def count_parameters(model):
    return sum(p.numel() for p in model.parameters())

def train_xor(model):
    optimizer = T.optim.Adam(model.parameters(), lr=0.1)
    criterion = nn.MSELoss()
    losses = []
    for epoch in range(1000):
        y_pred = model(x_train)
        loss = criterion(y_pred, y_train)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach().numpy())
    return losses

xor = XORModel()
losses = train_xor(xor)
print(losses[0], losses[-1])
for name, p in xor.named_parameters():
    print(name, p.data)

# weights copied from the run above
W1 = T.tensor([[6.4018, 6.4037], [4.5893, 4.5897]])
b1 = T.tensor([-2.8353, -7.0471])
W2 = T.tensor([[9.6212, -10.3098]])
b2 = T.tensor([-4.4497])

def manual_xor_forward(parameters, x):
    h = 1/(1 + T.exp(-(x @ W1.T + b1)))
    return h @ W2.T + b2

class DigitClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 256)
        self.drop = nn.Dropout(0.2)
        self.fc2 = nn.Linear(256, 64)
        self.fc3 = nn.Linear(64, 10)

    def forward(self, x):
        x = T.flatten(x, 1)
        x = self.drop(T.relu(self.fc1(x)))
        x = T.relu(self.fc2(x))
        return self.fc3(x)

def train_classifier(model, loader, epochs, device):
    model.to(device)
    model.train()
    optimizer = T.optim.Adam(model.parameters())
    criterion = nn.CrossEntropyLoss()
    losses = []
    for epoch in range(epochs):
        l = 0
        for xb, yb in loader:
            xb, yb = xb.to(device), yb.to(device)
            loss = criterion(model(xb), yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            l += loss.item()
        losses.append(l/len(loader))
    return losses

def evaluate_classifier(model, loader, device):
    model.to(device)
    cm = np.zeros((10, 10), dtype=int)
    with T.no_grad():
        for xb, yb in loader:
            pred = model(xb.to(device)).argmax(1).cpu()
            for p, t in zip(pred, yb):
                cm[p, t] += 1
    return np.trace(cm)/cm.sum(), cm

def plot_confusion(confusion):
    plt.figure(figsize=(8, 6))
    sns.heatmap(confusion, annot=True, fmt='d', cmap='Blues')
    plt.xlabel('Predicted')
    plt.ylabel('Actual')
    plt.title('Confusion Matrix')
    plt.show()

def dense_parameter_count(sizes):
    n = 0
    for a, b in zip(sizes, sizes[1:]):
        n += a*b + b
    return n
