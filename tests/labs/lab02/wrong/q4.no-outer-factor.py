def exp_derivative_analytic(x):
    return -2 * x - 2 - torch.cos(x)
