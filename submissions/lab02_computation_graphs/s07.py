import torch

def graph_nodes(a, b):
    x = 2*a + 3*b
    y = 5*a*a + 3*b*b*b
    z = 2*x + 3*y
    return {"x": x, "y": y, "z": z}

def dz_da_autograd(a, b):
    a = a.clone().requires_grad_()
    z = graph_nodes(a, b)["z"]
    z.backward()
    return a.grad

def dz_da_analytic(a, b):
    return 4 + 30a

def polynomial_derivative_analytic(x):
    return 32*x**3 + 9*x**2 + 14*x + 6
