# everything of lab 1 in one script; I use the same names all over
import torch
import numpy as np
import torchviz

seed = 7
torch.manual_seed(seed)
x = torch.arange(24.0).reshape(2, 3, 4)
y = x.view(-1)
y[0] = 100
print(x[0, 0, 0])

def reshape_tensor(x, shape):
    return x.reshape(shape)

def flat_view(x):
    return x.ravel()

def stack_tensors(tensors, dim):
    return torch.stack(tensors, dim)

def squeeze_tensor(x):
    return x.squeeze()

def unsqueeze_tensor(x, dim):
    return x.unsqueeze(dim)

for x in torch.rand(3, 2, 2):
    print(x.sum())

def to_channel_last(images):
    return images.permute(0, 2, 3, 1)

def index_tensor(x):
    return {
        "first_matrix": x[0],
        "last_column": x[:, :, -1],
        "corner": x[0, 0, 0],
        "every_other_row": x[::2],
        "positive": x[x > 0],
    }

def numpy_to_tensor(array):
    return torch.tensor(array.tolist())

def tensor_to_numpy(tensor):
    return tensor.detach().numpy()

def random_square():
    return torch.rand(7, 7)

def multiply_by_row(square, row):
    return row @ square

def random_pair(device):
    first = torch.rand(2, 3, device=device)
    second = torch.rand(2, 3, device=device)
    return first, second

def multiply_pair(a, b):
    return torch.mul(a, b)

def extreme_values(t):
    return t.min(), t.max()

def extreme_indices(t):
    r = int(t.max(dim=1).values.argmax())
    c = int(t[r].argmax())
    r2 = int(t.min(dim=1).values.argmin())
    c2 = int(t[r2].argmin())
    return (r, c), (r2, c2)

def squeezed_random(s=7):
    a = torch.rand(1, 1, 1, 10)
    return a, a.squeeze()

print(squeezed_random())
"""
tensor([[[[0.5349, 0.1988, 0.6592, 0.6569, 0.2328, 0.4251, 0.2071, 0.6297, 0.3653, 0.8513]]]])
torch.Size([1, 1, 1, 10])
"""
