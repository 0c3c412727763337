def relu_da_dw_autograd(x, w, b):
    w = torch.tensor(w.item())
    torch.relu(w * x + b).backward()
    return w.grad
