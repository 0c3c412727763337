def multiply_pair(a, b):
    return torch.mul(a, b)
