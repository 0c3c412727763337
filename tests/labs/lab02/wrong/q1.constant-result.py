def dz_da_analytic(a, b):
    return 64
