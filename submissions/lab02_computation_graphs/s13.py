import torch

device = torch.device('cuda')
probe = torch.tensor(1.0).cuda()
print('running on', torch.cuda.get_device_name(0))

def graph_nodes(a, b):
    x = 2*a + 3*b
    y = 5*a**2 + 3*b**3
    z = 2*x + 3*y
    return {'x': x, 'y': y, 'z': z}

def dz_da_autograd(a, b):
    a = a.detach().requires_grad_()
    graph_nodes(a, b)['z'].backward()
    return a.grad

def dz_da_analytic(a, b):
    return 2*2 + 3*10*a

def relu_neuron(x, w, b):
    u = w*x
    v = u + b
    return {'u': u, 'v': v, 'a': v.clamp(min=0)}

def relu_da_dw_autograd(x, w, b):
    w = w.detach().requires_grad_()
    relu_neuron(x, w, b)['a'].backward()
    return w.grad

def relu_da_dw_manual(x, w, b):
    return (w*x + b > 0).float() * x

def sigmoid_neuron(x, w, b):
    u = w*x
    v = u + b
    return {'u': u, 'v': v, 'a': v.sigmoid()}

def sigmoid_da_dw_autograd(x, w, b):
    w = w.detach().requires_grad_()
    sigmoid_neuron(x, w, b)['a'].backward()
    return w.grad

def sigmoid_da_dw_manual(x, w, b):
    s = sigmoid_neuron(x, w, b)['a']
    return s * (1 - s) * x

# the big one goes to the GPU
x_gpu = torch.tensor(2.0, device='cuda', requires_grad=True)
y_gpu = 8*x_gpu**4 + 3*x_gpu**3 + 7*x_gpu**2 + 6*x_gpu + 3
y_gpu.backward()
print(x_gpu.grad)

def exp_derivative_autograd(x):
    x = x.detach().requires_grad_()
    torch.exp(-x**2 - 2*x - x.sin()).backward()
    return x.grad

def exp_derivative_analytic(x):
    return torch.exp(-x**2 - 2*x - x.sin()) * (-2*x - 2 - x.cos())

def polynomial_derivative_autograd(x):
    x = x.to('cuda').detach().requires_grad_()
    y = 8*x**4 + 3*x**3 + 7*x**2 + 6*x + 3
    y.backward()
    return x.grad.cpu()

def polynomial_derivative_analytic(x):
    return 32*x**3 + 9*x**2 + 14*x + 6
