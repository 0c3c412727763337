from torch.autograd import grad


def polynomial_derivative_analytic(x):
    x = x.requires_grad_(True)
    return grad(8 * x**4 + 3 * x**3 + 7 * x**2 + 6 * x + 3, x)[0]
