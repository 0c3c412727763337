def extreme_indices(t):
    return t.argmax(), t.argmin() + 0.01
