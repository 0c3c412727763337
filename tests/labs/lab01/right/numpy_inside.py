"""Every question with NumPy or plain Python inside, where that is possible."""

import numpy as np
import torch


def reshape_tensor(x, shape):
    return np.reshape(x.numpy(), tuple(shape))


def flat_view(x):
    return x.flatten()


def stack_tensors(tensors, dim):
    return torch.from_numpy(np.stack([t.numpy() for t in tensors], axis=dim))


def squeeze_tensor(x):
    return x.reshape([size for size in x.shape if size != 1])


def unsqueeze_tensor(x, dim):
    return np.expand_dims(x.numpy(), dim)


def to_channels_last(images):
    return images.movedim(1, -1)


def index_tensor(x):
    array = x.numpy()
    return {
        "positive": [float(value) for value in array.ravel() if value > 0],
        "corner": array[0, 0, 0],
        "every_other_row": array[:, ::2, :],
        "last_column": array[..., -1],
        "first_matrix": array[0],
    }


def numpy_to_tensor(array):
    return torch.tensor(array)


def tensor_to_numpy(tensor):
    return np.array(tensor.detach())


def random_square():
    return torch.randn(7, 7).numpy()


def multiply_by_row(square, row):
    return np.dot(square.numpy(), row.numpy().T)


def random_pair(device):
    rows = np.random.default_rng().normal(size=(2, 2, 3)).astype("float32")
    return [torch.tensor(row, device=device) for row in rows]


def multiply_pair(a, b):
    return a.numpy().T @ b.numpy()


def extreme_values(t):
    return np.array([t.numpy().max(), t.numpy().min()])


def extreme_indices(t):
    return (np.argmax(t.numpy()), np.argmin(t.numpy()))


def squeezed_random(seed=7):
    torch.manual_seed(seed)
    first = torch.randn(1, 1, 1, 10)
    return [first, first.numpy().squeeze()]
