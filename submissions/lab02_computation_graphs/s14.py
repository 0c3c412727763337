import torch
import torch.nn.functional as F

# Q1 --------------------------------------------
def graph_nodes(a, b):
    x = 2*a + 3*b
    y = 5*a*a + 3*b*b*b
    z = 2*x + 3*y
    return dict(x=x, y=y, z=z)

def dz_da_autograd(a, b):
    a = a.requires_grad_(True)
    b = b.requires_grad_(True)
    z = graph_nodes(a, b)['z']
    z.backward()
    return a.grad.item()

def dz_da_analytic(a, b):
    dz_dx, dz_dy = 2, 3
    return dz_dx*2 + dz_dy*10*a.item()

# Q2 --------------------------------------------
def relu_neuron(x, w, b):
    u = w*x
    v = u + b
    a = F.relu(v, inplace=True)
    return dict(u=u, v=v, a=a)

def relu_da_dw_autograd(x, w, b):
    w = w.requires_grad_(True)
    a = relu_neuron(x, w, b)['a']
    a.backward()
    return w.grad.item()

def relu_da_dw_manual(x, w, b):
    v = w*x + b
    return max(v.item(), 0)

# Q3 --------------------------------------------
def sigmoid_neuron(x, w, b):
    u = w*x
    v = u + b
    a = torch.sigmoid(v)
    return dict(u=u, v=v, a=a)

def sigmoid_da_dw_autograd(x, w, b):
    w = w.requires_grad_(True)
    a = sigmoid_neuron(x, w, b)['a']
    a.backward()
    return w.grad.item()

def sigmoid_da_dw_manual(x, w, b):
    a = sigmoid_neuron(x, w, b)['a'].item()
    return a*(1 - a)

# Q4 --------------------------------------------
def exp_derivative_autograd(x):
    x = x.requires_grad_(True)
    f = torch.exp(-x**2 - 2*x - torch.sin(x))
    f.backward()
    return x.grad.item()

def exp_derivative_analytic(x):
    return (torch.exp(-x**2 - 2*x - torch.sin(x))).item()

# Q5 --------------------------------------------
def polynomial_derivative_autograd(x):
    x = x.requires_grad_(True)
    a = 8*x**4
    b = 3*x**3
    c = 7*x**2
    d = 6*x
    f = d + 3
    f.backward()
    return x.grad.item()

def polynomial_derivative_analytic(x):
    x = x.item()
    return 32*x**3 + 9*x**2 + 14*x + 6

# Q6 --------------------------------------------
def tanh_log_forward(x, y, z):
    a = 2*x
    b = torch.sin(y)
    c = a/b
    d = z*c
    e = torch.log(d + 1)
    f = torch.tanh(e)
    return dict(a=a, b=b, c=c, d=d, e=e, f=f)

def tanh_log_backward(x, y, z):
    n = tanh_log_forward(x, y, z)
    dfde = 1 - torch.tanh(n['e'])**2
    dedd = 1/(n['d'] + 1)
    dddc = z
    dcdb = -n['a']/(n['b']**2)
    dbdy = torch.cos(y)
    return dict(df_dy=dfde*dedd*dddc*dcdb*dbdy)

def tanh_log_autograd(x, y, z):
    y = y.requires_grad_(True)
    tanh_log_forward(x, y, z)['f'].backward()
    return dict(df_dy=y.grad)
