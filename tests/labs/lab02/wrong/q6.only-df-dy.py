def tanh_log_backward(x, y, z):
    n = tanh_log_forward(x, y, z)
    slope = (1 - n["f"] ** 2) / (1 + n["d"]) * z * (-n["a"] / n["b"] ** 2) * torch.cos(y)
    return {"df_dy": slope}
