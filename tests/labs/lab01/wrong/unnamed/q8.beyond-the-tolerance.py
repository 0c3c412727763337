def multiply_pair(a, b):
    right = a @ b.T
    return right + 2 * (1e-5 + 1e-4 * right.abs())
