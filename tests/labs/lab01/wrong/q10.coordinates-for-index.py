def extreme_indices(t):
    columns = t.shape[1]
    return divmod(int(t.argmax()), columns), divmod(int(t.argmin()), columns)
