def random_pair(device):
    torch.manual_seed(1234)
    return torch.rand(2, 3, device=device), torch.rand(2, 3, device=device)
