def sigmoid_da_dw_autograd(x, w, b):
    a = torch.sigmoid(w * x + b)
    a.backward()
    return w.grad
