def index_tensor(x):
    return x[0], x[:, :, -1], x[0, 0, 0], x[:, ::2], x[x > 0]
