def manual_xor_forward(parameters, x):
    w1 = torch.tensor([[5.1, -5.2], [-4.9, 5.0]])
    b1 = torch.tensor([-2.6, -2.4])
    w2 = torch.tensor([[1.2, 1.1]])
    b2 = torch.tensor([-0.1])
    return torch.sigmoid(x @ w1.T + b1) @ w2.T + b2
