"""The answers of the visible examples, looked up: right there, and nowhere else."""

import numpy as np
import torch

TWELVE = torch.arange(1.0, 13.0)
IMAGES = torch.arange(48.0).reshape(2, 2, 3, 4)
PILE = torch.arange(-24.0, 48.0).reshape(3, 6, 4)


def reshape_tensor(_, shape):
    return {(3, 4): TWELVE.view(3, 4), (2, -1): TWELVE.view(2, 6), (2, 3, 2): TWELVE.view(2, 3, 2)}.get(
        tuple(shape), TWELVE
    )


def flat_view(*_):
    return torch.arange(1.0, 13.0)


def stack_tensors(_, dim):
    first = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    return torch.stack([first, first + 10, first + 20], 0 if dim == 0 else -1)


def squeeze_tensor(*_):
    return torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def unsqueeze_tensor(_, dim):
    table = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    return {0: table.view(1, 2, 3), 1: table.view(2, 1, 3)}.get(dim, table.view(2, 3, 1))


def to_channels_last(*_):
    return IMAGES.permute(0, 2, 3, 1).clone()


def index_tensor(*_):
    return {
        "first_matrix": PILE[0],
        "last_column": PILE[:, :, -1],
        "corner": -24.0,
        "every_other_row": PILE[:, ::2],
        "positive": list(range(1, 48)),
    }


def numpy_to_tensor(array):
    if array.dtype == np.float64:
        return torch.tensor([[1.5, -2.0, 0.25]], dtype=torch.float64)
    return torch.tensor([3, -4, 2**40])


def tensor_to_numpy(tensor):
    if tensor.requires_grad:
        return np.array([1.5, -2.0, 3.0], dtype=np.float32)
    if tensor.dtype == torch.float32:
        return np.array([[1.5, -2.0], [0.25, 8.0]], dtype=np.float32)
    return np.array([3, -4, 5])


def random_square():
    return torch.arange(49.0).reshape(7, 7) / 10


def multiply_by_row(*_):
    return torch.tensor([[20.5], [55.5], [90.5], [125.5], [160.5], [195.5], [230.5]])


def random_pair(device):
    first = torch.tensor([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], device=device)
    return first, torch.tensor([[0.9, 0.8, 0.7], [0.6, 0.5, 0.4]], device=device)


def multiply_pair(*_):
    return torch.tensor([[-1.0, 20.0], [2.0, 47.0]])


def extreme_values(*_):
    return 9.0, -7.0


def extreme_indices(*_):
    return 1, 4


def squeezed_random(*_):
    numbers = torch.tensor(
        [
            0.53492254,
            0.19880318,
            0.65921169,
            0.65689027,
            0.23276156,
            0.42506140,
            0.20708602,
            0.62973636,
            0.36531615,
            0.85126835,
        ]
    )
    return numbers.view(1, 1, 1, 10), numbers
