def manual_xor_forward(parameters, x):
    hidden = torch.sigmoid(x @ parameters["linear1.weight"] + parameters["linear1.bias"])
    return hidden @ parameters["linear2.weight"].T + parameters["linear2.bias"]
