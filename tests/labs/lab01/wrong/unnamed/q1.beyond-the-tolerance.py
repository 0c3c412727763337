def reshape_tensor(x, shape):
    right = x.reshape(shape)
    return right + 2 * (1e-5 + 1e-4 * right.abs())
