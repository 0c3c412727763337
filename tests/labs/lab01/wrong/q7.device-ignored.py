def random_pair(device):
    return torch.rand(2, 3), torch.rand(2, 3)
