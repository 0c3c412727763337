# LAB 5
import torch
import torch.nn as nn
from torch.nn.functional import conv2d, relu, max_pool2d
import matplotlib.pyplot as plt


def convolve2d(image, kernel, stride=1, padding=0):
    return conv2d(image.unsqueeze(0).unsqueeze(0), kernel.unsqueeze(0).unsqueeze(0), stride=stride, padding=padding)[0]


def output_size(size, kernel, stride=1, padding=0):
    return torch.div(size + 2 * padding - kernel, stride, rounding_mode="floor") + 1 if torch.is_tensor(size) \
        else (size + 2 * padding - kernel) // stride + 1


def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    return (in_channels * kernel * kernel + int(bias)) * out_channels


def make_conv_layer():
    return nn.Conv2d(1, 3, 3, bias=False)


def conv2d_by_function(layer, image):
    return conv2d(image.reshape(1, layer.in_channels, *image.shape[-2:]), layer.weight, layer.bias,
                  stride=layer.stride, padding=layer.padding)


class ConvNet(nn.Module):
    """Two convolutions and one linear layer; `width` channels in the first, twice as many in the second."""

    def __init__(self, width=12):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 12, 3)
        self.conv2 = nn.Conv2d(12, 24, 3)
        self.fc = nn.Linear(24 * 5 * 5, 10)

    def forward(self, x):
        x = max_pool2d(relu(self.conv1(x)), 2)
        x = max_pool2d(relu(self.conv2(x)), 2)
        return self.fc(x.view(x.shape[0], -1))


class CNNClassifier(ConvNet):
    pass


class ReducedCNN(ConvNet):
    def __init__(self, width=4):
        super().__init__()


class FashionCNN(ConvNet):
    def __init__(self):
        super().__init__(width=16)


def count_parameters(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def train_classifier(model, loader, epochs, device):
    model.to(device)
    model.train()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x.to(device)), y.to(device))
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        losses.append(total / len(loader.dataset))
    return losses


def evaluate_classifier(model, loader, device):
    model.to(device)
    model.eval()
    cm = torch.zeros((10, 10), dtype=torch.int64)
    with torch.no_grad():
        for x, y in loader:
            p = model(x.to(device)).argmax(dim=1).cpu()
            cm.index_put_((y, p), torch.ones(len(y), dtype=torch.int64), accumulate=True)
    return cm.diagonal().sum() / cm.sum(), cm


def parameter_drop_percent(base, reduced):
    return 100 * (count_parameters(base) - count_parameters(reduced)) / count_parameters(base)


def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    points = []
    for model in models:
        train_classifier(model, train_loader, epochs, device)
        acc, cm = evaluate_classifier(model, test_loader, device)
        points.append((parameter_drop_percent(models[0], model), acc))
    return points


def plot_drop_against_accuracy(points):
    base = points[0][1]
    plt.figure()
    plt.plot([p[0] for p in points], [base - p[1] for p in points], marker="s")
    plt.xlabel("% drop in parameters")
    plt.ylabel("drop in accuracy")
    return plt.gcf()
