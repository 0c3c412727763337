# Sigmoids on the outputs with BCELoss, log-probabilities with NLLLoss, lists for matrices.
import matplotlib.pyplot as plt
import torch
from torch import nn
import torch.nn.functional as F


class XORModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 1), nn.Sigmoid())

    def forward(self, x):
        return self.net(x)


class XORModelReLU(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1), nn.Sigmoid())

    def forward(self, x):
        return self.net(x)


def count_parameters(model):
    return torch.tensor(sum(p.numel() for p in model.parameters() if p.requires_grad))


def train_xor(model):
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = (x[:, :1] != x[:, 1:]).float()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
    history = torch.zeros(1000)
    for step in range(1000):
        loss = F.binary_cross_entropy(model(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        history[step] = loss.detach()
    return history


def manual_xor_forward(parameters, x):
    h = F.linear(x, parameters["linear1.weight"], parameters["linear1.bias"]).sigmoid()
    return F.linear(h, parameters["linear2.weight"], parameters["linear2.bias"])


class DigitClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.ModuleList([nn.Linear(784, 100), nn.Linear(100, 50)])
        self.out = nn.Linear(50, 10)

    def forward(self, x):
        x = torch.flatten(x, 1)
        for layer in self.hidden:
            x = torch.tanh(layer(x))
        return F.log_softmax(self.out(x), dim=1)


def train_classifier(model, loader, epochs, device):
    model.to(device)
    model.train()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    return [epoch(model, loader, device, optimiser) for _ in range(epochs)]


def epoch(model, loader, device, optimiser):
    total = 0.0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        optimiser.zero_grad()
        loss = F.nll_loss(model(x), y)
        loss.backward()
        optimiser.step()
        total += loss.item() * len(x)
    return total / len(loader.dataset)


def evaluate_classifier(model, loader, device):
    model.to(device)
    model.eval()
    matrix = [[0] * 10 for _ in range(10)]
    right = count = 0
    for x, y in loader:
        guess = model(x.to(device)).argmax(1).cpu()
        right += (guess == y).sum()
        count += len(y)
        for t, g in zip(y.tolist(), guess.tolist()):
            matrix[t][g] += 1
    return right / count, matrix


def plot_confusion(confusion):
    figure, axes = plt.subplots()
    for i, row in enumerate(confusion):
        for j, value in enumerate(row):
            axes.text(j, i, f"{value}", ha="center", va="center")
    axes.set(xlim=(-1, 10), ylim=(10, -1), xlabel="predicted", ylabel="actual")
    return axes


def dense_parameter_count(sizes):
    layers = [nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])]
    return sum(p.numel() for layer in layers for p in layer.parameters())
