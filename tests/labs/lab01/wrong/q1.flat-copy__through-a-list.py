def flat_view(x):
    return torch.tensor(x.flatten().tolist())
