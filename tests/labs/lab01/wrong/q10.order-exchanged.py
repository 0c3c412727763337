def extreme_indices(t):
    return t.argmin(), t.argmax()
