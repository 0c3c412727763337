def sigmoid_da_dw_autograd(x, w, b):
    v = (w * x + b).requires_grad_(True)
    torch.sigmoid(v).backward()
    return v.grad
