def convolve2d(image, kernel, stride=1, padding=0):
    kh, kw = kernel.shape
    rows = (image.shape[0] - kh) // stride + 1
    columns = (image.shape[1] - kw) // stride + 1
    out = torch.zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            part = image[i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[i, j] = (part * kernel).sum()
    return out
