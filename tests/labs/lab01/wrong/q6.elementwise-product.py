def multiply_by_row(square, row):
    return square * row
