"""A residual network of the width of a class attribute, Adam with weight decay, and a bar chart."""

import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import nn


def convolve2d(image, kernel, stride=1, padding=0):
    columns = F.unfold(image[None, None], kernel.shape, stride=stride, padding=padding)
    h = output_size(image.shape[0], kernel.shape[0], stride, padding)
    return (kernel.reshape(1, -1) @ columns).reshape(1, 1, h, -1)


def output_size(size, kernel, stride=1, padding=0):
    return len(range(0, size + 2 * padding - kernel + 1, stride))


def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    per_output = in_channels * kernel * kernel + bias
    return per_output * out_channels


def make_conv_layer():
    return nn.Conv2d(1, 3, 3, 1, 0, bias=None)


def conv2d_by_function(layer, image):
    weight = layer.weight.data.clone()
    out = F.conv2d(
        image.view(layer.in_channels, *image.shape[-2:]), weight, stride=layer.stride, padding=layer.padding
    )
    return out if layer.bias is None else out + layer.bias.view(-1, 1, 1)


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a = nn.Conv2d(width, width, 3, padding=1)
        self.b = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return F.relu(x + self.b(F.relu(self.a(x))))


class CNNClassifier(nn.Module):
    WIDTH = 12

    def __init__(self):
        super(CNNClassifier, self).__init__()
        self.stem = nn.Conv2d(1, self.WIDTH, 4, stride=4)
        self.blocks = nn.ModuleDict({"one": Block(self.WIDTH), "two": Block(self.WIDTH)})
        self.head = nn.Linear(self.WIDTH * 49, 10)

    def forward(self, x):
        x = F.gelu(self.stem(x))
        for block in self.blocks.values():
            x = block(x)
        return self.head(x.view(x.size(0), -1))

    def parameters(self, recurse=True):
        return tuple(super().parameters(recurse))


class ReducedCNN(CNNClassifier):
    WIDTH = 8


class FashionCNN(CNNClassifier):
    pass


def count_parameters(model):
    return sum(p.numel() for _, p in model.named_parameters() if p.requires_grad)


def train_classifier(model, loader, epochs, device):
    model.to(device)
    opt = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(opt, epochs)
    losses = torch.zeros(epochs)
    for epoch in range(epochs):
        for x, y in loader:
            loss = F.cross_entropy(model(x.to(device)), y.to(device))
            opt.zero_grad()
            loss.backward()
            opt.step()
            losses[epoch] += loss.item()
        scheduler.step()
    return losses.numpy()


def evaluate_classifier(model, loader, device):
    training = model.training
    model.to(device).eval()
    with torch.inference_mode():
        true = torch.cat([y for _, y in loader])
        guess = torch.cat([model(x.to(device)).argmax(-1).cpu() for x, _ in loader])
    model.train(training)
    confusion = torch.bincount(10 * true + guess, minlength=100).view(10, 10)
    return (true == guess).float().mean(), confusion


def parameter_drop_percent(base, reduced):
    return 100.0 * (count_parameters(base) - count_parameters(reduced)) / count_parameters(base)


def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    result = []
    for number, model in enumerate(models):
        train_classifier(model, train_loader, epochs, device)
        accuracy, _ = evaluate_classifier(model, test_loader, device)
        result.append((0.0 if number == 0 else parameter_drop_percent(models[0], model), accuracy))
    return result


def plot_drop_against_accuracy(points):
    fig = Figure()
    ax = fig.add_subplot()
    ax.bar([drop / 100 for drop, _ in points], [accuracy for _, accuracy in points], width=0.02)
    ax.set_xlabel("share of weights removed")
    ax.set_ylabel("accuracy")
    return fig
