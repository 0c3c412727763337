def fit_line(x, y, learning_rate=0.001, epochs=100):
    w = torch.ones(1, requires_grad=True)
    b = torch.ones(1, requires_grad=True)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for j in range(len(x)):
            loss = (w * x[j] + b - y[j]) ** 2
            loss.backward()
            with torch.no_grad():
                w -= learning_rate * w.grad
                b -= learning_rate * b.grad
            w.grad.zero_()
            b.grad.zero_()
            total += loss.item()
        losses.append(total)
    return w, b, losses
