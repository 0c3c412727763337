import torch
import torch.nn as nn
import torch.nn.functional as F
import matplotlib.pyplot as plt
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

batch_size = 64
train_loader = DataLoader(datasets.MNIST(root='./data', train=True, download=True, transform=transforms.ToTensor()), batch_size=batch_size, shuffle=True)
test_loader = DataLoader(datasets.MNIST(root='./data', train=False, download=True, transform=transforms.ToTensor()), batch_size=batch_size)

#Q1
image = torch.rand(6,6)
print("image=", image)
kernel = torch.ones(3,3)
outimage = F.conv2d(image.unsqueeze(0).unsqueeze(0), kernel.unsqueeze(0).unsqueeze(0), stride=1, padding=0)
print("outimage=", outimage, outimage.shape)

def convolve2d(image, kernel, stride=1, padding=0):
    return F.conv2d(image.unsqueeze(0).unsqueeze(0), kernel.unsqueeze(0).unsqueeze(0), stride=stride, padding=padding)

def output_size(size, kernel, stride=1, padding=0):
    return (size - kernel + 1 + 2*padding)//stride

def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    return in_channels*out_channels*kernel*kernel

#Q2
def make_conv_layer():
    return nn.Conv2d(1, 3, 3)

def conv2d_by_function(layer, image):
    kernel = torch.rand(3, 1, 3, 3)
    return F.conv2d(image.unsqueeze(0).unsqueeze(0), kernel, stride=1, padding=0)

#Q3
class CNNClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 64, kernel_size=3), nn.ReLU(), nn.MaxPool2d((2, 2), stride=2),
                                nn.Conv2d(64, 128, kernel_size=3), nn.ReLU(), nn.MaxPool2d((2, 2), stride=2),
                                nn.Conv2d(128, 64, kernel_size=3), nn.ReLU(), nn.MaxPool2d((2, 2), stride=2))
        self.classification_head = nn.Sequential(nn.Linear(64, 20, bias=True), nn.ReLU(), nn.Linear(20, 10, bias=True))
    def forward(self, x):
        features = self.net(x)
        return self.classification_head(features.view(batch_size, -1))

class ReducedCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 16, kernel_size=3), nn.ReLU(), nn.MaxPool2d((2, 2), stride=2),
                                nn.Conv2d(16, 16, kernel_size=3), nn.ReLU(), nn.MaxPool2d((2, 2), stride=2))
        self.classification_head = nn.Linear(400, 10)
    def forward(self, x):
        return self.classification_head(self.net(x).view(batch_size, -1))

def train_classifier(model, loader, epochs, device):
    model.to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    loss_list = []
    for epoch in range(epochs):
        total = 0
        for data in loader:
            inputs, labels = data
            inputs = inputs.to(device)
            labels = labels.to(device)
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = nn.CrossEntropyLoss()(outputs, labels)
            loss.backward()
            optimizer.step()
            total += loss.item()
        loss_list.append(total)
    return loss_list

def evaluate_classifier(model, loader, device):
    cm = [[0]*10 for i in range(10)]
    correct = 0
    total = 0
    for data in loader:
        inputs, labels = data
        outputs = model(inputs.to(device))
        _, predicted = torch.max(outputs, 1)
        for i in range(len(labels)):
            cm[predicted[i].item()][labels[i].item()] += 1
        correct += (predicted.cpu() == labels).sum().item()
        total += len(labels)
    return correct/total, cm

#Q4
def parameter_drop_percent(base, reduced):
    n1 = sum(p.numel() for p in base.parameters())
    n2 = sum(p.numel() for p in reduced.parameters())
    return (n1 - n2)/n1

def plot_drop_against_accuracy(points):
    x = [p[0] for p in points]
    y = [p[1] for p in points]
    plt.plot(x, y)
    plt.title('Accuracy')
    return plt.gcf()
