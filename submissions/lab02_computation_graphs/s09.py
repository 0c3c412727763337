# LAB 2
import numpy as np
import torch
import matplotlib.pyplot as plt

def graph_nodes(a, b):
    x = 2*a + 3*b
    y = 5*a*a + 3*b*b*b
    z = 2*x + 3*y
    return {"x": x, "y": y, "z": z}

def dz_da_autograd(a, b):
    a = a.clone().detach().requires_grad_(True)
    z = graph_nodes(a, b)["z"]
    z.backward()
    print("dz/da =", a.grad)
    return a.grad

def dz_da_analytic(a, b):
    return 4 + 30*a

for i in range(3000):
    a = torch.tensor(i / 1000.0)
    b = torch.tensor(1.0)
    print("step", i, "a =", a.item(), "dz/da autograd", dz_da_autograd(a, b).item(), "analytic", dz_da_analytic(a, b).item())

def relu_neuron(x, w, b):
    u = w*x
    v = u + b
    a = torch.maximum(v, torch.tensor(0.0))
    return {"u": u, "v": v, "a": a}

def relu_da_dw_autograd(x, w, b):
    w = w.clone().detach().requires_grad_(True)
    a = relu_neuron(x, w, b)["a"]
    a.backward()
    return w.grad

def relu_da_dw_manual(x, w, b):
    v = w*x + b
    return torch.where(v > 0, x, torch.tensor(0.0))

def sigmoid_neuron(x, w, b):
    u = w*x
    v = u + b
    a = 1/(1 + torch.exp(-v))
    return {"u": u, "v": v, "a": a}

def sigmoid_da_dw_autograd(x, w, b):
    w = w.clone().detach().requires_grad_(True)
    a = sigmoid_neuron(x, w, b)["a"]
    a.backward()
    return w.grad

def sigmoid_da_dw_manual(x, w, b):
    # like grad_sigmoid_manual in the manual
    v = (w*x + b).item()
    a = -v
    bb = np.exp(a)
    c = 1 + bb
    s = 1.0/c
    dsdc = -1.0/(c**2)
    dsda = dsdc * bb
    dsdv = dsda * (-1)
    return dsdv * x.item()

ws = np.linspace(-5, 5, 200)
plt.figure()
plt.plot(ws, [relu_neuron(torch.tensor(1.0), torch.tensor(float(w)), torch.tensor(0.5))["a"].item() for w in ws], label="relu")
plt.plot(ws, [sigmoid_neuron(torch.tensor(1.0), torch.tensor(float(w)), torch.tensor(0.5))["a"].item() for w in ws], label="sigmoid")
plt.legend()
plt.title("the two neurons")
plt.show()

def exp_derivative_autograd(x):
    x = x.clone().detach().requires_grad_(True)
    f = torch.exp(-x**2 - 2*x - torch.sin(x))
    f.backward()
    return x.grad

def exp_derivative_analytic(x):
    f = torch.exp(-x**2 - 2*x - torch.sin(x))
    return f*(-2*x - 2 - torch.cos(x))

plt.figure()
xs = np.linspace(-3, 1, 100)
plt.plot(xs, [exp_derivative_analytic(torch.tensor(float(x))).item() for x in xs], "r--")
plt.savefig("derivative.png")
plt.show()

def polynomial_derivative_autograd(x):
    x = x.clone().detach().requires_grad_(True)
    y = 8*x**4 + 3*x**3 + 7*x**2 + 6*x + 3
    y.backward()
    return x.grad

def polynomial_derivative_analytic(x):
    return 32*x**3 + 9*x**2 + 14*x + 6

def tanh_log_forward(x, y, z):
    a = 2*x
    b = torch.sin(y)
    c = a/b
    d = z*c
    e = torch.log(1 + d)
    f = torch.tanh(e)
    return {"a": a, "b": b, "c": c, "d": d, "e": e, "f": f}

def tanh_log_backward(x, y, z):
    n = tanh_log_forward(x, y, z)
    df_de = 1 - n["f"]**2
    df_dd = df_de / (n["d"] + 1)
    df_dc = df_dd * z
    return {
        "df_dx": df_dc * 2 / n["b"],
        "df_dy": df_dc * n["a"] / n["b"]**2 * torch.cos(y),
        "df_dz": df_dd * n["c"],
    }

def tanh_log_autograd(x, y, z):
    x = x.clone().detach().requires_grad_(True)
    y = y.clone().detach().requires_grad_(True)
    z = z.clone().detach().requires_grad_(True)
    f = tanh_log_forward(x, y, z)["f"]
    f.backward()
    return {"df_dx": x.grad, "df_dy": y.grad, "df_dz": z.grad}

print("DONE")
