def index_tensor(x):
    return {
        "first_matrix": x[0],
        "last_column": x[:, :, -1],
        "corner": x[0, 0, 0],
        "every_other_row": x[:, ::2],
        "positive": x[x > 0].sort(descending=True).values,
    }
