import torch

# only the autograd versions, ran out of time for the formulas

def graph_nodes(a, b):
    x = 2 * a + 3 * b
    y = 5 * a ** 2 + 3 * b ** 3
    return {"x": x, "y": y, "z": 2 * x + 3 * y}

def dz_da_autograd(a, b):
    a.requires_grad = True
    graph_nodes(a, b)["z"].backward()
    return a.grad

def dz_da_analytic(a, b):
    raise NotImplementedError

def relu_neuron(x, w, b):
    u = x * w
    v = u + b
    return {"u": u, "v": v, "a": torch.nn.functional.relu(v)}

def relu_da_dw_autograd(x, w, b):
    w.requires_grad = True
    relu_neuron(x, w, b)["a"].backward()
    return w.grad

def relu_da_dw_manual(x, w, b):
    pass

def sigmoid_neuron(x, w, b):
    u = x * w
    v = u + b
    return {"u": u, "v": v, "a": torch.sigmoid(v)}

def sigmoid_da_dw_autograd(x, w, b):
    w.requires_grad = True
    sigmoid_neuron(x, w, b)["a"].backward()
    return w.grad

def exp_derivative_autograd(x):
    x.requires_grad = True
    torch.exp(-x ** 2 - 2 * x - torch.sin(x)).backward()
    return x.grad

def exp_derivative_analytic(x):
    # same thing?
    return exp_derivative_autograd(x)

def polynomial_derivative_autograd(x):
    x.requires_grad = True
    y = 8 * x ** 4 + 3 * x ** 3 + 7 * x ** 2 + 6 * x + 3
    y.backward()
    return x.grad
