def convolve2d(image, kernel, stride=1, padding=0):
    kernel = torch.flip(kernel, dims=(0, 1))
    return nn.functional.conv2d(image[None, None], kernel[None, None], stride=stride, padding=padding)
