def squeeze_tensor(x):
    return x.squeeze(0)
