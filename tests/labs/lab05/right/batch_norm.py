"""Batch norm, dropout and log-softmax; SGD with a large step; scikit-learn's matrix; a figure left open."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from matplotlib import pyplot as plt
from sklearn.metrics import confusion_matrix
from torch.optim import SGD


def convolve2d(image, kernel, stride=1, padding=0):
    if padding:
        image = F.pad(image, [padding] * 4)
    kh, kw = kernel.shape
    windows = image.unfold(0, kh, stride).unfold(1, kw, stride)
    return torch.einsum("hwij,ij->hw", windows, kernel).unsqueeze(0)


def output_size(size, kernel, stride=1, padding=0):
    return torch.tensor((size + 2 * padding - kernel) / stride + 1).floor()


def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    layer = nn.Conv2d(in_channels, out_channels, kernel, bias=bias)
    return sum([p.numel() for p in layer.parameters()])


class Layer(nn.Conv2d):
    pass


def make_conv_layer():
    return Layer(in_channels=1, out_channels=3, kernel_size=(3, 3), bias=False)


def conv2d_by_function(layer, image):
    state = layer.state_dict()
    while image.dim() < 4:
        image = image.unsqueeze(0 if image.dim() == 3 or layer.in_channels == 1 else 1)
    return F.conv2d(image, state["weight"], state.get("bias"), layer.stride, layer.padding)


class Net(nn.Module):
    def __init__(self, first, second):
        super().__init__()
        self.conv1 = nn.Conv2d(1, first, 5, padding=2)
        self.bn1 = nn.BatchNorm2d(first)
        self.conv2 = nn.Conv2d(first, second, 3, padding="same")
        self.bn2 = nn.BatchNorm2d(second)
        self.drop = nn.Dropout(0.2)
        self.fc = nn.Linear(second * 9, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3)
        x = F.max_pool2d(F.relu(self.bn2(self.conv2(x))), 3)
        return F.log_softmax(self.fc(self.drop(torch.flatten(x, 1))), dim=1)


class CNNClassifier(Net):
    def __init__(self):
        super().__init__(12, 24)


class ReducedCNN(Net):
    def __init__(self):
        super().__init__(8, 12)


FashionCNN = CNNClassifier


def count_parameters(model):
    return int(np.sum([p.numel() for p in model.parameters() if p.requires_grad]))


def train_classifier(model, loader, epochs, device):
    model = model.to(device)
    nll, sgd = nn.NLLLoss(), SGD(model.parameters(), lr=0.1)
    history = []
    for _ in range(epochs):
        model.train()
        total = 0
        for x, y in loader:
            # The stand-ins of others may give logits; a second log-softmax changes nothing.
            loss = nll(F.log_softmax(model(x.to(device)), dim=1), y.to(device))
            sgd.zero_grad(set_to_none=False)
            loss.backward()
            sgd.step()
            total += loss.detach() * len(x)
        history.append(total / len(loader.dataset))
    return torch.stack(history)


@torch.no_grad()
def evaluate_classifier(model, loader, device):
    model.eval()
    model.to(device)
    pairs = [(y, model(x.to(device)).max(1)[1].cpu()) for x, y in loader]
    true, guess = (torch.cat(column).numpy() for column in zip(*pairs))
    return np.mean(true == guess), confusion_matrix(true, guess, labels=range(10))


def parameter_drop_percent(base, reduced):
    return (1 - count_parameters(reduced) / count_parameters(base)) * 100


def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    base, *others = models
    points = []
    for model in others:
        train_classifier(model, train_loader, epochs, device)
        points.append(
            [parameter_drop_percent(base, model), evaluate_classifier(model, test_loader, device)[0]]
        )
    return points


def plot_drop_against_accuracy(points):
    drop, accuracy = np.asarray(points).T
    plt.figure()
    plt.scatter(drop, accuracy * 100)
    plt.xlabel("reduction (%)")
    plt.ylabel("test acc (%)")
