# -*- coding: utf-8 -*-
# Übungsblatt 2 – Rechengraphen
import torch


def graph_nodes(a, b):
    x = 2 * a + 3 * b
    y = 5 * a ** 2 + 3 * b ** 3
    z = 2 * x + 3 * y
    return {"x": x, "y": y, "z": z}


def dz_da_autograd(a, b):
    a = torch.tensor(float(a), requires_grad=True)
    z = graph_nodes(a, b)["z"]
    z.backward()
    return a.grad


def dz_da_analytic(a, b):
    # ∂z/∂x · ∂x/∂a + ∂z/∂y · ∂y/∂a
    return 2 * 2 + 3 * 10 * a


def relu_neuron(x, w, b):
	u = w * x
	v = u + b
	return {"u": u, "v": v, "a": torch.relu(v)}


def relu_da_dw_autograd(x, w, b):
	w = torch.tensor(float(w), requires_grad=True)
	relu_neuron(x, w, b)["a"].backward()
	return w.grad


def relu_da_dw_manual(x, w, b):
	if w * x + b > 0:
		return x
	else:
		return 0


def sigmoid_neuron(x, w, b):
    u = w * x
    v = u + b
    return {"u": u, "v": v, "a": torch.sigmoid(v)}


def sigmoid_da_dw_autograd(x, w, b):
    w = torch.tensor(float(w), requires_grad=True)
    sigmoid_neuron(x, w, b)["a"].backward()
    return w.grad


def sigmoid_da_dw_manual(x, w, b):
    σ = torch.sigmoid(w * x + b)
    return σ * (1 - σ) * x


def exp_derivative_autograd(x):
    x = torch.tensor(float(x), requires_grad=True)
    f = torch.exp(-x ** 2 - 2 * x - torch.sin(x))
    f.backward()
    return x.grad


def exp_derivative_analytic(x):
    return torch.exp(-x ** 2 - 2 * x - torch.sin(x)) * (-2 * x - 2 - torch.cos(x))


def polynomial_derivative_autograd(x):
    x = torch.tensor(float(x), requires_grad=True)
    y = 8 * x ** 4 + 3 * x ** 3 + 7 * x ** 2 + 6 * x + 3
    y.backward()
    return x.grad


def polynomial_derivative_analytic(x):
    return 32 * x ** 3 + 9 * x ** 2 + 14 * x + 6


def tanh_log_forward(x, y, z):
    a = 2 * x
    b = torch.sin(y)
    c = a / b
    d = z * c
    e = torch.log(1 + d)
    return {"a": a, "b": b, "c": c, "d": d, "e": e, "f": torch.tanh(e)}


def tanh_log_autograd(x, y, z):
    x, y, z = (torch.tensor(float(t), requires_grad=True) for t in (x, y, z))
    tanh_log_forward(x, y, z)["f"].backward()
    return {"df_dx": x.grad, "df_dy": y.grad, "df_dz": z.grad}
