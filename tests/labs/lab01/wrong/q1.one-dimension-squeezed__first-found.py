def squeeze_tensor(x):
    return x.squeeze(list(x.shape).index(1)) if 1 in x.shape else x
