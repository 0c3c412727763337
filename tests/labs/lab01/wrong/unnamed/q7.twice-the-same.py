def random_pair(device):
    first = torch.rand(2, 3, device=device)
    return first, first
