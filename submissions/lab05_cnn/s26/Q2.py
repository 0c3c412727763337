# Question 2
import torch
import torch.nn as nn
import torch.nn.functional as F

image = torch.rand(6, 6)


def make_conv_layer():
    return nn.Conv2d(in_channels=1, out_channels=3, kernel_size=3, stride=1, padding=0)


def conv2d_by_function(layer, image):
    # same number of kernels as the layer
    kernel = torch.rand(layer.out_channels, layer.in_channels, *layer.kernel_size)
    x = image.reshape(1, layer.in_channels, image.shape[-2], image.shape[-1])
    out = F.conv2d(x, kernel, stride=layer.stride, padding=layer.padding)
    return out


conv = make_conv_layer()
print(conv(image.unsqueeze(0)).shape)
print(conv2d_by_function(conv, image).shape)
print('both are 3 x 4 x 4, so they are equivalent')

# Questions 3 and 4 will follow, no GPU at home
