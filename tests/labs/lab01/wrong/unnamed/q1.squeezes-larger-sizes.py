def squeeze_tensor(x):
    return x.flatten()
