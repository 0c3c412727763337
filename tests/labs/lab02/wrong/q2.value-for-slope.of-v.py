def relu_da_dw_manual(x, w, b):
    return max(w * x + b, 0)
