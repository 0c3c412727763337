def extreme_indices(t):
    return t.argmax(dim=0), t.argmin(dim=0)
