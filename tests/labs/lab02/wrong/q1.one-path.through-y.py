def dz_da_analytic(a, b):
    return 3 * (10 * a)
