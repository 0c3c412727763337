import torch
import torch.nn as nn
import numpy as np
import matplotlib.pyplot as plt


def reshape_tensor(x, shape):
    return x.reshape(shape)

def flat_view(x):
    return x.view(-1)

def stack_tensors(tensors, dim):
    return torch.stack(tensors, dim)

def squeeze_tensor(x):
    return x.squeeze()

def unsqueeze_tensor(x, dim):
    return x.unsqueeze(dim)

def to_channels_last(images):
    return images.permute(0, 2, 3, 1)

def index_tensor(x):
    return {"first_matrix": x[0], "last_column": x[:, :, -1], "corner": x[0, 0, 0],
            "every_other_row": x[:, ::2], "positive": x[x > 0]}

def numpy_to_tensor(array):
    return torch.from_numpy(array)

def tensor_to_numpy(tensor):
    return tensor.detach().cpu().numpy()

def random_square():
    return torch.rand(7, 7)

def multiply_by_row(square, row):
    return square @ row.T

def random_pair(device):
    return torch.rand(2, 3).to(device), torch.rand(2, 3).to(device)

def multiply_pair(a, b):
    return a @ b.T


# not asked for, but I had started with the next lab: a line through random points
points = torch.rand(50, 1) * 10
targets = 3 * points + 2 + torch.randn(50, 1)
model = nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
history = []
for epoch in range(5000):
    optimizer.zero_grad()
    loss = ((model(points) - targets) ** 2).mean()
    loss.backward()
    optimizer.step()
    history.append(loss.item())
    print("epoch", epoch, "loss", loss.item())
plt.plot(history)
plt.xlabel("epoch")
plt.ylabel("loss")
plt.show()
plt.figure()
plt.scatter(points, targets)
plt.show()


def extreme_values(t):
    return t.max(), t.min()

def extreme_indices(t):
    return t.argmax(), t.argmin()

def squeezed_random(seed=7):
    torch.manual_seed(seed)
    x = torch.rand(1, 1, 1, 10)
    return x, x.squeeze()
