def random_square():
    return torch.randint(0, 10, (7, 7))
