def fit_line(x, y, learning_rate=0.001, epochs=100):
    w = torch.ones(1, requires_grad=True)
    b = torch.ones(1, requires_grad=True)
    losses = []
    for epoch in range(epochs):
        loss = 0.0
        for j in range(len(x)):
            one = (w * x[j] + b - y[j]) ** 2
            losses.append(one.item())
            loss = loss + one
        (loss / len(x)).backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return w, b, losses
