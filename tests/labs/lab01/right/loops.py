"""Every question by hand: loops, list comprehensions, one element at a time."""

import torch


def reshape_tensor(x, shape):
    sizes = list(shape) if isinstance(shape, (tuple, list)) else [shape]
    if -1 in sizes:
        rest = 1
        for size in sizes:
            if size != -1:
                rest *= size
        sizes[sizes.index(-1)] = x.numel() // rest
    result = torch.empty(sizes)
    result.view(-1)[:] = x.view(-1)
    return result


def flat_view(x):
    return x.view(x.numel())


def stack_tensors(tensors, dim):
    return torch.cat([tensor.unsqueeze(dim) for tensor in tensors], dim)


def squeeze_tensor(x):
    place = 0
    while place < x.dim():
        if x.size(place) == 1:
            x = x.squeeze(place)
        else:
            place += 1
    return x


def unsqueeze_tensor(x, dim):
    if dim < 0:
        dim = dim + x.dim() + 1
    sizes = list(x.shape)
    sizes.insert(dim, 1)
    return x.reshape(sizes)


def to_channels_last(images):
    return images.transpose(1, 2).transpose(2, 3)


def index_tensor(x):
    depth, rows, columns = x.shape
    last_column = torch.zeros(depth, rows)
    for i in range(depth):
        for j in range(rows):
            last_column[i][j] = x[i][j][columns - 1]
    kept = [j for j in range(rows) if j % 2 == 0]
    positive = []
    for i in range(depth):
        for j in range(rows):
            for k in range(columns):
                if x[i, j, k] > 0:
                    positive.append(x[i, j, k])
    return {
        "first_matrix": x[0, :, :],
        "last_column": last_column,
        "corner": x[0][0][0].item(),
        "every_other_row": torch.stack([x[:, j] for j in kept], dim=1),
        "positive": torch.stack(positive),
    }


def numpy_to_tensor(array):
    return torch.as_tensor(array)


def tensor_to_numpy(tensor):
    if tensor.requires_grad:
        tensor = tensor.detach()
    return tensor.cpu().numpy().copy()


def random_square():
    square = torch.zeros(7, 7)
    for i in range(7):
        for j in range(7):
            square[i, j] = torch.rand(1)
    return square


def multiply_by_row(square, row):
    result = torch.zeros(7, 1)
    for i in range(7):
        total = 0.0
        for k in range(7):
            total += square[i, k].item() * row[0, k].item()
        result[i, 0] = total
    return result


def random_pair(device):
    first, second = torch.rand(2, 3), torch.rand(2, 3)
    if torch.equal(first, second):
        second = torch.rand(2, 3)
    first = first.to(device)
    second = second.to(device)
    print(first, second)
    return first, second


def multiply_pair(a, b):
    result = [[0.0, 0.0], [0.0, 0.0]]
    for i in range(2):
        for j in range(2):
            for k in range(3):
                result[i][j] += float(b[i][k] * a[j][k])
    return torch.tensor(result)


def extreme_values(t):
    numbers = [float(value) for row in t for value in row]
    return max(numbers), min(numbers)


def extreme_indices(t):
    numbers = t.flatten().tolist()
    return [numbers.index(max(numbers)), numbers.index(min(numbers))]


def squeezed_random(seed=7):
    generator = torch.Generator().manual_seed(seed)
    first = torch.rand(1, 1, 1, 10, generator=generator)
    return (first, first.squeeze(0).squeeze(0).squeeze(0))
