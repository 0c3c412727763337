import torch
import numpy as np


def reshape_tensor(x, shape):
    return x.reshape(shape)


def flat_view(x):
    return x.view(-1)


def stack_tensors(tensors, dim):
    return torch.stack(tensors, dim)


def squeeze_tensor(x):
    # take the 1s away one after the other until there are none
    i = 0
    while i < x.dim():
        if x.shape[i] == 1:
            x = x.squeeze(i)
        else:
            i = i + 1
    return x


def unsqueeze_tensor(x, dim):
    return x.unsqueeze(dim)


def to_channels_last(images):
    return images.permute(0, 2, 3, 1)


def index_tensor(x):
    rows = []
    i = 0
    while i < x.shape[1]:
        rows.append(x[:, i])
        i = i + 2
    return {
        "first_matrix": x[0],
        "last_column": x[:, :, -1],
        "corner": x[0, 0, 0],
        "every_other_row": torch.stack(rows, 1),
        "positive": x[x > 0],
    }


def numpy_to_tensor(array):
    return torch.tensor(array)


def tensor_to_numpy(tensor):
    return tensor.detach().numpy()


def random_square():
    return torch.rand((7, 7))


def multiply_by_row(square, row):
    return torch.mm(square, row.transpose(0, 1))


def random_pair(device):
    a = torch.rand(2, 3).to(device)
    b = torch.rand(2, 3).to(device)
    return a, b


def multiply_pair(a, b):
    return torch.mm(a.transpose(0, 1), b)


def extreme_values(t):
    flat = t.reshape(-1)
    return torch.sort(flat).values[-1], torch.sort(flat).values[0]


def extreme_indices(t):
    flat = t.reshape(-1)
    largest = 0
    smallest = 0
    i = 1
    while i < len(flat):
        if flat[i] > flat[largest]:
            largest = i
            i = i + 1
        if flat[i - 1] < flat[smallest]:
            smallest = i - 1
    return largest, smallest


def squeezed_random(seed=7):
    torch.manual_seed(seed)
    x = torch.rand(1, 1, 1, 10)
    return x, x.view(10)
