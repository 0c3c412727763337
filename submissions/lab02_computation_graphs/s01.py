"""Lab 2: computation graphs. All six exercises, each derivative checked against autograd."""
import torch


def tracked(t):
    """A copy of t that autograd follows."""
    return t.detach().clone().requires_grad_(True)


# ---------------------------------------------------------------- Question 1
def graph_nodes(a, b):
    x = 2*a + 3*b
    y = 5*a*a + 3*b*b*b
    z = 2*x + 3*y
    return {"x": x, "y": y, "z": z}


def dz_da_autograd(a, b):
    a = tracked(a)
    z = graph_nodes(a, b)["z"]
    z.backward()
    return a.grad


def dz_da_analytic(a, b):
    # z -> x -> a gives 2*2, z -> y -> a gives 3*10a
    via_x = 2 * 2
    via_y = 3 * (10*a)
    return via_x + via_y


# ---------------------------------------------------------------- Question 2
def relu_neuron(x, w, b):
    u = w*x
    v = u + b
    a = torch.relu(v)
    return {"u": u, "v": v, "a": a}


def relu_da_dw_autograd(x, w, b):
    w = tracked(w)
    relu_neuron(x, w, b)["a"].backward()
    return w.grad


def relu_da_dw_manual(x, w, b):
    v = relu_neuron(x, w, b)["v"]
    if v > 0:
        return 1 * x
    return torch.tensor(0.0)


# ---------------------------------------------------------------- Question 3
def sigmoid_neuron(x, w, b):
    u = w*x
    v = u + b
    a = torch.sigmoid(v)
    return {"u": u, "v": v, "a": a}


def sigmoid_da_dw_autograd(x, w, b):
    w = tracked(w)
    sigmoid_neuron(x, w, b)["a"].backward()
    return w.grad


def sigmoid_da_dw_manual(x, w, b):
    a = sigmoid_neuron(x, w, b)["a"]
    da_dv = a * (1 - a)
    dv_du = 1
    du_dw = x
    return da_dv * dv_du * du_dw


# ---------------------------------------------------------------- Question 4
def f(x):
    return torch.exp(-x**2 - 2*x - torch.sin(x))


def exp_derivative_autograd(x):
    x = tracked(x)
    f(x).backward()
    return x.grad


def exp_derivative_analytic(x):
    return f(x) * (-2*x - 2 - torch.cos(x))


# ---------------------------------------------------------------- Question 5
def polynomial_derivative_autograd(x):
    x = tracked(x)
    y = 8*x**4 + 3*x**3 + 7*x**2 + 6*x + 3
    y.backward()
    return x.grad


def polynomial_derivative_analytic(x):
    return 32*x**3 + 9*x**2 + 14*x + 6


# ---------------------------------------------------------------- Question 6
def tanh_log_forward(x, y, z):
    a = 2*x
    b = torch.sin(y)
    c = a / b
    d = z * c
    e = torch.log(1 + d)
    f = torch.tanh(e)
    return {"a": a, "b": b, "c": c, "d": d, "e": e, "f": f}


def tanh_log_backward(x, y, z):
    n = tanh_log_forward(x, y, z)
    df_de = 1 - n["f"]**2
    de_dd = 1 / (1 + n["d"])
    dd_dc = z
    dd_dz = n["c"]
    dc_da = 1 / n["b"]
    dc_db = -n["a"] / n["b"]**2
    da_dx = 2
    db_dy = torch.cos(y)
    return {
        "df_dx": df_de * de_dd * dd_dc * dc_da * da_dx,
        "df_dy": df_de * de_dd * dd_dc * dc_db * db_dy,
        "df_dz": df_de * de_dd * dd_dz,
    }


def tanh_log_autograd(x, y, z):
    x, y, z = tracked(x), tracked(y), tracked(z)
    tanh_log_forward(x, y, z)["f"].backward()
    return {"df_dx": x.grad, "df_dy": y.grad, "df_dz": z.grad}


if __name__ == "__main__":
    p = torch.tensor(2.0)
    print(polynomial_derivative_autograd(p), polynomial_derivative_analytic(p))
