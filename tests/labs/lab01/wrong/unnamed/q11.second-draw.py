def squeezed_random(seed=7):
    torch.manual_seed(seed)
    return torch.rand(1, 1, 1, 10), torch.rand(10)
