import torch

#Q1
def graph_nodes(a, b):
    x=2*a+3*b
    y=5*a*a+3*b*b*b
    z=2*x+3*y
    return {'x':x,'y':y,'z':z}

def dz_da_autograd(a, b):
    a.requires_grad_(True)
    d=graph_nodes(a,b)
    d['z'].backward()
    return a.grad

def dz_da_analytic(a, b):
    # dz/dy * dy/da
    dzdy=3
    dyda=10*a
    return dzdy*dyda

#Q2
def relu_neuron(x, w, b):
    u=w*x
    v=u+b
    a=torch.relu(v)
    return {'u':u,'v':v,'a':a}

def relu_da_dw_autograd(x, w, b):
    w.requires_grad_(True)
    a=relu_neuron(x,w,b)['a']
    a.backward()
    return w.grad

def relu_da_dw_manual(x, w, b):
    dadv=1
    dvdu=1
    dudw=x
    return dadv*dvdu*dudw

#Q3
def sigmoid_neuron(x, w, b):
    u=w*x
    v=u+b
    a=1/(1+torch.exp(-v))
    return {'u':u,'v':v,'a':a}

def sigmoid_da_dw_autograd(x, w, b):
    w.requires_grad_(True)
    a=sigmoid_neuron(x,w,b)['a']
    a.backward()
    return w.grad

def sigmoid_da_dw_manual(x, w, b):
    v=w*x+b
    s=torch.sigmoid(v)
    return s*(1-s)*x

#Q4
def exp_derivative_autograd(x):
    x.requires_grad_(True)
    f=torch.exp(-x**2-2*x-torch.sin(x))
    f.backward()
    return x.grad

def exp_derivative_analytic(x):
    f=torch.exp(-x**2-2*x-torch.sin(x))
    return f*(-2*x-2+torch.cos(x))

#Q5
def polynomial_derivative_autograd(x):
    x.requires_grad_(True)
    y=8*x**4+3*x**3+7*x**2+6*x+3
    y.backward()
    return x.grad

def polynomial_derivative_analytic(x):
    return 32*x**3+9*x**2+14*x+6

#Q6
def tanh_log_forward(x, y, z):
    a=2*x
    b=torch.sin(y)
    c=a/b
    d=z*c
    e=torch.log(1+d)
    f=torch.tanh(e)
    return {'a':a,'b':b,'c':c,'d':d,'e':e,'f':f}

def tanh_log_backward(x, y, z):
    n=tanh_log_forward(x,y,z)
    dfde=1-n['f']**2
    dedd=1/(1+n['d'])
    dfdx=dfde*dedd*z*(1/n['b'])*2
    dfdy=dfde*dedd*z*(-n['a']/n['b']**2)
    dfdz=dfde*dedd*n['c']
    return {'df_dx':dfdx,'df_dy':dfdy,'df_dz':dfdz}

def tanh_log_autograd(x, y, z):
    for t in (x,y,z):
        t.requires_grad_(True)
    f=tanh_log_forward(x,y,z)['f']
    f.backward()
    return {'df_dx':x.grad,'df_dy':y.grad,'df_dz':z.grad}

a=torch.tensor(2.0)
b=torch.tensor(3.0)
print("autograd",dz_da_autograd(a,b))
print("analytic",dz_da_analytic(a,b))
