import torch
import numpy as np
import matplotlib.pyplot as plt

name = input("Enter your roll number: ")
print("Lab 1, submitted by", name)

# Q1
x = torch.arange(1., 13.)
print("x =", x)

def reshape_tensor(x, shape):
    print("reshaping", x.shape, "to", shape)
    return torch.reshape(x, shape)

def flat_view(x):
    return x.clone().view(-1)

def stack_tensors(tensors, dim):
    return torch.stack(tensors, dim=dim)

def squeeze_tensor(x):
    return x.squeeze(0)

def unsqueeze_tensor(x, dim):
    return x.unsqueeze(dim)

print("reshape:", reshape_tensor(x, (3, 4)))
print("view:", flat_view(x))
print("stack:", stack_tensors([x, x], 0).shape)
print("squeeze:", squeeze_tensor(torch.zeros(1, 3, 2)).shape)
print("unsqueeze:", unsqueeze_tensor(x, 0).shape)

# Q2
def to_channels_last(images):
    n, c, h, w = images.shape
    return images.reshape(n, h, w, c)

image = torch.rand(1, 3, 8, 8)
print("channels last", to_channels_last(image).shape)
plt.imshow(to_channels_last(image)[0])
plt.title("one image")
plt.show()

# Q3
def index_tensor(x):
    answers = {}
    answers["first_matrix"] = x[0]
    answers["last_column"] = x[:, :, -1]
    answers["corner"] = x[0][0][0]
    answers["every_other_row"] = x[:, 0::2]
    answers["positive"] = x[x >= 0]
    return answers

print(index_tensor(torch.randn(2, 6, 4)))

# Q4
def numpy_to_tensor(array):
    return torch.from_numpy(array)

def tensor_to_numpy(tensor):
    return tensor.numpy()

array = np.arange(1.0, 8.0)
print(array, numpy_to_tensor(array), tensor_to_numpy(numpy_to_tensor(array)))

# Q5, Q6
def random_square():
    return torch.rand(7, 7)

def multiply_by_row(square, row):
    return torch.matmul(square, row.T)

print(multiply_by_row(random_square(), torch.rand(1, 7)))

# Q7, Q8
def random_pair(device):
    torch.manual_seed(1234)
    return torch.rand(2, 3).to(device), torch.rand(2, 3).to(device)

def multiply_pair(a, b):
    return torch.matmul(a, b.T)

# Q9, Q10
def extreme_values(t):
    return t.max(), t.min()

def extreme_indices(t):
    return t.argmax(), t.argmin()

# Q11
def squeezed_random(seed=7):
    torch.manual_seed(seed)
    a = torch.rand(1, 1, 1, 10)
    return a, a.squeeze()

print(squeezed_random())
