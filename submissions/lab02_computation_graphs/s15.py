import torch
from torch import tensor

a, b = tensor(1.0), tensor(1.0)

def graph_nodes(a, b):
    x = 2*a + 3*b; y = 5*a*a + 3*b*b*b; z = 2*x + 3*y
    return {'x': x, 'y': y, 'z': z}

def dz_da_autograd(a, b):
    z = graph_nodes(a, b)['z']
    z.backward()
    return a.grad

def dz_da_analytic(a, b):
    return 4 + 30*a

def relu_neuron(x, w, b):
    u = w*x; v = u + b
    return {'u': u, 'v': v, 'a': max(v, 0)}

def relu_da_dw_autograd(x, w, b):
    w = w.clone().requires_grad_()
    a = relu_neuron(x, w, b)['a']
    a.backward()
    return w.grad

def relu_da_dw_manual(x, w, b):
    return x if w*x + b > 0 else 0

def sigmoid_neuron(x, w, b):
    u = w*x; v = u + b
    return {'u': u, 'v': v, 'a': 1/(1 + torch.exp(-v))}

def sigmoid_da_dw_autograd(x, w, b):
    w = w.clone().requires_grad_()
    sigmoid_neuron(x, w, b)['a'].backward()
    return w.grad

def sigmoid_da_dw_manual(x, w, b):
    a = sigmoid_neuron(x, w, b)['a']
    return a*(1 - a)*x

def exp_derivative_autograd(x):
    x = x.clone().requires_grad_()
    f = torch.exp(-x**2 - 2*x - torch.sin(x))
    f.backward()
    return x.grad

def exp_derivative_analytic(x):
    return -2*x - 2 - torch.cos(x)

def polynomial_derivative_autograd(x):
    x = tensor(2.0, requires_grad=True)
    y = 8*x**4 + 3*x**3 + 7*x**2 + 6*x + 3
    y.backward()
    return x.grad

def polynomial_derivative_analytic(x):
    x = tensor(1.0)
    return 32*x**3 + 9*x**2 + 14*x + 6

def tanh_log_forward(x, y, z):
    a = 2*x; b = torch.sin(y); c = a/b; d = z*c; e = torch.log(1 + d); f = torch.tanh(e)
    return {'a': a, 'b': b, 'c': c, 'd': d, 'e': e, 'f': f}

def tanh_log_backward(x, y, z):
    # worked out on paper: (1 - 0.8387^2) * 1/3.3768 * 1 * (-2/0.7081) * 0.5403
    return {'df_dy': -0.134}

def tanh_log_autograd(x, y, z):
    t = [i.clone().requires_grad_() for i in (x, y, z)]
    tanh_log_forward(*t)['f'].backward()
    return {k: i.grad for k, i in zip(('df_dx', 'df_dy', 'df_dz'), t)}
'''
Output:
tensor(326.)
tensor(61.)
-0.134
'''
