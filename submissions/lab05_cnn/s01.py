"""Lab 5, CNNs. The network of question 3 is the manual's, with the batch size taken from x."""
import matplotlib.pyplot as plt
import torch
import torch.nn as nn
import torch.nn.functional as F

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


# ------------------------------------------------------------- Question 1
def convolve2d(image, kernel, stride=1, padding=0):
    image = image.unsqueeze(dim=0).unsqueeze(dim=0)
    kernel = kernel.unsqueeze(dim=0).unsqueeze(dim=0)
    return F.conv2d(image, kernel, stride=stride, padding=padding)


def output_size(size, kernel, stride=1, padding=0):
    # (6 - 3 + 0)/1 + 1 = 4, rounded down when the stride does not fit
    return (size - kernel + 2 * padding) // stride + 1


def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    count = out_channels * in_channels * kernel * kernel
    if bias:
        count += out_channels
    return count


# ------------------------------------------------------------- Question 2
def make_conv_layer():
    return nn.Conv2d(in_channels=1, out_channels=3, kernel_size=3, bias=False)


def conv2d_by_function(layer, image):
    if image.dim() == 2:
        image = image.unsqueeze(0)
    return F.conv2d(image.unsqueeze(0), layer.weight, bias=layer.bias, stride=layer.stride, padding=layer.padding)


# ------------------------------------------------------------- Question 3
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
        return self.classification_head(features.view(x.size(0), -1))


def count_parameters(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def train_classifier(model, loader, epochs, device):
    model.to(device)
    loss_fn = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    losses = []
    for epoch in range(epochs):
        model.train(True)
        total_loss = 0.0
        for inputs, labels in loader:
            inputs, labels = inputs.to(device), labels.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(inputs), labels)
            loss.backward()
            optimizer.step()
            total_loss += loss.item()
        losses.append(total_loss / len(loader))
        print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}")
    return losses


def evaluate_classifier(model, loader, device):
    model.to(device)
    model.eval()
    confusion = torch.zeros(10, 10, dtype=torch.long)
    correct, total = 0, 0
    with torch.no_grad():
        for inputs, labels in loader:
            predicted = model(inputs.to(device)).argmax(dim=1).cpu()
            correct += (predicted == labels).sum().item()
            total += labels.size(0)
            for t, p in zip(labels, predicted):
                confusion[t, p] += 1
    return correct / total, confusion


# ------------------------------------------------------------- Question 4
class ReducedCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 16, kernel_size=5), nn.ReLU(), nn.MaxPool2d(2),
                                 nn.Conv2d(16, 24, kernel_size=5), nn.ReLU(), nn.MaxPool2d(2))
        self.classification_head = nn.Linear(24 * 4 * 4, 10)

    def forward(self, x):
        return self.classification_head(torch.flatten(self.net(x), 1))


def parameter_drop_percent(base, reduced):
    before = count_parameters(base)
    return (before - count_parameters(reduced)) / before * 100


def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    points = []
    for model in models:
        train_classifier(model, train_loader, epochs, device)
        accuracy, _ = evaluate_classifier(model, test_loader, device)
        points.append((parameter_drop_percent(models[0], model), accuracy))
    return points


def plot_drop_against_accuracy(points):
    fig, ax = plt.subplots()
    ax.plot([p[0] for p in points], [p[1] for p in points], "o-")
    ax.set_xlabel("Drop in parameters (%)")
    ax.set_ylabel("Accuracy")
    ax.grid(True)
    return fig


# ------------------------------------------------------------- Additional
class FashionCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.fc1 = nn.Linear(32 * 7 * 7, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(x.flatten(1)))
        return self.fc2(x)


if __name__ == "__main__":
    print("parameters:", count_parameters(CNNClassifier()), count_parameters(ReducedCNN()))
