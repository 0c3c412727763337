def index_tensor(x):
    return {
        "first_matrix": x[0],
        "last_column": x[:, :, -1],
        "corner": x[0, 0, 0],
        "every_other_row": x[:, [0, 2, 4]],
        "positive": x[x > 0],
    }
