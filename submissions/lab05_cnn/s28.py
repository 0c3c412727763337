import torch
from torch import nn, optim
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
import torch.nn.functional as F
import matplotlib.pyplot as plt
import numpy as np

device = "cuda" if torch.cuda.is_available() else "cpu"
batch_size = 64
epochs = 5

# ======================= Question 1 =======================
def convolve2d(image, kernel, stride=1, padding=0):
    out = F.conv2d(image.unsqueeze(0).unsqueeze(0), kernel.unsqueeze(0).unsqueeze(0), stride=stride, padding=padding)
    return out.detach().numpy()

def output_size(size, kernel, stride=1, padding=0):
    # (n - k + 2p)/s + 1
    return (size - kernel + 2*padding)/stride + 1

def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    layer = nn.Conv2d(in_channels, out_channels, kernel, bias=bias)
    return sum([np.prod(p.shape) for p in layer.parameters()])

# ======================= Question 2 =======================
def make_conv_layer():
    return nn.Conv2d(1, 3, 3, bias=False)

def conv2d_by_function(layer, image):
    # ignoring bias
    return F.conv2d(image.unsqueeze(0).unsqueeze(0), layer.weight, stride=layer.stride, padding=layer.padding)

# ======================= Question 3 =======================
train_data = datasets.MNIST(root='./data', train=True, download=True, transform=transforms.ToTensor())
test_data = datasets.MNIST(root='./data', train=False, download=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_data, batch_size=batch_size, shuffle=True, drop_last=True)
test_loader = DataLoader(test_data, batch_size=batch_size, drop_last=True)

class CNNClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 64, kernel_size=3),
                                 nn.ReLU(),
                                 nn.MaxPool2d((2, 2), stride=2),
                                 nn.Conv2d(64, 128, kernel_size=3),
                                 nn.ReLU(),
                                 nn.MaxPool2d((2, 2), stride=2),
                                 nn.Conv2d(128, 64, kernel_size=3),
                                 nn.ReLU(),
                                 nn.MaxPool2d((2, 2), stride=2))
        self.classification_head = nn.Sequential(nn.Linear(64, 20, bias=True),
                                                 nn.ReLU(),
                                                 nn.Linear(20, 10, bias=True))

    def forward(self, x):
        features = self.net(x)
        return self.classification_head(features.view(batch_size, -1))

def count_parameters(model):
    return sum(p.numel() for p in model.parameters())

def train_classifier(model, loader, epochs, device):
    model = model.to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    losses = []
    for epoch in range(epochs):
        epoch_loss = 0
        for inputs, labels in loader:
            inputs, labels = inputs.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            epoch_loss += loss
        losses.append(epoch_loss / len(loader))
    return losses

def evaluate_classifier(model, loader, device):
    model = model.to(device)
    accs = []
    matrix = np.zeros((10, 10), dtype=int)
    with torch.no_grad():
        for images, labels in loader:
            out = model(images.to(device)).cpu()
            _, predicted = torch.max(out.data, 1)
            accs.append((predicted == labels).float().mean().item())
            for i in range(len(labels)):
                matrix[labels[i], predicted[i]] += 1
    return sum(accs)/len(accs), matrix

model = CNNClassifier()
losses = train_classifier(model, train_loader, epochs, device)
acc, matrix = evaluate_classifier(model, test_loader, device)
print("Accuracy:", acc)
import seaborn as sns
sns.heatmap(matrix, annot=True, fmt='d')
plt.xlabel('Predicted')
plt.ylabel('True')
plt.show()

# ======================= Question 4 =======================
class ReducedCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 16, kernel_size=3),
                                 nn.ReLU(),
                                 nn.MaxPool2d((2, 2), stride=2),
                                 nn.Conv2d(16, 32, kernel_size=3),
                                 nn.ReLU(),
                                 nn.MaxPool2d((2, 2), stride=2),
                                 nn.Conv2d(32, 64, kernel_size=3),
                                 nn.ReLU(),
                                 nn.MaxPool2d((2, 2), stride=2))
        self.classification_head = nn.Linear(64, 10)

    def forward(self, x):
        features = self.net(x)
        return self.classification_head(features.view(batch_size, -1))

def parameter_drop_percent(base, reduced):
    return (count_parameters(base) - count_parameters(reduced)) / count_parameters(base)

def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    drops, accuracies = [], []
    for m in models:
        train_classifier(m, train_loader, epochs, device)
        a, _ = evaluate_classifier(m, test_loader, device)
        drops.append(parameter_drop_percent(models[0], m))
        accuracies.append(a)
    return list(zip(drops, accuracies))

def plot_drop_against_accuracy(points):
    points = sorted(points)
    plt.figure()
    plt.plot([p[0] for p in points], [p[1] for p in points], marker='x')
    plt.xlabel("% drop in parameters")
    plt.ylabel("accuracy")
    plt.show()
