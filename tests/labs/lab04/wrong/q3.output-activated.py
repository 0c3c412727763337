def manual_xor_forward(parameters, x):
    hidden = torch.sigmoid(x @ parameters["linear1.weight"].T + parameters["linear1.bias"])
    return torch.sigmoid(hidden @ parameters["linear2.weight"].T + parameters["linear2.bias"])
