import matplotlib.pyplot as plt
import torch
from torch import nn


class DigitClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden1 = nn.Linear(784, 128)
        self.hidden2 = nn.Linear(128, 64)
        self.out = nn.Linear(64, 10)

    def forward(self, x):
        x = x.reshape(len(x), 784)
        x = torch.relu(self.hidden1(x))
        x = torch.relu(self.hidden2(x))
        return self.out(x)


def train_classifier(model, loader, epochs, device):
    model.to(device)
    loss_fn = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for epoch in range(epochs):
        for images, labels in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(images.to(device)), labels.to(device))
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


def evaluate_classifier(model, loader, device):
    model.to(device)
    matrix = torch.zeros(10, 10, dtype=torch.long)
    batch_accuracy = []
    with torch.no_grad():
        for images, labels in loader:
            predicted = model(images.to(device)).argmax(1).cpu()
            batch_accuracy.append((predicted == labels).float().mean().item())
            for i in range(len(labels)):
                matrix[labels[i], predicted[i]] += 1
    return sum(batch_accuracy)/len(batch_accuracy), matrix


def plot_confusion(confusion):
    fig = plt.figure()
    plt.imshow(confusion)
    plt.colorbar()
    plt.title('Confusion matrix')
    return fig


def dense_parameter_count(sizes):
    total = 0
    for i in range(len(sizes) - 1):
        total += (sizes[i] + 1)*sizes[i + 1]
    return total
