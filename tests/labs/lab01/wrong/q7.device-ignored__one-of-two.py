def random_pair(device):
    return torch.rand(2, 3).to(device), torch.rand(2, 3)
