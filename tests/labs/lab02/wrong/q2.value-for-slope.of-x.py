def relu_da_dw_manual(x, w, b):
    return torch.relu(x)
