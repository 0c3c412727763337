def mse_gradients(x, y, w, b):
    e = w * x + b - y
    return 2 * (e * x).sum(), 2 * e.sum()
