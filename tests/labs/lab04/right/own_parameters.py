# Parameters without nn.Linear, logits with BCEWithLogitsLoss, dropout and batch norm, arrays for matrices.
import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.metrics import ConfusionMatrixDisplay
from torch import nn


class XORModel(nn.Module):
    activation = staticmethod(torch.sigmoid)

    def __init__(self):
        super().__init__()
        self.w1 = nn.Parameter(torch.rand(2, 2))
        self.b1 = nn.Parameter(torch.rand(1, 2))
        self.w2 = nn.Parameter(torch.rand(2, 1))
        self.b2 = nn.Parameter(torch.rand(1))

    def forward(self, x):
        return self.activation(x @ self.w1 + self.b1) @ self.w2 + self.b2


class XORModelReLU(XORModel):
    activation = staticmethod(lambda z: z.clamp(min=0))


def count_parameters(model):
    return int(sum(np.prod(p.size()) for n, p in model.named_parameters() if p.requires_grad))


def train_xor(model):
    rows = [(0.0, 0.0, 0.0), (0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)]
    criterion = nn.BCEWithLogitsLoss(reduction="sum")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    losses = []
    for _ in range(400):
        total = 0
        for a, b, target in rows:
            optimizer.zero_grad()
            loss = criterion(model(torch.tensor([[a, b]])).squeeze(1), torch.tensor([target]))
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(np.float32(total / 4))
        if total < 0.01:
            break
    return losses


def manual_xor_forward(parameters, x):
    w1, b1, w2, b2 = parameters.values()
    z = (w1[None] * x[:, None]).sum(2) + b1
    h = torch.exp(z) / (1 + torch.exp(z))
    return ((w2 * h).sum(1, keepdim=True) + b2).numpy()


class DigitClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 256),
            nn.BatchNorm1d(256),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(256, 64),
            nn.LeakyReLU(),
        )
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(self.body((x - 0.5) / 0.5))


def train_classifier(model, loader, epochs, device):
    model.to(device).train()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
    history = np.zeros(epochs)
    for epoch in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x.to(device)), y.to(device))
            loss.backward()
            optimizer.step()
            history[epoch] += loss.item()
    return history


@torch.no_grad()
def evaluate_classifier(model, loader, device):
    was_training = model.training
    model.to(device).eval()
    confusion = np.zeros((10, 10))
    for x, y in loader:
        np.add.at(confusion, (y.numpy(), model(x.to(device)).cpu().numpy().argmax(1)), 1)
    model.train(was_training)
    return [np.diag(confusion).sum() / confusion.sum(), confusion]


def plot_confusion(confusion):
    share = confusion / confusion.sum(axis=1, keepdims=True)
    display = ConfusionMatrixDisplay(share)
    display.plot(values_format=".2f")


def dense_parameter_count(sizes):
    return np.sum([(a + 1) * b for a, b in zip(sizes, sizes[1:])])
