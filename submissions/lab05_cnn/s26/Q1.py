# Question 1: convolution with my own loops
import torch
import torch.nn.functional as F


def pad(image, padding):
    return F.pad(image, (padding, padding, padding, padding))


def convolve2d(image, kernel, stride=1, padding=0):
    image = pad(image, padding)
    H, W = image.shape
    kh, kw = kernel.shape
    rows = []
    for i in range(H - kh + 1):
        row = []
        for j in range(W - kw + 1):
            row.append((image[i:i + kh, j:j + kw] * kernel).sum())
        rows.append(torch.stack(row))
    return torch.stack(rows)


def output_size(size, kernel, stride=1, padding=0):
    import math
    return math.floor((size - kernel + 2 * padding) / stride) + 1


def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    n = kernel ** 2
    if bias:
        n = n + 1
    return n * out_channels


image = torch.rand(6, 6)
kernel = torch.rand(3, 3)
print('mine ', convolve2d(image, kernel))
print('torch', F.conv2d(image[None, None], kernel[None, None]))
print('output size', output_size(6, 3))
