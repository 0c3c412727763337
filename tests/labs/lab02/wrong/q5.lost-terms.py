def polynomial_derivative_autograd(x):
    x = x.clone().requires_grad_()
    a = 8 * x**4
    b = a + 3 * x**3
    c = b + 7 * x**2
    d = 6 * x
    f = d + 3
    f.backward()
    return x.grad
