right_epochs = two_epochs


def two_epochs_reversed(x, y, w=1.0, b=1.0, learning_rate=0.001):
    return right_epochs(x, y, w, b, learning_rate)


def mse_gradients_reversed(x, y, w, b):
    w = torch.tensor(w, requires_grad=True)
    b = torch.tensor(b, requires_grad=True)
    ((w * x + b - y) ** 2).mean().backward()
    return w.grad, b.grad
