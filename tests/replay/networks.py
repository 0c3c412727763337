"""Networks as students write them: every style that a capture has to take."""

# ruff: noqa: N812, T201, FBT002, ARG002 - students write so

from __future__ import annotations

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn


class ManualCNN(nn.Module):
    """The one that the lab manual prints, with the batch size taken from the images."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 64, kernel_size=3),
            nn.ReLU(),
            nn.MaxPool2d((2, 2), stride=2),
            nn.Conv2d(64, 128, kernel_size=3),
            nn.ReLU(),
            nn.MaxPool2d((2, 2), stride=2),
            nn.Conv2d(128, 64, kernel_size=3),
            nn.ReLU(),
            nn.MaxPool2d((2, 2), stride=2),
        )
        self.classification_head = nn.Sequential(nn.Linear(64, 20), nn.ReLU(), nn.Linear(20, 10))

    def forward(self, x):
        features = self.net(x)
        return self.classification_head(features.view(x.size(0), -1))


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, 5)
        self.conv2 = nn.Conv2d(10, 20, 5)
        self.conv2_drop = nn.Dropout2d()
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2_drop(self.conv2(x)), 2))
        x = x.view(-1, 320)
        x = F.relu(self.fc1(x))
        x = F.dropout(x, training=self.training)
        return F.log_softmax(self.fc2(x), dim=1)


def plain_sequence():
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(1, 8, 5, stride=2, padding=2),
            tanh=nn.Tanh(),
            pool=nn.AvgPool2d(2),
            flat=nn.Flatten(),
            fc=nn.Linear(8 * 7 * 7, 10),
        )
    )


class BatchNormCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            *self.block(1, 8), *self.block(8, 16), nn.AdaptiveAvgPool2d((1, 1)), nn.Dropout(0.25)
        )
        self.classifier = nn.Linear(16, 10)

    def block(self, i, o):
        conv = nn.Conv2d(i, o, 3, padding="same", bias=False)
        return conv, nn.BatchNorm2d(o), nn.ReLU(inplace=True), nn.MaxPool2d(2)

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


class Residual(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(i, o, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(o)
        self.conv2 = nn.Conv2d(o, o, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(o)
        self.shortcut = nn.Sequential()
        if stride != 1 or i != o:
            self.shortcut = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        return F.relu_(out)


class SmallResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([Residual(1, 8, 1), Residual(8, 16, 2), Residual(16, 16, 1)])
        self.linear = nn.Linear(16, 10)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        x = F.adaptive_avg_pool2d(x, 1).squeeze(-1).squeeze(-1)
        return self.linear(x)


class Separable(nn.Module):
    """Depthwise and pointwise convolutions, with a gate on the channels."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 8, 3, 2, 1)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.pointwise = nn.Conv2d(8, 16, 1)
        self.squeeze = nn.Linear(16, 4)
        self.excite = nn.Linear(4, 16)
        self.head = nn.Conv2d(16, 10, 1)

    def forward(self, x):
        x = F.hardswish(self.stem(x))
        x = F.relu6(self.pointwise(F.silu(self.depthwise(x))))
        gate = torch.sigmoid(self.excite(F.relu(self.squeeze(x.mean((2, 3))))))
        x = self.head(x * gate[:, :, None, None])
        return x.mean(dim=[2, 3])


class OtherNorms(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.na = nn.Conv2d(1, 8, 3, 2), nn.GroupNorm(4, 8)
        self.b, self.nb = nn.Conv2d(8, 8, 3, 2), nn.InstanceNorm2d(8, affine=True)
        self.c, self.nc = nn.Linear(8 * 36, 16), nn.LayerNorm(16)
        self.lrn = nn.LocalResponseNorm(3)
        self.d = nn.Linear(16, 10)
        self.nd = nn.BatchNorm1d(10)

    def forward(self, x):
        x = self.lrn(F.gelu(self.na(self.a(x))))
        x = F.leaky_relu(self.nb(self.b(x)), 0.1)
        x = F.elu(self.nc(self.c(x.reshape(x.shape[0], -1))))
        return self.nd(self.d(x))


class FeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(28 * 28, 128)
        self.l2 = nn.Linear(128, 64)
        self.l3 = nn.Linear(64, 10)
        self.drop = nn.Dropout(p=0.2)
        self.act = nn.ReLU()

    def forward(self, x):
        x = x.view(-1, 28 * 28)
        return self.l3(self.drop(self.act(self.l2(self.act(self.l1(x))))))


class ByHand(nn.Module):
    """Tensors as parameters, own activations, no layer of torch's."""

    def __init__(self):
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(784, 32) * 0.05)
        self.b1 = nn.Parameter(torch.zeros(32))
        self.w2 = nn.Parameter(torch.randn(32, 10) * 0.2)
        self.b2 = nn.Parameter(torch.zeros(10))

    def forward(self, x):
        h = x.flatten(start_dim=1) @ self.w1 + self.b1
        h = h * (h > 0)
        h = 1 / (1 + torch.exp(-h))
        return torch.matmul(h, self.w2).add(self.b2)


class Doubled(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 10).double()

    def forward(self, x):
        return self.fc(x.double().flatten(1)).float()


def all_double():
    """Takes float64 only, as its owner's training loop hands over."""
    return LeNet().double()


def channels_last():
    return BatchNormCNN().to(memory_format=torch.channels_last)


class CreatedLater(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.LazyConv2d(6, 3)
        self.forgotten = nn.LazyLinear(10)
        self.fc = None

    def forward(self, x):
        x = torch.relu(self.conv(x))
        x = x.view(x.size()[0], -1)
        if self.fc is None:
            self.fc = nn.Linear(x.shape[1], 10)
        return self.fc(x)


class Branches(nn.Module):
    """Parallel paths, joined and taken apart again."""

    def __init__(self):
        super().__init__()
        self.one = nn.Conv2d(1, 4, 1)
        self.three = nn.Conv2d(1, 4, 3, padding=1)
        self.five = nn.Conv2d(1, 4, 5, padding=2)
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.fire = nn.Conv2d(13, 8, 3, 2, 1)
        self.fc = nn.Linear(4 * 14 * 14, 10)

    def forward(self, x):
        x = torch.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], dim=1)
        left, right = torch.chunk(F.relu(self.fire(x)), 2, dim=1)
        first, second = left.split(2, dim=1)
        rest = torch.stack(right.unbind(1), 1)
        x = torch.cat((first * 2, second), 1) + rest
        return self.fc(x.permute(0, 2, 3, 1).reshape(-1, 4 * 14 * 14))


class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(1 + 4 * i, 4, 3, padding=1) for i in range(3))
        self.norms = nn.ModuleDict({f"n{i}": nn.BatchNorm2d(1 + 4 * i) for i in range(3)})
        self.out = nn.Linear(13, 10)

    def forward(self, x):
        features = [x]
        for i, conv in enumerate(self.convs):
            together = torch.cat(features, 1)
            features.append(conv(F.relu(self.norms[f"n{i}"](together))))
        return self.out(F.adaptive_max_pool2d(torch.cat(features, 1), 1).flatten(1))


class Recurrent(nn.Module):
    """One convolution applied again and again: its weight is one."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 6, 3, padding=1)
        self.again = nn.Conv2d(6, 6, 3, padding=1)
        self.fc = nn.Linear(6 * 49, 10)

    def forward(self, x):
        x = F.avg_pool2d(self.first(x), 4)
        for _ in range(3):
            x = torch.tanh(self.again(x)) + x
        return self.fc(x.view(len(x), -1))


class Functional(nn.Module):
    def __init__(self):
        super().__init__()
        self.params = nn.ParameterDict(
            {"k": nn.Parameter(torch.randn(5, 1, 3, 3)), "w": nn.Parameter(torch.randn(10, 5 * 13 * 13))}
        )

    def forward(self, x):
        x = F.max_pool2d(F.conv2d(x, self.params["k"]), 2)
        return F.linear(torch.flatten(x, 1), self.params["w"])


class Normalised(nn.Module):
    """What normalises the images is a buffer, a constant, a number: none of it is a parameter."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.1307]).view(1, 1, 1, 1))
        self.std = torch.tensor(0.3081)
        self.net = LeNet()

    def forward(self, x):
        x = (x - self.mean) / self.std
        x = (x + torch.tensor([0.5])) * 2.0
        return self.net(x)


class Talkative(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = plain_sequence()
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        print("input", x.shape, x.mean(), x.max().item())
        out = self.net(x)
        print(out)
        assert not torch.isnan(out).any()
        return out


class Resized(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.conv = nn.Conv2d(1, 4, 5, stride=3, padding=2, padding_mode="reflect", dilation=2)
        self.back = nn.ConvTranspose2d(4, 2, 3, stride=2)
        self.fc = nn.Linear(2 * 12 * 12, 10)

    def forward(self, x):
        x = F.pad(self.conv(self.up(x)), (1, 1, 1, 1))
        x = F.interpolate(self.back(x), size=(12, 12), mode="bilinear", align_corners=False)
        return self.fc(x.flatten(1))


def weight_normed():
    norm = nn.utils.parametrizations.weight_norm
    return nn.Sequential(norm(nn.Conv2d(1, 4, 5, 2)), nn.ReLU(), nn.Flatten(), norm(nn.Linear(4 * 144, 10)))


class Unfolded(nn.Module):
    """A convolution of one's own: windows as columns, times a matrix."""

    def __init__(self):
        super().__init__()
        self.kernels = nn.Parameter(torch.randn(6, 9) * 0.3)
        self.fc = nn.Linear(6 * 13 * 13, 10)

    def forward(self, x):
        columns = F.unfold(x, kernel_size=3, stride=2)
        maps = (self.kernels @ columns).view(x.shape[0], 6, 13, 13)
        return self.fc(torch.clamp(maps, min=0).view(x.shape[0], -1))


class Rows(nn.Module):
    """The image as a sequence of rows, by convolutions in one dimension."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(28, 16, 3)
        self.pool = nn.MaxPool1d(2)
        self.average = nn.AvgPool1d(2)
        self.fc = nn.Linear(16 * 6, 10)

    def forward(self, x):
        x = self.average(self.pool(F.mish(self.conv(x.squeeze(1)))))
        return self.fc(x.view(x.size(0), -1))


class LongShortTerm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(28, 12, num_layers=2, batch_first=True)
        self.fc = nn.Linear(12, 10)

    def forward(self, x):
        h0 = torch.zeros(2, x.size(0), 12).to(x.device)
        c0 = torch.zeros(2, x.size(0), 12).to(x.device)
        out, _ = self.lstm(x.reshape(-1, 28, 28), (h0, c0))
        return self.fc(out[:, -1, :])


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(28, 8, batch_first=True, bidirectional=True)
        self.rnn = nn.RNN(16, 8, batch_first=True)
        self.fc = nn.Linear(8, 10)

    def forward(self, x):
        out, _ = self.gru(x[:, 0])
        _, hidden = self.rnn(out)
        return self.fc(hidden[-1])


class Patches(nn.Module):
    """Attention over patches, with a token of its own."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(1, 16, 7, stride=7)
        self.token = nn.Parameter(torch.randn(1, 1, 16))
        self.position = nn.Parameter(torch.randn(1, 17, 16))
        self.encoder = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1) + self.position
        return self.head(self.encoder(x)[:, 0])


class Activations(nn.Module):
    """One of each, and a softmax at the end."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 24)
        self.acts = nn.ModuleList(
            [
                *(nn.PReLU(24), nn.SELU(), nn.CELU(), nn.Softplus(), nn.Hardtanh(), nn.Softsign()),
                *(nn.LogSigmoid(), nn.Hardsigmoid(), nn.Threshold(0.1, 0.0), nn.Tanhshrink()),
                *(nn.Softshrink(0.1), nn.RReLU()),
            ]
        )
        self.fc2 = nn.Linear(12, 10)

    def forward(self, x):
        x = self.fc1(torch.flatten(x, 1))
        for act in self.acts:
            x = act(x) * 2
        return torch.softmax(self.fc2(F.glu(x)), dim=-1)


class Maxout(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 12, 4, 2)
        self.fc = nn.Linear(6, 10)

    def forward(self, x):
        x = self.conv(x)
        x = torch.maximum(x[:, :6], x[:, 6:])
        x = torch.where(x > 0, x, 0.01 * x)
        values, _ = torch.max(x, dim=3)
        return self.fc(values.amax(-1))


class InPlace(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.scale = nn.Parameter(torch.rand(4))
        self.fc = nn.Linear(4 * 169, 10)

    def forward(self, x):
        x -= 0.5
        x = self.conv(x)
        x[:, 0] *= 3.0
        x.mul_(self.scale.view(1, -1, 1, 1)).relu_()
        out = torch.zeros(x.size(0), 4, 13, 13)
        out[:, :2] = F.max_pool2d(x, 2)[:, :2]
        out[:, 2:].copy_(F.avg_pool2d(x, 2)[:, 2:])
        return self.fc(out.view(-1, 4 * 13 * 13))


class OldStyle(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 10)
        self.norm = nn.BatchNorm1d(784, affine=False)

    def forward(self, x):
        x = torch.autograd.Variable(x).data
        x = self.norm(x.detach().contiguous().view(x.data.shape[0], -1))
        return torch.mm(x, self.fc.weight.data.t()) + self.fc.bias.data


class Standardised(nn.Module):
    """Normalises each image by its own mean and deviation."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 10)

    def forward(self, x):
        x = x.reshape(x.size(0), 784)
        x = (x - x.mean(1, keepdim=True)) / (x.std(dim=1, keepdim=True) + 1e-5)
        x = F.normalize(x, dim=1) * x.norm(dim=1, keepdim=True)
        return self.fc(x)


class Tied(nn.Module):
    """Two layers that hold one parameter, and a frozen one."""

    def __init__(self):
        super().__init__()
        self.a = nn.Linear(784, 16)
        self.b = nn.Linear(16, 16)
        self.c = nn.Linear(16, 16)
        self.c.weight = self.b.weight
        self.d = nn.Linear(16, 10)
        self.d.weight.requires_grad = False

    def forward(self, x):
        x = torch.relu(self.a(x.view(-1, 784)))
        return self.d(torch.relu(self.c(torch.relu(self.b(x)))))


class OwnMethods(nn.Module):
    """Overrides what other code might ask it."""

    def __init__(self):
        super().__init__()
        self.net = LeNet()

    def parameters(self, recurse=True):
        return iter([p for p in self.net.parameters() if p.dim() > 1])

    def __call__(self, images, **options):
        return self.net(images)


def parallel():
    return nn.DataParallel(LeNet())


HONEST = {
    maker.__name__: maker
    for maker in (
        ManualCNN, LeNet, plain_sequence, BatchNormCNN, SmallResNet, Separable, OtherNorms, FeedForward,
        ByHand, Doubled, all_double, channels_last, CreatedLater, Branches, Dense, Recurrent, Functional,
        Normalised, Talkative, Resized, weight_normed, Unfolded, Rows, LongShortTerm, Gated, Patches,
        Activations, Maxout, InPlace, OldStyle, Standardised, Tied, OwnMethods, parallel,
    )
}  # fmt: skip
