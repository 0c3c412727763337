def random_square():
    return torch.randint(0, 9, (7, 7)) / 10
