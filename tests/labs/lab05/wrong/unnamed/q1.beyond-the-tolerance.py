def convolve2d(image, kernel, stride=1, padding=0):
    return 1.001 * nn.functional.conv2d(image[None, None], kernel[None, None], stride=stride, padding=padding)
