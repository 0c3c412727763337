# %% [markdown]
# # Lab 2 · Computation graphs
#
# A computation graph shows how a result is put together: each node is one simple operation, each edge
# hands a value on. Going along the edges gives the value; going back along them, and multiplying the local
# derivative of every node that is passed, gives the gradient.
#
# In each exercise you find a gradient twice: once by PyTorch's automatic differentiation, once by your own
# formula. Compare the two **at the same point** before you hand in.
#
# **For all functions.** Each argument is a 0-dimensional `float32` tensor that does not require a gradient,
# made afresh for each call. Where a function gives *a number*, it may be a Python or NumPy number or a
# tensor with one element, with or without a graph. A dict may hold further keys, in any order. Functions
# named `…_analytic`, `…_manual` and `…_backward` have to work without automatic differentiation.

# %%
from __future__ import annotations

import torch

Number = torch.Tensor | float

# %% [markdown]
# ## q1 · A gradient over two paths
#
# From two inputs `a` and `b`:
#
#     x = 2a + 3b
#     y = 5a² + 3b³
#     z = 2x + 3y
#
# Draw the graph on paper (that part is not handed in). How many paths lead from `z` back to `a`?


# %%
def graph_nodes(a: torch.Tensor, b: torch.Tensor) -> dict[str, Number]:
    """Compute the three nodes of the graph.

    Args:
        a: input, 0-dim float32.
        b: input, 0-dim float32.

    Returns:
        A dict with the numbers `x`, `y` and `z`.
    """
    # BEGIN SOLUTION
    x = 2 * a + 3 * b
    y = 5 * a**2 + 3 * b**3
    z = 2 * x + 3 * y
    return {"x": x, "y": y, "z": z}
    # END SOLUTION


def dz_da_autograd(a: torch.Tensor, b: torch.Tensor) -> Number:
    """Find dz/da by automatic differentiation.

    Args:
        a: input, 0-dim float32, without `requires_grad`.
        b: input, 0-dim float32, without `requires_grad`.

    Returns:
        The derivative of z with respect to a at (a, b), a number.
    """
    # BEGIN SOLUTION
    a = a.clone().requires_grad_()
    graph_nodes(a, b)["z"].backward()
    return a.grad
    # END SOLUTION


def dz_da_analytic(a: torch.Tensor, b: torch.Tensor) -> Number:
    """Find dz/da by the chain rule, without automatic differentiation.

    Args:
        a: input, 0-dim float32.
        b: input, 0-dim float32.

    Returns:
        The derivative of z with respect to a at (a, b), a number.
    """
    # BEGIN SOLUTION
    dz_dx, dz_dy = 2, 3
    dx_da, dy_da = 2, 10 * a
    return dz_dx * dx_da + dz_dy * dy_da
    # END SOLUTION


# %% [markdown]
# ## q2 · A neuron with ReLU
#
#     u = w·x        v = u + b        a = max(0, v)
#
# The gradient asked for is da/dw: how does the output answer to a small change of the weight? Your functions
# are called where v is positive and where it is negative, never at v = 0.


# %%
def relu_neuron(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> dict[str, Number]:
    """Compute the nodes of a neuron with ReLU.

    Args:
        x: input, 0-dim float32.
        w: weight, 0-dim float32.
        b: bias, 0-dim float32.

    Returns:
        A dict with the numbers `u` (weighted input), `v` (with the bias) and `a` (activation).
    """
    # BEGIN SOLUTION
    u = w * x
    v = u + b
    return {"u": u, "v": v, "a": torch.relu(v)}
    # END SOLUTION


def relu_da_dw_autograd(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> Number:
    """Find da/dw of the ReLU neuron by automatic differentiation.

    Args:
        x: input, 0-dim float32, without `requires_grad`.
        w: weight, 0-dim float32, without `requires_grad`.
        b: bias, 0-dim float32, without `requires_grad`.

    Returns:
        The derivative of a with respect to w, a number.
    """
    # BEGIN SOLUTION
    w = w.clone().requires_grad_()
    relu_neuron(x, w, b)["a"].backward()
    return w.grad
    # END SOLUTION


def relu_da_dw_manual(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> Number:
    """Find da/dw of the ReLU neuron by the chain rule, without automatic differentiation.

    Args:
        x: input, 0-dim float32.
        w: weight, 0-dim float32.
        b: bias, 0-dim float32.

    Returns:
        The derivative of a with respect to w, a number.
    """
    # BEGIN SOLUTION
    v = relu_neuron(x, w, b)["v"]
    da_dv = 1.0 if v > 0 else 0.0
    return da_dv * x
    # END SOLUTION


# %% [markdown]
# ## q3 · The same neuron with a sigmoid
#
#     u = w·x        v = u + b        a = σ(v) = 1 / (1 + exp(−v))
#
# Again da/dw. Large |v| (up to 30) is tried once: the gradient is nearly zero there, and has to stay finite.


# %%
def sigmoid_neuron(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> dict[str, Number]:
    """Compute the nodes of a neuron with a sigmoid.

    Args:
        x: input, 0-dim float32.
        w: weight, 0-dim float32.
        b: bias, 0-dim float32.

    Returns:
        A dict with the numbers `u` (weighted input), `v` (with the bias) and `a` (activation, in 0…1).
    """
    # BEGIN SOLUTION
    u = w * x
    v = u + b
    return {"u": u, "v": v, "a": torch.sigmoid(v)}
    # END SOLUTION


def sigmoid_da_dw_autograd(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> Number:
    """Find da/dw of the sigmoid neuron by automatic differentiation.

    Args:
        x: input, 0-dim float32, without `requires_grad`.
        w: weight, 0-dim float32, without `requires_grad`.
        b: bias, 0-dim float32, without `requires_grad`.

    Returns:
        The derivative of a with respect to w, a number.
    """
    # BEGIN SOLUTION
    w = w.clone().requires_grad_()
    sigmoid_neuron(x, w, b)["a"].backward()
    return w.grad
    # END SOLUTION


def sigmoid_da_dw_manual(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> Number:
    """Find da/dw of the sigmoid neuron by the chain rule, without automatic differentiation.

    Args:
        x: input, 0-dim float32.
        w: weight, 0-dim float32.
        b: bias, 0-dim float32.

    Returns:
        The derivative of a with respect to w, a number.
    """
    # BEGIN SOLUTION
    a = sigmoid_neuron(x, w, b)["a"]
    da_dv = a * (1 - a)
    return da_dv * x
    # END SOLUTION


# %% [markdown]
# ## q4 · An exponential
#
#     f(x) = exp(−x² − 2x − sin x)


# %%
def exp_derivative_autograd(x: torch.Tensor) -> Number:
    """Find df/dx by automatic differentiation.

    Args:
        x: where to take the derivative, 0-dim float32, without `requires_grad`.

    Returns:
        The derivative of f at x, a number.
    """
    # BEGIN SOLUTION
    x = x.clone().requires_grad_()
    f = torch.exp(-(x**2) - 2 * x - torch.sin(x))
    f.backward()
    return x.grad
    # END SOLUTION


def exp_derivative_analytic(x: torch.Tensor) -> Number:
    """Find df/dx by your own formula, without automatic differentiation.

    Args:
        x: where to take the derivative, 0-dim float32.

    Returns:
        The derivative of f at x, a number.
    """
    # BEGIN SOLUTION
    f = torch.exp(-(x**2) - 2 * x - torch.sin(x))
    return f * (-2 * x - 2 - torch.cos(x))
    # END SOLUTION


# %% [markdown]
# ## q5 · A polynomial
#
#     y = 8x⁴ + 3x³ + 7x² + 6x + 3
#
# At x = 2 the derivative is 326.


# %%
def polynomial_derivative_autograd(x: torch.Tensor) -> Number:
    """Find dy/dx by automatic differentiation.

    Args:
        x: where to take the derivative, 0-dim float32, without `requires_grad`.

    Returns:
        The derivative of y at x, a number.
    """
    # BEGIN SOLUTION
    x = x.clone().requires_grad_()
    y = 8 * x**4 + 3 * x**3 + 7 * x**2 + 6 * x + 3
    y.backward()
    return x.grad
    # END SOLUTION


def polynomial_derivative_analytic(x: torch.Tensor) -> Number:
    """Find dy/dx by your own formula, without automatic differentiation.

    Args:
        x: where to take the derivative, 0-dim float32.

    Returns:
        The derivative of y at x, a number.
    """
    # BEGIN SOLUTION
    return 32 * x**3 + 9 * x**2 + 14 * x + 6
    # END SOLUTION


# %% [markdown]
# ## q6 · Forward and backward through a longer graph
#
# f(x, y, z) = tanh(ln(1 + z·2x / sin y)), one node at a time:
#
#     a = 2x      b = sin y      c = a / b      d = z·c      e = ln(1 + d)      f = tanh e
#
# Your functions are called only where sin y ≠ 0 and 1 + d > 0. The derivative with respect to y carries most
# of the marks; x and z count on their own, so a dict without them still earns its part.


# %%
def tanh_log_forward(x: torch.Tensor, y: torch.Tensor, z: torch.Tensor) -> dict[str, Number]:
    """Compute the six nodes of the graph.

    Args:
        x: input, 0-dim float32.
        y: input in radians, 0-dim float32.
        z: input, 0-dim float32.

    Returns:
        A dict with the numbers `a`, `b`, `c`, `d`, `e` and `f`.
    """
    # BEGIN SOLUTION
    a = 2 * x
    b = torch.sin(y)
    c = a / b
    d = z * c
    e = torch.log(1 + d)
    return {"a": a, "b": b, "c": c, "d": d, "e": e, "f": torch.tanh(e)}
    # END SOLUTION


def tanh_log_backward(x: torch.Tensor, y: torch.Tensor, z: torch.Tensor) -> dict[str, Number]:
    """Go back through the graph node by node, without automatic differentiation.

    Args:
        x: input, 0-dim float32.
        y: input in radians, 0-dim float32.
        z: input, 0-dim float32.

    Returns:
        A dict with the numbers `df_dx`, `df_dy` and `df_dz`.
    """
    # BEGIN SOLUTION
    nodes = tanh_log_forward(x, y, z)
    df_de = 1 - nodes["f"] ** 2
    df_dd = df_de / (1 + nodes["d"])
    df_dc = df_dd * z
    df_da = df_dc / nodes["b"]
    df_db = df_dc * (-nodes["a"] / nodes["b"] ** 2)
    return {"df_dx": df_da * 2, "df_dy": df_db * torch.cos(y), "df_dz": df_dd * nodes["c"]}
    # END SOLUTION


def tanh_log_autograd(x: torch.Tensor, y: torch.Tensor, z: torch.Tensor) -> dict[str, Number]:
    """Find the same three derivatives by automatic differentiation.

    Args:
        x: input, 0-dim float32, without `requires_grad`.
        y: input in radians, 0-dim float32, without `requires_grad`.
        z: input, 0-dim float32, without `requires_grad`.

    Returns:
        A dict with the numbers `df_dx`, `df_dy` and `df_dz`.
    """
    # BEGIN SOLUTION
    inputs = [value.clone().requires_grad_() for value in (x, y, z)]
    gradients = torch.autograd.grad(tanh_log_forward(*inputs)["f"], inputs)
    return dict(zip(("df_dx", "df_dy", "df_dz"), gradients, strict=True))
    # END SOLUTION
