"""Every question by less usual operators, and results in less usual containers."""

from collections import OrderedDict, namedtuple

import torch

Extremes = namedtuple("Extremes", ["largest", "smallest"])


def reshape_tensor(x, shape):
    return x.view(*shape)


def flat_view(x):
    return torch.as_strided(x, (x.numel(),), (1,))


def stack_tensors(tensors, dim):
    stacked = torch.stack(tensors)
    return stacked.movedim(0, dim)


def squeeze_tensor(x):
    return torch.squeeze(x, dim=tuple(i for i, size in enumerate(x.shape) if size == 1))


def unsqueeze_tensor(x, dim):
    return torch.stack([x], dim=dim)


def to_channels_last(images):
    return torch.einsum("nchw->nhwc", images)


def index_tensor(x):
    leaf = x.clone().requires_grad_()
    return OrderedDict(
        corner=leaf.flatten()[:1],
        positive=torch.masked_select(leaf, leaf > 0),
        first_matrix=leaf.select(0, 0),
        every_other_row=torch.index_select(leaf, 1, torch.arange(0, leaf.shape[1], 2)),
        last_column=leaf.narrow(2, leaf.shape[2] - 1, 1).squeeze(2),
        note="the extra key is mine",
    )


def numpy_to_tensor(array):
    return torch.from_numpy(array.copy())


def tensor_to_numpy(tensor):
    with torch.no_grad():
        return tensor.clone().cpu().numpy()


def random_square():
    return torch.empty(7, 7, dtype=torch.float64).normal_()


def multiply_by_row(square, row):
    return torch.matmul(square, row.reshape(7, 1)).requires_grad_()


def random_pair(device):
    generator = torch.Generator(device=device)
    generator.seed()
    return tuple(torch.randn(2, 2, 3, generator=generator, device=device).unbind())


def multiply_pair(a, b):
    return torch.einsum("ki,kj->ij", b, a)


def extreme_values(t):
    smallest, largest = torch.aminmax(t)
    return Extremes(largest.reshape(1, 1), smallest.double().numpy())


def extreme_indices(t):
    order = t.flatten().argsort()
    return torch.stack([order[-1], order[0]])


def squeezed_random(seed=7):
    torch.random.manual_seed(seed)
    first = torch.empty(1, 1, 1, 10).uniform_()
    return first, first[0, 0, 0]
