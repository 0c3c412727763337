import torch
import torch.nn as nn
import torch.optim as optim

x = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float32)
y = torch.tensor([[0], [1], [1], [0]], dtype=torch.float32)


class XORModel(nn.Module):
    def __init__(self):
        super(XORModel, self).__init__()
        self.linear1 = nn.Linear(2, 2)
        self.linear2 = nn.Linear(2, 1)

    def forward(self, x)
        x = torch.sigmoid(self.linear1(x))
        return self.linear2(x)


class XORModelReLU(nn.Module):
    def __init__(self):
        super(XORModelReLU, self).__init__()
        self.linear1 = nn.Linear(2, 2)
        self.linear2 = nn.Linear(2, 1)

    def forward(self, x):
        return self.linear2(torch.relu(self.linear1(x)))


def count_parameters(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def train_xor(model):
    loss_fn = nn.MSELoss()
    opt = optim.Adam(model.parameters(), lr=0.03)
    loss_list = []
    for i in range(1000):
        opt.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        opt.step()
        loss_list.append(loss.item())
    return loss_list


def manual_xor_forward(parameters, x):
    h = torch.sigmoid(torch.mm(x, parameters["linear1.weight"].T) + parameters["linear1.bias"])
    return torch.sigmoid(torch.mm(h, parameters["linear2.weight"].T) + parameters["linear2.bias"])


def dense_parameter_count(sizes):
    return sum(sizes[i] * sizes[i + 1] + sizes[i + 1] for i in range(len(sizes) - 1))


model = XORModel()
print(train_xor(model)[-1])
