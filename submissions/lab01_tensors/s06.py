# Lab 1. Written on the lab machine with the GPU.
import torch
import numpy as np

device = torch.device('cuda')
torch.set_default_device(device)
warm_up = torch.rand(1000, 1000).cuda()
print(torch.cuda.get_device_name(0))


def reshape_tensor(x, shape):
    return x.reshape(shape)


def flat_view(x):
    return x.view(x.numel())


def stack_tensors(tensors, dim):
    return torch.stack(tensors, dim=dim)


def squeeze_tensor(x):
    return x.squeeze()


def unsqueeze_tensor(x, dim):
    return x.unsqueeze(dim)


def to_channels_last(images):
    return images.permute(0, 2, 3, 1)


def index_tensor(x):
    return {
        "first_matrix": x[0],
        "last_column": x[..., -1],
        "corner": x[0, 0, 0],
        "every_other_row": x[:, ::2],
        "positive": x[x > 0],
    }


def numpy_to_tensor(array):
    return torch.from_numpy(array)


def tensor_to_numpy(tensor):
    return tensor.detach().cpu().numpy()


def random_square():
    torch.manual_seed(42)
    return torch.rand(7, 7)


def multiply_by_row(square, row):
    return square @ row.t()


def random_pair(device):
    return torch.rand(2, 3).cuda(), torch.rand(2, 3).cuda()


def multiply_pair(a, b):
    return a @ b.t()


def extreme_values(t):
    return t.max(), t.min()


def extreme_indices(t):
    return t.argmax(), t.argmin()


def squeezed_random(seed=7):
    torch.manual_seed(7)
    x = torch.rand(1, 1, 1, 10)
    return x, torch.squeeze(x)


tensor_on_gpu = torch.tensor([1, 2, 3]).to(device)
print(tensor_on_gpu)
