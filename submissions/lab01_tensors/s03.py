# I wanted to see how far one gets with einsum, numpy and plain loops. Everything below is on purpose
# not the function with the obvious name.
import itertools
import math

import numpy as np
import torch as T


def reshape_tensor(x, shape):
    return T.from_numpy(x.numpy().copy().reshape(shape))


def flat_view(x):
    return x.unflatten(0, (1, -1)).flatten()


def stack_tensors(tensors, dim):
    rows = [t[None] for t in tensors]
    joined = T.cat(rows, 0)
    return joined.movedim(0, dim)


def squeeze_tensor(x):
    keep = tuple(n for n in x.shape if n > 1)
    return x.reshape(keep)


def unsqueeze_tensor(x, dim):
    where = dim if dim >= 0 else dim + x.ndim + 1
    index = [slice(None)] * x.ndim
    index.insert(where, None)
    return x[tuple(index)]


def to_channels_last(images):
    return T.einsum("abcd -> acdb", images)


def index_tensor(x):
    D, R, C = x.shape
    flat = x.flatten().tolist()
    return dict(
        positive=[v for v in flat if v > 0],
        every_other_row=x[:, [r for r in range(R) if not r % 2]],
        first_matrix=T.tensor([[float(x[0, r, c]) for c in range(C)] for r in range(R)]),
        last_column=T.tensor([[float(x[d, r, C - 1]) for r in range(R)] for d in range(D)]),
        corner=flat[0],
    )


def numpy_to_tensor(array):
    return T.asarray(array)


def tensor_to_numpy(tensor):
    with T.no_grad():
        return np.array(tensor.clone().cpu())


def random_square():
    return T.stack([T.rand(7) for _ in range(7)])


def multiply_by_row(square, row):
    return T.einsum("ij,kj->ik", square, row)


def random_pair(device):
    both = T.randn(2, 2, 3).to(device)
    return list(both)


def multiply_pair(a, b):
    out = np.zeros((3, 3))
    for i, j in itertools.product(range(3), range(3)):
        out[i, j] = sum(float(a[k, i]) * float(b[k, j]) for k in range(2))
    return out


def extreme_values(t):
    hi, lo = -math.inf, math.inf
    for v in t.flatten().tolist():
        hi, lo = max(hi, v), min(lo, v)
    return hi, lo


def extreme_indices(t):
    flat = t.flatten().tolist()
    order = sorted(range(len(flat)), key=flat.__getitem__)
    return order[-1], order[0]


def squeezed_random(seed=7):
    g = T.Generator()
    g.manual_seed(seed)
    x = T.rand((1, 1, 1, 10), generator=g)
    return x, x.squeeze(0).squeeze(0).squeeze(0)
