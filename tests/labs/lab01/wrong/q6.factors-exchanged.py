def multiply_by_row(square, row):
    return row @ square
