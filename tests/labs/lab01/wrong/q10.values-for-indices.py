def extreme_indices(t):
    return t.max(), t.min()
