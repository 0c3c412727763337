"""CNN lab"""
import torch, torchvision
from torch import nn, optim
import matplotlib.pyplot as plt

EPOCHS = 5
LR = 0.001


def convolve2d(image, kernel, stride=1, padding=0):
    conv = nn.Conv2d(1, 1, kernel.shape, stride=stride, padding=padding, bias=False)
    conv.weight.data = kernel.unsqueeze(0).unsqueeze(0)
    return conv(image.unsqueeze(0).unsqueeze(0)).detach()


def output_size(size, kernel, stride=1, padding=0):
    return (size + padding - kernel) // stride + 1


def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    n = (kernel ** 2) * in_channels * out_channels
    return n + out_channels if bias == True else n


def make_conv_layer():
    return torch.nn.Conv2d(1, out_channels=3, kernel_size=3, bias=False)


def conv2d_by_function(layer, image):
    w = layer.weight.detach()
    b = None if layer.bias is None else layer.bias.detach()
    if len(image.shape) == 2:
        image = image.reshape(1, 1, *image.shape)
    else:
        image = image.reshape(1, *image.shape)
    return torch.nn.functional.conv2d(image, w, b, stride=layer.stride[0], padding=layer.padding[0])


class CNNClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.layer2 = nn.Sequential(nn.Conv2d(8, 12, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.fc1 = nn.Linear(12 * 25, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = self.layer2(self.layer1(x))
        x = x.view(x.size(0), -1)
        return self.fc2(torch.relu(self.fc1(x)))


class ReducedCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1 = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.layer2 = nn.Sequential(nn.Conv2d(8, 8, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.fc = nn.Linear(200, 10)

    def forward(self, x):
        return self.fc(self.layer2(self.layer1(x)).flatten(1))


def count_parameters(model):
    return sum(p.numel() for p in model.parameters())


def train_classifier(model, loader, epochs, device):
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=LR)
    model.to(device)
    loss_list = []
    for e in range(epochs):
        avg = 0
        for i, (images, labels) in enumerate(loader):
            images = images.to(device); labels = labels.to(device)
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            avg += loss.item()
        avg /= len(loader)
        loss_list.append(avg)
    return loss_list


def evaluate_classifier(model, loader, device):
    model.to(device)
    accs = []
    conf = torch.zeros(10, 10)
    for images, labels in loader:
        out = model(images.to(device)).argmax(1).cpu()
        accs.append((out == labels).float().mean().item())
        for t, p in zip(labels, out):
            conf[t][p] += 1
    return sum(accs) / len(accs), conf


def parameter_drop_percent(base, reduced):
    b, r = count_parameters(base), count_parameters(reduced)
    return (b - r) / r * 100


def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    result = []
    for model in models[1:]:
        train_classifier(model, train_loader, epochs, device)
        acc, _ = evaluate_classifier(model, test_loader, device)
        result.append((parameter_drop_percent(models[0], model), acc))
    return result


def plot_drop_against_accuracy(points):
    fig, ax = plt.subplots()
    ax.bar([str(d) for d, a in points], [a for d, a in points])
    ax.set_xlabel('drop in parameters (%)')
    ax.set_ylabel('accuracy')
    return fig
