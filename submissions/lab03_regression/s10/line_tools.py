"""What several questions of lab 3 share."""
import torch


def mse(y, yp):
    # the half goes away when you differentiate
    return 0.5 * torch.mean((y - yp) ** 2)


def slopes(x, y, w, b):
    """Gradients of mse, worked out by hand."""
    diff = w * x + b - y
    return torch.mean(diff * x), torch.mean(diff)


def fit(model, optimizer, batches, epochs, loss_fn):
    """Train; give one mean loss an epoch."""
    history = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for xb, yb in batches:
            loss = loss_fn(yb, model(xb))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += len(xb) * loss.item()
            count += len(xb)
        history.append(total / count)
    return history
