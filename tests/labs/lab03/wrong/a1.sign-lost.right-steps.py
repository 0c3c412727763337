def mse_gradients_reversed(x, y, w, b):
    d = y - (w * x + b)
    return 2 * (d * x).mean(), 2 * d.mean()


def two_epochs_reversed(x, y, w=1.0, b=1.0, learning_rate=0.001):
    out = []
    for _ in range(2):
        dw, db = mse_gradients_reversed(x, y, w, b)
        w, b = w + learning_rate * dw, b + learning_rate * db
        out.append({"w_grad": dw, "b_grad": db, "w": w, "b": b})
    return out
