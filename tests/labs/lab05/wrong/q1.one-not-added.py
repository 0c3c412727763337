def output_size(size, kernel, stride=1, padding=0):
    return (size - kernel + 2 * padding) // stride
