# Übung 1: Tensoren
import torch
import numpy as np

def reshape_tensor(x, shape):
    return torch.reshape(x, shape)

def flat_view(x):
    return x.reshape(-1)

def stack_tensors(tensors, dim):
    return torch.stack(tuple(tensors), dim)

def squeeze_tensor(x):
    return torch.squeeze(x)

def unsqueeze_tensor(x, dim):
    return torch.unsqueeze(x, dim)

def to_channels_last(images):
    # Kanäle nach hinten
    return images.permute((0, 2, 3, 1))

def index_tensor(x):
    return {
        "first_matrix": x[0, ...],
        "last_column": x[..., x.shape[2] - 1],
        "corner": float(x[0, 0, 0]),
        "every_other_row": x[:, 0:x.shape[1]:2, :],
        "positive": torch.masked_select(x, x > 0),
    }

def numpy_to_tensor(array):
    return torch.from_numpy(array)

def tensor_to_numpy(tensor):
    return tensor.detach().cpu().numpy()

def random_square():
    return torch.normal(0.0, 1.0, size=(7, 7))

def multiply_by_row(square, row):
    return square @ row.reshape(7, 1)

def random_pair(device):
    return torch.rand(2, 3, device=device), torch.rand(2, 3, device=device)

def multiply_pair(a, b):
    return b.T @ a

def extreme_values(t):
    return t.amax(), t.amin()

def extreme_indices(t):
    return int(t.argmax()), int(t.argmin())

def squeezed_random(seed=7):
    torch.manual_seed(seed)
    x = torch.rand(1, 1, 1, 10)
    return x, x.squeeze()
