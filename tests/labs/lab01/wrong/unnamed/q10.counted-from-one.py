def extreme_indices(t):
    return t.argmax() + 1, t.argmin() + 1
