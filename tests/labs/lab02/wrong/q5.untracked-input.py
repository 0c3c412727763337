def polynomial_derivative_autograd(x):
    y = 8 * x**4 + 3 * x**3 + 7 * x**2 + 6 * x + 3
    y.backward()
    return x.grad
