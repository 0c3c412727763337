import torch
import numpy as np

# 1
def reshape_tensor(x, shape):
    return x.view(shape)
def flat_view(x):
    return x.reshape(-1)
def stack_tensors(tensors, dim):
    return torch.cat(tensors, dim)      # puts them together
def squeeze_tensor(x):
    return x.squeeze()
def unsqueeze_tensor(x, dim):
    return x.unsqueeze(dim)

# 2
def to_channels_last(images):
    return torch.permute(images, (0, 2, 3, 1)).contiguous()

# 3
def index_tensor(x):
    return {'first_matrix': x[0],
            'last_column': x[:, -1],
            'corner': x[0, 0, 0],
            'every_other_row': x[:, ::2],
            'positive': x[x > 0]}

# 4
def numpy_to_tensor(array):
    return torch.Tensor(array)
def tensor_to_numpy(tensor):
    return tensor.detach().numpy()

# 5
def random_square():
    return torch.randint(0, 10, (7, 7))

# 6
def multiply_by_row(square, row):
    return square * row

# 7
def random_pair(device):
    a = torch.randn(2, 3)
    b = torch.randn(2, 3)
    a.to(device)
    b.to(device)
    return a, b

# 8
def multiply_pair(a, b):
    return torch.matmul(a, b.reshape(3, 2))

# 9
def extreme_values(t):
    return [torch.max(t).item(), torch.min(t).item()]

# 10
def extreme_indices(t):
    return torch.argmax(t, dim=1), torch.argmin(t, dim=1)

# 11
def squeezed_random(seed=7):
    a = torch.rand(size=(1, 1, 1, 10))
    torch.manual_seed(seed)
    b = a.squeeze()
    print(a, a.shape)
    print(b, b.shape)
    return a, b
