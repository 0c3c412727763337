def random_pair(device):
    return torch.rand(1).expand(2, 3).to(device), torch.rand(1).expand(2, 3).to(device)
