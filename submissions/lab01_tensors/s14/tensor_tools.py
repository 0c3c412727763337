import torch

SIDE = 7


def flatten(x):
    return x.view(-1)


def sizes_without_ones(x):
    return [n for n in x.shape if n != 1]


def turned(x):
    return x.transpose(0, 1)


def draw(rows, columns, device):
    return torch.rand(rows, columns).to(device)


def pick(x):
    return {
        "first_matrix": x[0],
        "last_column": x[:, :, -1],
        "corner": x[0, 0, 0],
        "every_other_row": x[:, ::2],
        "positive": x[x > 0],
    }
