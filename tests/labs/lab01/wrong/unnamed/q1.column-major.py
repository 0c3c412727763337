def reshape_tensor(x, shape):
    return torch.from_numpy(x.numpy().reshape(shape, order="F").copy())
