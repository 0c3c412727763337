def multiply_by_row(square, row):
    return square.sum(dim=1, keepdim=True) * row.mean()
