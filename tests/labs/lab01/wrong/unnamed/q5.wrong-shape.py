def random_square():
    return torch.rand(1, 7, 7)
