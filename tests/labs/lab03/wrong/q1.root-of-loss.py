def fit_line(x, y, learning_rate=0.001, epochs=100):
    w = torch.tensor([1.0], requires_grad=True)
    b = torch.tensor([1.0], requires_grad=True)
    losses = []
    for epoch in range(epochs):
        loss = ((w * x + b - y) ** 2).mean() ** 0.5
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses
