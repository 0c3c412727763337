def mse_gradients_reversed(x, y, w, b):
    e = w * x + b - y
    return -2 * (e * x).mean(), -2 * e.mean()
