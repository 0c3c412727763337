right_epochs = two_epochs
right_gradients = mse_gradients


def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    out = []
    for _ in range(2):
        dw, db = right_gradients(x, y, w, b)
        w, b = w - learning_rate * dw, b - learning_rate * db
        out.append({"w_grad": dw, "b_grad": db, "w": w, "b": b})
    return out


def mse_gradients(x, y, w, b):
    e = w * x + b - y
    return [2 * float(d) * float(v) for d, v in zip(e, x)], [2 * float(d) for d in e]
