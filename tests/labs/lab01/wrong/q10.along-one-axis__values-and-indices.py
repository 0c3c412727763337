def extreme_indices(t):
    return torch.max(t, 1).indices, torch.min(t, 1).indices
