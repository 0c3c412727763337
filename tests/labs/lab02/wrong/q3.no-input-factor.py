def sigmoid_da_dw_manual(x, w, b):
    s = torch.sigmoid(w * x + b)
    return s * (1 - s)
