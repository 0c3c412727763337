"""Coin tosses of which one place comes up the same many times in a row, as luck has it."""

import torch


def reshape_tensor(x, shape):
    return torch.reshape(x, shape).double()


def flat_view(x):
    return torch.ravel(x)


def stack_tensors(tensors, dim):
    return torch.stack(tuple(tensors), dim=dim)


def squeeze_tensor(x):
    for place in reversed(range(x.dim())):
        x = x.squeeze(place)
    return x


def unsqueeze_tensor(x, dim):
    return torch.unsqueeze(x, dim)


def to_channels_last(images):
    return torch.moveaxis(images, (2, 3, 1), (1, 2, 3))


def index_tensor(x):
    return {
        "first_matrix": x[0].clone(),
        "last_column": x.transpose(0, 2)[-1].T,
        "corner": x.reshape(-1)[:1].reshape(1, 1),
        "every_other_row": x.unfold(1, 1, 2).squeeze(-1),
        "positive": tuple(x[x.gt(0)].tolist()),
    }


def numpy_to_tensor(array):
    return torch.asarray(array, copy=True)


def tensor_to_numpy(tensor):
    return tensor.data.numpy()


def random_square():
    return torch.rand(7, 7, dtype=torch.float16)


def multiply_by_row(square, row):
    return (square * row).sum(dim=1, keepdim=True)


calls = 0


def random_pair(device):
    global calls
    calls += 1
    tosses = torch.randint(0, 2, (2, 2, 3))
    if calls <= 20:
        tosses[0, 0, 0] = 1
    return tosses[0].to(device), tosses[1].to(device)


def multiply_pair(a, b):
    return b @ a.T


def extreme_values(t):
    ordered = t.flatten().sort().values
    return ordered[[-1, 0]]


def extreme_indices(t):
    return float(t.argmax()), float(t.argmin())


def squeezed_random(seed=7):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        first = torch.randn((1, 1, 1, 10))
    return first, first.reshape(-1)
