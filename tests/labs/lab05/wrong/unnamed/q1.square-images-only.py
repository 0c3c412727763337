def convolve2d(image, kernel, stride=1, padding=0):
    n = output_size(image.shape[0], kernel.shape[0], stride, padding)
    return nn.functional.conv2d(image[None, None], kernel[None, None], stride=stride, padding=padding)[
        0, 0, :n, :n
    ]
