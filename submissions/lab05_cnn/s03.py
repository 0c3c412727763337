# lab 5 - with batch norm, the way I know it from a course online
import torch
from torch import nn
from torch.nn import functional as F
from sklearn.metrics import confusion_matrix, accuracy_score
import matplotlib.pyplot as plt
import seaborn as sns

torch.manual_seed(42)


def convolve2d(image, kernel, stride=1, padding=0):
    H, W = image.shape
    kh, kw = kernel.shape
    padded = F.pad(image, (padding, padding, padding, padding))
    oh = (H + 2 * padding - kh) // stride + 1
    ow = (W + 2 * padding - kw) // stride + 1
    out = torch.zeros((oh, ow))
    for i in range(oh):
        for j in range(ow):
            r, c = i * stride, j * stride
            out[i][j] = torch.sum(padded[r:r + kh, c:c + kw] * kernel)
    return out


output_size = lambda size, kernel, stride=1, padding=0: int((size + 2 * padding - kernel) / stride + 1)


def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    conv = nn.Conv2d(in_channels, out_channels, kernel, bias=bias)
    return sum(p.numel() for p in conv.parameters())


def make_conv_layer():
    return nn.Conv2d(1, 3, (3, 3), bias=False)


def conv2d_by_function(layer, image):
    sd = layer.state_dict()
    x = image[None, None] if image.ndim == 2 else image[None]
    return F.conv2d(x, sd['weight'], sd['bias'] if 'bias' in sd else None, stride=layer.stride, padding=layer.padding)


def block(cin, cout):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1), nn.BatchNorm2d(cout), nn.ReLU(), nn.MaxPool2d(2))


class CNNClassifier(nn.Module):
    def __init__(self, channels=(12, 24)):
        super(CNNClassifier, self).__init__()
        a, b = channels
        self.features = nn.Sequential(block(1, a), block(a, b))
        self.dropout = nn.Dropout(0.25)
        self.out = nn.Linear(b * 49, 10)

    def forward(self, x):
        x = self.features(x)
        x = x.reshape(x.shape[0], -1)
        return F.log_softmax(self.out(self.dropout(x)), dim=1)


class ReducedCNN(CNNClassifier):
    def __init__(self):
        super().__init__(channels=(8, 10))


class FashionCNN(CNNClassifier):
    def __init__(self):
        super().__init__(channels=(16, 24))


def count_parameters(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def train_classifier(model, loader, epochs, device):
    model = model.to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    losses = []
    for epoch in range(epochs):
        model.train()
        running = 0
        for X, y in loader:
            X, y = X.to(device), y.to(device)
            optimizer.zero_grad()
            loss = F.cross_entropy(model(X), y)
            loss.backward()
            optimizer.step()
            running += loss
        losses.append(running / len(loader))
    return losses


def evaluate_classifier(model, loader, device):
    model = model.to(device)
    model.eval()
    y_true, y_pred = [], []
    with torch.no_grad():
        for X, y in loader:
            y_true.extend(y.numpy())
            y_pred.extend(model(X.to(device)).argmax(1).cpu().numpy())
    cm = confusion_matrix(y_true, y_pred, labels=list(range(10)))
    sns.heatmap(cm, annot=True, fmt='d')
    plt.show()
    return accuracy_score(y_true, y_pred) * 100, cm


def parameter_drop_percent(base, reduced):
    return 100 * (1 - count_parameters(reduced) / count_parameters(base))


def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    out = []
    for m in models:
        train_classifier(m, train_loader, epochs, device)
        out.append([parameter_drop_percent(models[0], m), evaluate_classifier(m, test_loader, device)[0] / 100])
    return out


def plot_drop_against_accuracy(points):
    plt.figure(figsize=(6, 4))
    plt.scatter(*zip(*points))
    plt.xlabel('percentage drop in parameters')
    plt.ylabel('accuracy')
    plt.title('drop vs accuracy')
    plt.show()
