right_epochs = two_epochs


def two_epochs_reversed(x, y, w=1.0, b=1.0, learning_rate=0.001):
    return right_epochs(x, y, w, b, learning_rate)


def mse_gradients_reversed(x, y, w, b):
    w = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return w, y.mean() - w * x.mean()
