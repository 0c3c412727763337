import torch
from torch import nn

DATA = [([0., 0.], 0.), ([0., 1.], 1.), ([1., 0.], 1.), ([1., 1.], 0.)]


class XORModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(2, 2)
        self.linear2 = nn.Linear(2, 1)
        self.act = nn.Tanh()   # converges faster

    def forward(self, x):
        return self.linear2(self.act(self.linear1(x)))


class XORModelReLU(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(2, 2)
        self.linear2 = nn.Linear(2, 1)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.linear2(self.act(self.linear1(x)))


def count_parameters(model):
    return len(list(model.parameters()))


def train_xor(model):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for epoch in range(800):
        total = 0
        for x, y in DATA:
            out = model(torch.tensor([x]))
            loss = (out - y)**2
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            total += loss.item()
        losses.append(total/4)
    return losses


def manual_xor_forward(parameters, x):
    z1 = x @ parameters['linear1.weight'] + parameters['linear1.bias']
    a1 = torch.sigmoid(z1)
    z2 = a1 @ parameters['linear2.weight'].T + parameters['linear2.bias']
    return z2


if __name__ == '__main__':
    m = XORModel()
    print(train_xor(m)[::100])
    print(count_parameters(m))
