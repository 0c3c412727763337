def random_square():
    return torch.rand(1, 1).expand(7, 7)
