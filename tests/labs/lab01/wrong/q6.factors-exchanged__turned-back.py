def multiply_by_row(square, row):
    return torch.mm(row, square).T
