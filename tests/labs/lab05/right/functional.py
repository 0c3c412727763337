"""Weights without layers, loops of one's own, momentum; losses still in their graph; an Axes for its figure."""

import math

import matplotlib.pyplot as plt
import torch
from torch import nn


def convolve2d(image, kernel, stride=1, padding=0):
    h, w = image.shape
    padded = torch.zeros(h + 2 * padding, w + 2 * padding)
    padded[padding : padding + h, padding : padding + w] = image
    kh, kw = kernel.shape
    rows = range(0, padded.shape[0] - kh + 1, stride)
    columns = range(0, padded.shape[1] - kw + 1, stride)
    return torch.stack(
        [torch.stack([(padded[r : r + kh, c : c + kw] * kernel).sum() for c in columns]) for r in rows]
    )


def output_size(size, kernel, stride=1, padding=0):
    return math.floor((size - kernel + 2 * padding) / stride) + 1


def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    total = in_channels * out_channels * kernel**2
    return float(total + out_channels) if bias else float(total)


def make_conv_layer():
    layer = nn.Conv2d(1, 3, 3)
    layer.bias = None
    return layer


def conv2d_by_function(layer, image):
    weight, *bias = layer.parameters()
    x = image if image.dim() == 3 else image[None]
    return nn.functional.conv2d(x[None], weight, bias[0] if bias else None, layer.stride[0], layer.padding[0])


class CNNClassifier(nn.Module):
    hidden = 48

    def __init__(self):
        super().__init__()
        self.k1 = nn.Parameter(torch.randn(16, 1, 5, 5) / 5)
        self.k2 = nn.Parameter(torch.randn(24, 16, 3, 3) / 12)
        self.register_parameter("b2", nn.Parameter(torch.zeros(24)))
        self.out = nn.ModuleList([nn.Linear(24 * 16, self.hidden), nn.Linear(self.hidden, 10)])

    def forward(self, x):
        n = len(x)
        x = torch.conv2d(x, self.k1, stride=2).clamp(min=0)
        x = torch.conv2d(x, self.k2, self.b2, padding=1)
        x = nn.functional.leaky_relu(nn.functional.avg_pool2d(x, 3))
        for number, layer in enumerate(self.out):
            x = layer(x.reshape(n, -1) if number == 0 else torch.tanh(x))
        return x


class ReducedCNN(CNNClassifier):
    hidden = 16


class FashionCNN(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 16, 3, 2),
            nn.ReLU(inplace=True),
            nn.Conv2d(16, 32, 3, 2),
            nn.ReLU(inplace=True),
            nn.AdaptiveAvgPool2d(3),
            nn.Flatten(),
            nn.Linear(288, 10),
        )


def count_parameters(model):
    return sum(p.nelement() for p in model.parameters() if p.requires_grad)


def train_classifier(model, loader, epochs, device):
    model.train(True)
    model.to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    losses = []
    for _ in range(epochs):
        epoch_loss = 0
        for batch, labels in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(batch.to(device)), labels.to(device))
            loss.backward()
            optimizer.step()
            epoch_loss += loss
        losses.append(epoch_loss)
    return losses


def evaluate_classifier(model, loader, device):
    model = model.to(device).train(False)
    table = [[0] * 10 for _ in range(10)]
    for x, y in loader:
        for true, row in zip(y.tolist(), model(x.to(device)).detach().tolist()):
            table[true][row.index(max(row))] += 1
    right = sum(table[i][i] for i in range(10))
    return torch.tensor([right / sum(map(sum, table))]), table


def parameter_drop_percent(base, reduced):
    return 100 - 100 * count_parameters(reduced) / count_parameters(base)


def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    for model in models:
        train_classifier(model, train_loader, epochs, device)
    return tuple(
        (parameter_drop_percent(models[0], model), evaluate_classifier(model, test_loader, device)[0])
        for model in models
    )


def plot_drop_against_accuracy(points):
    _, ax = plt.subplots()
    for drop, accuracy in points:
        ax.plot(accuracy, drop, "ko")
    ax.set(xlabel="Accuracy", ylabel="Percentage drop in parameters")
    return ax
