import torch


def graph_nodes(a, b):
    x = 2 * a + 3 * b
    y = 5 * a * a + 3 * b * b * b
    z = 2 * x + 3 * y
    return {"x": x, "y": y, "z": z}


def dz_da_autograd(a, b):
    a = a.clone().requires_grad_(True)
    graph_nodes(a, b)["z"].backward()
    return a.grad


def dz_da_analytic(a, b):
    return 2 * 2 + 3 * 10 * a


def relu_neuron(x, w, b):
    u = w * x
    v = u + b
    a = torch.relu(v)
    return {"u": u, "v": v, "a": a}


def relu_da_dw_autograd(x, w, b):
    w = w.clone().requires_grad_(True)
    relu_neuron(x, w, b)["a"].backward()
    return w.grad


def relu_da_dw_manual(x, w, b):
    v = w * x + b
    return x if v > 0 else 0.0


def exp_derivative_autograd(x):
    x = x.clone().requires_grad_(True)
    f = torch.exp(-x ** 2 - 2 * x - torch.sin(x))
    f.backward()
    return x.grad


def exp_derivative_analytic(x):
    # numerically: halve the step until both slopes agree
    def f(x):
        return torch.exp(-x ** 2 - 2 * x - torch.sin(x))

    def slope(h):
        return (f(x + h) - f(x - h)) / (2 * h)

    h = 1.0
    while abs(slope(h) - slope(h / 2)) > 1e-6:
        half = h / 2
    return slope(half)


def polynomial_derivative_autograd(x):
    x = x.clone().requires_grad_(True)
    y = 8 * x ** 4 + 3 * x ** 3 + 7 * x ** 2 + 6 * x + 3
    y.backward()
    return x.grad


def polynomial_derivative_analytic(x):
    return 32 * x ** 3 + 9 * x ** 2 + 14 * x + 6
