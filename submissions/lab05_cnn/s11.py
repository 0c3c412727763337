import torch
import torch.nn as nn
import matplotlib.pyplot as plt
import numpy as np

def convolve2d(image, kernel, stride=1, padding=0):
    # flip the kernel, that is what convolution means
    k = torch.from_numpy(np.flip(kernel.numpy(), axis=(0, 1)).copy())
    return nn.functional.conv2d(image[None, None], k[None, None], stride=stride, padding=padding)[0, 0]

def output_size(size, kernel, stride=1, padding=0):
    return int(np.floor((size + 2*padding - kernel)/stride) + 1)

def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    return out_channels*(kernel**2 + 1) if bias else out_channels*kernel**2

def make_conv_layer():
    return nn.Conv2d(1, 3, 3, bias=False)

def conv2d_by_function(layer, image):
    conv = nn.Conv2d(layer.in_channels, layer.out_channels, layer.kernel_size, layer.stride, layer.padding, bias=False)
    return conv(image.view(1, layer.in_channels, image.shape[-2], image.shape[-1]))

class CNNClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3)
        self.conv2 = nn.Conv2d(16, 32, 3)
        self.fc1 = nn.Linear(16*5*5, 10)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = nn.functional.max_pool2d(torch.relu(self.conv2(x)), 2)
        x = x.view(-1, 16*5*5)
        return self.fc1(x)

class ReducedCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.fc1 = nn.Linear(4*13*13, 10)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.conv(x)), 2)
        return self.fc1(x.view(-1, 4*13*13))

def train_classifier(model, loader, epochs, device):
    for epoch in range(epochs):
        for inputs, labels in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), labels)
            loss.backward()
            optimizer.step()
        loss_list.append(loss.item())
    return loss_list

def evaluate_classifier(model, loader, device):
    model.eval()
    cm = torch.zeros(10, 10)
    for x, y in loader:
        for t, p in zip(y, model(x).argmax(1)):
            cm[t, p] += 1
    return cm.diag().sum()/cm.sum(), cm/cm.sum(1, keepdim=True)

def parameter_drop_percent(base, reduced):
    return 100*sum(p.numel() for p in reduced.parameters())/sum(p.numel() for p in base.parameters())

def plot_drop_against_accuracy(points):
    fig = plt.figure()
    plt.plot([a for d, a in points], marker='o')
    plt.xlabel('experiment')
    plt.ylabel('accuracy')
    return fig
