def random_pair(device):
    first = torch.rand(2, 3)
    second = torch.rand(2, 3)
    first.to(device)
    second.to(device)
    return first, second
