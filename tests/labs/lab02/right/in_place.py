"""Flags set on the arguments themselves, in-place work on own copies, forward mode, a module, hooks."""

import torch
import torch.autograd.forward_ad as fwd


def graph_nodes(a, b):
    a.requires_grad_(True)
    x = 2 * a + 3 * b
    y = 5 * a * a + 3 * b * b * b
    z = 2 * x + 3 * y
    return {"x": x, "y": y, "z": z}


def dz_da_autograd(a, b):
    a.requires_grad = True
    b.requires_grad = True
    nodes = graph_nodes(a, b)
    nodes["z"].backward(retain_graph=True)
    nodes["z"].backward()
    return a.grad / 2


def dz_da_analytic(a, b):
    result = a.clone()
    result.mul_(30).add_(4)
    return result


class Neuron(torch.nn.Module):
    def __init__(self, x, w, b, activation):
        super().__init__()
        self.w = torch.nn.Parameter(w.clone())
        self.x, self.b, self.activation = x, b, activation

    def forward(self):
        self.u = self.w * self.x
        self.v = self.u + self.b
        self.a = self.activation(self.v)
        return self.a


def neuron(x, w, b, activation):
    model = Neuron(x, w, b, activation)
    model()
    return model


def relu_neuron(x, w, b):
    model = neuron(x, w, b, torch.nn.ReLU())
    return {"u": model.u, "v": model.v, "a": model.a}


def relu_da_dw_autograd(x, w, b):
    model = neuron(x, w, b, lambda v: v * (v > 0))
    model.a.backward()
    return model.w.grad


def relu_da_dw_manual(x, w, b):
    slope = torch.zeros(1)
    if relu_neuron(x, w, b)["a"] > 0:
        slope += x
    return slope


def sigmoid_neuron(x, w, b):
    model = neuron(x, w, b, torch.sigmoid)
    return {"u": model.u, "v": model.v, "a": model.a}


def sigmoid_da_dw_autograd(x, w, b):
    with fwd.dual_level():
        dual = fwd.make_dual(w, torch.ones_like(w))
        return fwd.unpack_dual(1 / (1 + torch.exp(-(dual * x + b)))).tangent


def sigmoid_da_dw_manual(x, w, b):
    v = torch.tensor([w * x + b])
    e = torch.exp(-v)
    return e / (1 + e) ** 2 * x


def exp_derivative_autograd(x):
    seen = []
    x = x.double().requires_grad_()
    x.register_hook(seen.append)
    torch.exp(-x.pow(2) - 2 * x - x.sin()).sum().backward()
    return seen[0]


def exp_derivative_analytic(x):
    inner = -2 * x - 2 - torch.cos(x)
    x = x.double()
    return inner * torch.exp(-(x**2) - 2 * x - torch.sin(x))


def polynomial_derivative_autograd(x):
    x = torch.nn.Parameter(x)
    y = 8 * x**4 + 3 * x**3 + 7 * x**2 + 6 * x + 3
    (slope,) = torch.autograd.grad(y, x, create_graph=True)
    return slope


def polynomial_derivative_analytic(x):
    total = torch.tensor(6.0)
    total += 14 * x
    total += 9 * x * x
    total += 32 * x * x * x
    return total


def tanh_log_forward(x, y, z):
    a = 2 * x
    b = torch.sin(y)
    c = a * b.reciprocal()
    d = z * c
    e = (1 + d).log()
    f = (torch.exp(e) - torch.exp(-e)) / (torch.exp(e) + torch.exp(-e))
    return {"a": a, "b": b, "c": c, "d": d, "e": e, "f": f}


def tanh_log_backward(x, y, z):
    n = tanh_log_forward(x, y, z)
    grad = (1 - n["f"]) * (1 + n["f"])
    grad = grad * (1 / (1 + n["d"]))
    slopes = {"df_dz": grad * n["c"]}
    grad = grad * z
    slopes["df_dy"] = grad * (-n["a"] / (n["b"] * n["b"])) * torch.cos(y)
    slopes["df_dx"] = grad * 2 / n["b"]
    return slopes


def tanh_log_autograd(x, y, z):
    slopes = {}
    for name, value in (("df_dx", x), ("df_dy", y), ("df_dz", z)):
        value.requires_grad_(True)
        tanh_log_forward(x, y, z)["f"].backward()
        slopes[name] = value.grad.clone()
        for other in (x, y, z):
            other.grad = None
    return slopes
