def exp_derivative_analytic(x):
    return exp_derivative_autograd(x)
