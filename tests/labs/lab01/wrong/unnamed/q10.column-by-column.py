def extreme_indices(t):
    return t.T.reshape(-1).argmax(), t.T.reshape(-1).argmin()
