def extreme_values(t):
    return torch.aminmax(t)
