"""Closed forms on Python floats; autograd in float64, with one-element tensors and an attached graph."""

import math

import torch


def leaf(value):
    return torch.tensor([value.item()], dtype=torch.float64, requires_grad=True)


def graph_nodes(a, b):
    a, b = a.item(), b.item()
    return dict(z=4 * a + 6 * b + 15 * a * a + 9 * b**3, y=5 * a * a + 3 * b**3, x=2 * a + 3 * b)


def dz_da_autograd(a, b):
    a, b = leaf(a), leaf(b)
    z = 2 * (2 * a + 3 * b) + 3 * (5 * a * a + 3 * b * b * b)
    z.backward()
    return a.grad


def dz_da_analytic(a, b):
    return 4 + 30 * float(a)


def neuron(x, w, b):
    u = w * x
    return u, u + b


def relu_neuron(x, w, b):
    u, v = neuron(x.item(), w.item(), b.item())
    return {"u": u, "v": v, "a": max(0.0, v), "name": "relu"}


def relu_da_dw_autograd(x, w, b):
    x, w, b = leaf(x), leaf(w), leaf(b)
    _, v = neuron(x, w, b)
    a = torch.clamp(v, min=0)
    a.backward()
    return w.grad.numpy()


def relu_da_dw_manual(x, w, b):
    return x.item() if w.item() * x.item() > -b.item() else 0


def sigmoid_neuron(x, w, b):
    u, v = neuron(x.item(), w.item(), b.item())
    return {"u": u, "v": v, "a": 1 / (1 + math.exp(-v))}


def sigmoid_da_dw_autograd(x, w, b):
    x, w, b = leaf(x), leaf(w), leaf(b)
    _, v = neuron(x, w, b)
    a = 1 / (1 + torch.exp(-v))
    a.backward()
    return w.grad[0]


def sigmoid_da_dw_manual(x, w, b):
    # The manual's chain: a = -v, b = exp(a), c = 1 + b, s = 1/c.
    _, v = neuron(x.item(), w.item(), b.item())
    power = math.exp(-v)
    ds_dc = -1.0 / (1 + power) ** 2
    return ds_dc * power * -1 * x.item()


def exp_derivative_autograd(x):
    x = leaf(x)
    f = torch.e ** (-(x**2) - 2 * x - torch.sin(x))
    f.backward()
    return x.grad.item()


def exp_derivative_analytic(x):
    x = x.item()
    return -math.exp(-x * x) * math.exp(-2 * x) * math.exp(-math.sin(x)) * (2 * x + 2 + math.cos(x))


def polynomial_derivative_autograd(x):
    x = leaf(x)
    y = (((8 * x + 3) * x + 7) * x + 6) * x + 3
    y.backward()
    return x.grad


def polynomial_derivative_analytic(x):
    x = x.item()
    return ((32 * x + 9) * x + 14) * x + 6


def nodes_of(x, y, z, module):
    a, b = 2 * x, module.sin(y)
    c = a / b
    d = z * c
    e = module.log(1 + d)
    return {"f": module.tanh(e), "e": e, "d": d, "c": c, "b": b, "a": a}


def tanh_log_forward(x, y, z):
    return nodes_of(x.item(), y.item(), z.item(), math)


def tanh_log_backward(x, y, z):
    x, y, z = x.item(), y.item(), z.item()
    n = nodes_of(x, y, z, math)
    common = (1 / math.cosh(n["e"]) ** 2) / (1 + n["d"])
    return {
        "df_dz": common * n["c"],
        "df_dy": -common * z * 2 * x * math.cos(y) / math.sin(y) ** 2,
        "df_dx": common * 2 * z / math.sin(y),
        "steps": [n["e"], n["d"]],
    }


def tanh_log_autograd(x, y, z):
    x, y, z = leaf(x), leaf(y), leaf(z)
    f = nodes_of(x, y, z, torch)["f"]
    f.backward(retain_graph=True)
    return {"df_dx": x.grad * 1.0, "df_dy": y.grad, "df_dz": z.grad}
