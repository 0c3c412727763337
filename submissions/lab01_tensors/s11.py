import sys

import numpy as np
import torch


def reshape_tensor(x, shape): return x.reshape(shape)
def flat_view(x): return x.view(-1)
def stack_tensors(tensors, dim): return torch.stack(tensors, dim)
def squeeze_tensor(x): return x.squeeze()
def unsqueeze_tensor(x, dim): return x.unsqueeze(dim)

def to_channels_last(images): return images.permute(0, 2, 3, 1)

def index_tensor(x):
    return {"first_matrix": x[0], "last_column": x[:, :, -1], "corner": x[0, 0, 0],
            "every_other_row": x[:, ::2], "positive": x[x > 0]}

def numpy_to_tensor(array): return torch.from_numpy(array)
def tensor_to_numpy(tensor): return tensor.detach().cpu().numpy()

def random_square(): return torch.randn(7, 7)
def multiply_by_row(square, row): return square.matmul(row.T)

def random_pair(device):
    return torch.randn(2, 3, device=device), torch.randn(2, 3, device=device)

def multiply_pair(a, b): return b.matmul(a.T)
def extreme_values(t): return t.max().item(), t.min().item()
def extreme_indices(t): return t.argmin().item(), t.argmax().item()

def squeezed_random(seed=7):
    torch.manual_seed(seed)
    x = torch.randn(1, 1, 1, 10)
    return x, x.squeeze()

print("everything ran")
print(squeezed_random())
sys.exit()
exit()
