def dz_da_analytic(a, b):
    return dz_da_autograd(a, b)
