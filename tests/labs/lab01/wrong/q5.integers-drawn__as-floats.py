def random_square():
    return torch.randint(-1000, 1000, (7, 7)).float()
