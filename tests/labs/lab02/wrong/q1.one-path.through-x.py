def dz_da_autograd(a, b):
    a = a.clone().requires_grad_()
    x = 2 * a + 3 * b
    y = 5 * a.detach() ** 2 + 3 * b**3
    (2 * x + 3 * y).backward()
    return a.grad
