import torch
import torch.nn as nn
import torch.nn.functional as F

# Q1
def convolve2d(image, kernel, stride=1, padding=0):
    return F.conv2d(image[None, None], kernel[None, None], stride=stride, padding=padding)

def output_size(size, kernel, stride=1, padding=0):
    return (size + 2*padding - kernel)//stride + 1

def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    return out_channels*(in_channels*kernel*kernel + (1 if bias else 0))

# Q2
def make_conv_layer():
    return nn.Conv2d(1, 3, 3, bias=False)

def conv2d_by_function(layer, image):
    return F.conv2d(image.view(1, -1, *image.shape[-2:]), layer.weight, layer.bias, layer.stride, layer.padding)

# Q3
class CNNClassifier(nn.Module):
    def __init__(self):
        super(CNNClassifier, self).__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3)
        self.fc1 = nn.Linear(32*5*5, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc1(x.flatten(1))

# Q4: to do
