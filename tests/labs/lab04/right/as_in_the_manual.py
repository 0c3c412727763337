# As the manual does it: a Dataset, one row a batch, modules for the activations.
import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
import torch
import torch.nn as nn
from sklearn.metrics import confusion_matrix
from torch.utils.data import DataLoader, Dataset


class MyDataset(Dataset):
    def __init__(self, X, Y):
        self.X = X
        self.Y = Y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, idx):
        return self.X[idx], self.Y[idx]


class XORModel(nn.Module):
    def __init__(self):
        super(XORModel, self).__init__()
        self.linear1 = nn.Linear(2, 2, bias=True)
        self.activation1 = nn.Sigmoid()
        self.linear2 = nn.Linear(2, 1, bias=True)

    def forward(self, x):
        x = self.linear1(x)
        x = self.activation1(x)
        x = self.linear2(x)
        return x


class XORModelReLU(nn.Module):
    def __init__(self):
        super(XORModelReLU, self).__init__()
        self.linear2 = nn.Linear(2, 1)
        self.linear1 = nn.Linear(2, 2)
        self.activation1 = nn.ReLU()

    def forward(self, x):
        return self.linear2(self.activation1(self.linear1(x))).flatten()


def count_parameters(model):
    total = 0
    for p in model.parameters():
        if p.requires_grad:
            total += np.prod(p.shape)
    return total


def train_xor(model):
    X = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float32)
    Y = torch.tensor([0, 1, 1, 0], dtype=torch.float32)
    loader = DataLoader(MyDataset(X, Y), batch_size=1, shuffle=True)
    loss_fn = torch.nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss_list = []
    for epoch in range(350):
        totalloss = 0.0
        model.train(True)
        for i, data in enumerate(loader):
            inputs, labels = data
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = loss_fn(outputs.flatten(), labels)
            loss.backward()
            optimizer.step()
            totalloss += loss.item()
        loss_list.append(totalloss / len(loader))
        if epoch % 100 == 0:
            print(f"Epoch {epoch}, Loss: {loss_list[-1]}")
    return loss_list


def manual_xor_forward(parameters, x):
    out = []
    for row in x.numpy():
        z = parameters["linear1.weight"].numpy() @ row + parameters["linear1.bias"].numpy()
        h = 1 / (1 + np.exp(-z))
        out.append(parameters["linear2.weight"].numpy() @ h + parameters["linear2.bias"].numpy())
    return torch.tensor(np.array(out), dtype=torch.float32)


class DigitClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, 128)
        self.fc2 = nn.Linear(128, 64)
        self.fc3 = nn.Linear(64, 10)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = x.view(x.size(0), -1)
        x = self.relu(self.fc1(x))
        x = self.relu(self.fc2(x))
        return self.fc3(x)


def train_classifier(model, loader, epochs, device):
    model = model.to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for epoch in range(epochs):
        model.train()
        epoch_loss = 0
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            epoch_loss += loss
        losses.append(epoch_loss)
    return losses


def evaluate_classifier(model, loader, device):
    model.to(device)
    model.eval()
    true, pred = [], []
    with torch.no_grad():
        for images, labels in loader:
            _, p = torch.max(model(images.to(device)), 1)
            true.extend(labels.tolist())
            pred.extend(p.tolist())
    cm = confusion_matrix(true, pred, labels=range(10))
    return np.trace(cm) / cm.sum(), cm


def plot_confusion(confusion):
    fig, ax = plt.subplots(figsize=(8, 6))
    sns.heatmap(confusion, annot=True, fmt="d", ax=ax)
    ax.set_xlabel("Predicted")
    ax.set_ylabel("True")
    plt.show()
    return fig


def dense_parameter_count(sizes):
    total = 0
    for i in range(len(sizes) - 1):
        total += sizes[i] * sizes[i + 1] + sizes[i + 1]
    return total
