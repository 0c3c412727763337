"""Lab 5, all questions. Strided convolutions instead of pooling keep the networks small."""

from pathlib import Path

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

HERE = Path(__file__).parent


# ---------------------------------------------------------------- q1
def convolve2d(image, kernel, stride=1, padding=0):
    # conv2d wants (N, C, H, W) and (out, in, kh, kw), so two new axes for both
    image = image.unsqueeze(0).unsqueeze(0)
    kernel = kernel.unsqueeze(0).unsqueeze(0)
    return F.conv2d(image, kernel, stride=stride, padding=padding).squeeze(0).squeeze(0)


def output_size(size, kernel, stride=1, padding=0):
    """floor((n + 2p - k) / s) + 1"""
    return (size + 2 * padding - kernel) // stride + 1


def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    weights = out_channels * in_channels * kernel * kernel
    return weights + out_channels if bias else weights


# the table that led to the formula
for s in (1, 2, 3):
    for p in (0, 1):
        shape = convolve2d(torch.rand(6, 6), torch.rand(3, 3), s, p).shape
        print(f"stride {s}, padding {p}: {tuple(shape)}, formula {output_size(6, 3, s, p)}")


# ---------------------------------------------------------------- q2
def make_conv_layer():
    return nn.Conv2d(in_channels=1, out_channels=3, kernel_size=(3, 3), bias=False)


def conv2d_by_function(layer, image):
    if image.dim() == 2:
        image = image.unsqueeze(0)
    out = F.conv2d(
        image.unsqueeze(0),
        weight=layer.weight,
        bias=layer.bias,
        stride=layer.stride,
        padding=layer.padding,
    )
    return out


# ---------------------------------------------------------------- q3
class ConvNet(nn.Module):
    """Two 3x3 convolutions with stride 2, and one linear layer; `width` channels in the first."""

    def __init__(self, width):
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 3, stride=2)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, stride=2)
        self.out = nn.Linear(2 * width * 6 * 6, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))  # 28 -> 13
        x = F.relu(self.conv2(x))  # 13 -> 6
        return self.out(torch.flatten(x, 1))


class CNNClassifier(ConvNet):
    def __init__(self):
        super().__init__(width=12)


def count_parameters(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def train_classifier(model, loader, epochs, device):
    model = model.to(device)
    model.train()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    history = []
    for epoch in range(epochs):
        running = 0.0
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            loss = criterion(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            running += loss.item() * len(images)
        history.append(running / len(loader.dataset))
        print(f"epoch {epoch + 1}: {history[-1]:.4f}")
    return history


@torch.no_grad()
def evaluate_classifier(model, loader, device):
    model = model.to(device).eval()
    confusion = torch.zeros(10, 10, dtype=torch.long)
    for images, labels in loader:
        guesses = model(images.to(device)).argmax(1).cpu()
        confusion.index_put_((labels, guesses), torch.tensor(1), accumulate=True)
    return (confusion.trace() / confusion.sum()).item(), confusion


# ---------------------------------------------------------------- q4
class ReducedCNN(ConvNet):
    def __init__(self):
        super().__init__(width=8)


def parameter_drop_percent(base, reduced):
    return 100.0 * (1 - count_parameters(reduced) / count_parameters(base))


def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    base, result = models[0], []
    for model in models:
        train_classifier(model, train_loader, epochs, device)
        accuracy = evaluate_classifier(model, test_loader, device)[0]
        result.append((parameter_drop_percent(base, model), accuracy))
    return result


def plot_drop_against_accuracy(points):
    fig, ax = plt.subplots(figsize=(6, 4))
    drops = [drop for drop, _ in points]
    ax.scatter(drops, [100 * accuracy for _, accuracy in points])
    ax.set(xlabel="Parameters dropped (%)", ylabel="Test accuracy (%)", title="What the small ones lose")
    ax.grid(True)
    return fig


# ---------------------------------------------------------------- a1
class FashionCNN(ConvNet):
    def __init__(self):
        super().__init__(width=10)


if __name__ == "__main__":
    import torchvision
    from torchvision.transforms import ToTensor

    root = HERE / "data"
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    train = torch.utils.data.Subset(torchvision.datasets.MNIST(root, True, ToTensor(), download=True), range(1000))
    test = torchvision.datasets.MNIST(root, False, ToTensor(), download=True)
    loaders = (torch.utils.data.DataLoader(part, batch_size=8, shuffle=True) for part in (train, test))
    found = accuracy_against_drop([CNNClassifier(), ReducedCNN()], *loaders, 6, device)
    plot_drop_against_accuracy(found).savefig("drop.png")
