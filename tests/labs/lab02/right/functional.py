"""torch.func and torch.autograd.functional, and formulas in float32 tensors, expanded."""

import numpy as np
import torch
from torch import func
from torch.autograd.functional import jacobian, vjp


def z_of(a, b):
    return 2 * (2 * a + 3 * b) + 3 * (5 * a**2 + 3 * b**3)


def graph_nodes(a, b):
    return {"x": 2 * a + 3 * b, "y": 5 * torch.square(a) + 3 * torch.pow(b, 3), "z": z_of(a, b)}


dz_da_autograd = func.grad(z_of)


def dz_da_analytic(a, b):
    with torch.no_grad():
        return torch.stack([torch.tensor(4.0), 30 * a]).sum().reshape(1, 1)


def relu_a(w, x, b):
    return torch.nn.functional.relu(w * x + b)


def relu_neuron(x, w, b):
    u = torch.mul(w, x)
    v = torch.add(u, b)
    a = v if v > 0 else v * 0
    return {"u": u.reshape(1), "v": v.reshape(1), "a": a.reshape(1)}


def relu_da_dw_autograd(x, w, b):
    return func.grad(relu_a)(w, x, b)


def relu_da_dw_manual(x, w, b):
    return torch.heaviside(w * x + b, torch.tensor(0.0)) * x


def sigmoid_a(w, x, b):
    return torch.nn.Sigmoid()(w * x + b)


def sigmoid_neuron(x, w, b):
    u = w * x
    return {"u": u.numpy(), "v": (u + b).numpy(), "a": np.float32(sigmoid_a(w, x, b))}


def sigmoid_da_dw_autograd(x, w, b):
    return jacobian(lambda weight: sigmoid_a(weight, x, b), w)


def sigmoid_da_dw_manual(x, w, b):
    v = w * x + b
    return torch.sigmoid(v) * torch.sigmoid(-v) * x


def f_of(x):
    return torch.exp(-x * (x + 2)) * torch.exp(-torch.sin(x))


def exp_derivative_autograd(x):
    value, slope = func.jvp(f_of, (x,), (torch.ones(()),))
    return slope


def exp_derivative_analytic(x):
    f = f_of(x)
    return -2 * x * f - 2 * f - torch.cos(x) * f


def y_of(x):
    return sum(c * x**p for p, c in enumerate((3, 6, 7, 3, 8)))


def polynomial_derivative_autograd(x):
    return vjp(y_of, x)[1]


def polynomial_derivative_analytic(x):
    return np.polyval(np.polyder([8, 3, 7, 6, 3]), x.numpy())


def f_xyz(x, y, z):
    return torch.tanh(torch.log1p(z * 2 * x / torch.sin(y)))


def tanh_log_forward(x, y, z):
    a, b = x + x, y.sin()
    c = a.div(b)
    d = c.mul(z)
    e = torch.log1p(d)
    return {"a": a, "b": b, "c": c, "d": d, "e": e, "f": e.tanh()}


def tanh_log_backward(x, y, z):
    # tanh(ln u) = (u² − 1) / (u² + 1)
    u = 1 + 2 * x * z / torch.sin(y)
    df_du = 4 * u / (u * u + 1) ** 2
    du_dy = -2 * x * z * torch.cos(y) / torch.sin(y) ** 2
    return {"df_dx": df_du * 2 * z / y.sin(), "df_dy": df_du * du_dy, "df_dz": df_du * 2 * x / y.sin()}


def tanh_log_autograd(x, y, z):
    slopes = func.jacrev(f_xyz, argnums=(0, 1, 2))(x, y, z)
    return dict(zip(("df_dx", "df_dy", "df_dz"), slopes))
