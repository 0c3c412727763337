def random_square():
    return torch.rand(7, 7, generator=torch.Generator())
