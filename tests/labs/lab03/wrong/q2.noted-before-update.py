def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    w = torch.tensor([w], requires_grad=True)
    b = torch.tensor([b], requires_grad=True)
    out = []
    for _ in range(2):
        ((w * x + b - y) ** 2).mean().backward()
        out.append({"w_grad": w.grad.item(), "b_grad": b.grad.item(), "w": w.item(), "b": b.item()})
        with torch.no_grad():
            w -= learning_rate * w.grad
            b -= learning_rate * b.grad
        w.grad = b.grad = None
    return out
