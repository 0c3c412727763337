# Lab 2, functional style. float64 inside, because I like my digits.
import math

import torch
from torch.autograd.functional import jacobian
from torch.func import grad, jacrev

F64 = torch.float64
num = lambda t: t.item()


def graph_nodes(a, b):
    a, b = num(a), num(b)
    x, y = 2 * a + 3 * b, 5 * a ** 2 + 3 * b ** 3
    return dict(z=2 * x + 3 * y, y=y, x=x)

dz_da_autograd = lambda a, b: grad(lambda a: 2 * (2 * a + 3 * b) + 3 * (5 * a ** 2 + 3 * b ** 3))(a.to(F64))
dz_da_analytic = lambda a, b: 4 + 30 * num(a)


def _neuron(act):
    def run(x, w, b):
        x, w, b = map(num, (x, w, b))
        u = w * x
        return {'u': u, 'v': u + b, 'a': act(u + b)}
    return run

relu_neuron = _neuron(lambda v: v if v > 0 else 0)
sigmoid_neuron = _neuron(lambda v: 0.5 * (1 + math.tanh(v / 2)))


def relu_da_dw_autograd(x, w, b):
    return jacobian(lambda w: torch.clamp(w * x + b, min=0), w)

def relu_da_dw_manual(x, w, b):
    return num(x) * (num(w) * num(x) + num(b) > 0)

def sigmoid_da_dw_autograd(x, w, b):
    return grad(lambda w: torch.sigmoid(w * x + b))(w)

def sigmoid_da_dw_manual(x, w, b):
    # sigma'(v) = 1 / (4 cosh^2(v/2))
    v = num(w) * num(x) + num(b)
    return num(x) / (4 * math.cosh(v / 2) ** 2)


def exp_derivative_autograd(x):
    return torch.func.jvp(lambda x: torch.exp(-x * x - 2 * x - torch.sin(x)), (x,), (torch.ones_like(x),))[1]

def exp_derivative_analytic(x):
    x = num(x)
    return -(2 * x + 2 + math.cos(x)) * math.exp(-x * x - 2 * x - math.sin(x))


COEFFS = [8, 3, 7, 6, 3]

def polynomial_derivative_autograd(x):
    def horner(x):
        total = torch.zeros_like(x)
        for c in COEFFS:
            total = total * x + c
        return total
    return grad(horner)(x.to(F64))

def polynomial_derivative_analytic(x):
    degree = len(COEFFS) - 1
    return sum((degree - i) * c * num(x) ** (degree - i - 1) for i, c in enumerate(COEFFS[:-1]))


def tanh_log_forward(x, y, z):
    x, y, z = map(num, (x, y, z))
    a = 2 * x
    b = math.sin(y)
    c = a / b
    d = z * c
    e = math.log1p(d)
    return {'a': a, 'b': b, 'c': c, 'd': d, 'e': e, 'f': math.tanh(e)}

def tanh_log_backward(x, y, z):
    # tanh(ln u) = (u^2 - 1)/(u^2 + 1), so df/du = 4u/(u^2 + 1)^2 with u = 1 + d
    x, y, z = map(num, (x, y, z))
    u = 1 + 2 * x * z / math.sin(y)
    outer = 4 * u / (u * u + 1) ** 2
    return {'df_dx': outer * 2 * z / math.sin(y),
            'df_dy': -outer * 2 * x * z * math.cos(y) / math.sin(y) ** 2,
            'df_dz': outer * 2 * x / math.sin(y)}

def tanh_log_autograd(x, y, z):
    f = lambda x, y, z: torch.tanh(torch.log(1 + z * 2 * x / torch.sin(y)))
    dx, dy, dz = jacrev(f, argnums=(0, 1, 2))(*(t.to(F64) for t in (x, y, z)))
    return {'df_dx': dx.numpy(), 'df_dy': dy.numpy(), 'df_dz': dz.numpy()}
