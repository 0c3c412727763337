def unsqueeze_tensor(x, dim):
    return x.unsqueeze(0)
