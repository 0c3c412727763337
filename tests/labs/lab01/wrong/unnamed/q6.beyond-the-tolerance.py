def multiply_by_row(square, row):
    right = square @ row.T
    return right + 2 * (1e-5 + 1e-4 * right.abs())
