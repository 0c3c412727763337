def multiply_pair(a, b):
    return a @ b.reshape(3, 2)
