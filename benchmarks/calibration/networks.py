"""What students train: networks of labs 4 and 5, and the optimisers that they use."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from torch import nn, optim

LAB4, LAB5 = "lab04_feedforward", "lab05_cnn"
LABS = (LAB4, LAB5)


@dataclass(frozen=True)
class Network:
    """A network that a student may hand in.

    Attributes:
        name: as `--network` takes it.
        lab: whose students hand it in, or "" for none.
        layers: in words.
        build: makes one, untrained; (N, 1, 28, 28) to (N, 10) logits.
        usual: minima rest on it; the others are for information.
    """

    name: str
    lab: str
    layers: str
    build: Callable[[], nn.Module]
    usual: bool = True

    def parameters(self) -> int:
        """Return the number of trainable numbers."""
        return sum(tensor.numel() for tensor in self.build().parameters())

    def fingerprint(self) -> str:
        """Return 12 hexadecimal digits that change with the layers."""
        return hashlib.sha256(str(self.build()).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Optimiser:
    """An optimiser at one setting.

    Attributes:
        name: in tables and in the store.
        build: makes one for a network.
        usual: a minimum rests on it; the others are for information.
    """

    name: str
    build: Callable[[nn.Module], optim.Optimizer]
    usual: bool = True


OPTIMISERS = (
    Optimiser("Adam 0.001", lambda network: optim.Adam(network.parameters(), lr=0.001)),
    Optimiser("SGD 0.1", lambda network: optim.SGD(network.parameters(), lr=0.1)),
    Optimiser("momentum 0.01", lambda network: optim.SGD(network.parameters(), lr=0.01, momentum=0.9)),
    Optimiser("SGD 0.01", lambda network: optim.SGD(network.parameters(), lr=0.01), usual=False),
)


def _perceptron(*sizes: int, activation: type[nn.Module] = nn.ReLU, dropout: float = 0) -> nn.Sequential:
    """Return linear layers 784 → sizes → 10."""

    def layers() -> Iterator[nn.Module]:
        yield nn.Flatten()
        for before, after in zip((784, *sizes), sizes, strict=False):
            yield from (nn.Linear(before, after), activation())
            if dropout:
                yield nn.Dropout(dropout)
        yield nn.Linear((784, *sizes)[-1], 10)

    return nn.Sequential(*layers())


def _sigmoid() -> nn.Sequential:
    return _perceptron(128, 64, activation=nn.Sigmoid)


def _as_in_the_manual(first: int, second: int, third: int) -> nn.Sequential:
    """Return the manual's own network with these numbers of channels; 64, 128, 64 are the manual's."""

    def block(before: int, after: int) -> tuple[nn.Module, ...]:
        return nn.Conv2d(before, after, 3), nn.ReLU(), nn.MaxPool2d(2)

    head = (nn.Flatten(), nn.Linear(third, 20), nn.ReLU(), nn.Linear(20, 10))
    return nn.Sequential(*block(1, first), *block(first, second), *block(second, third), *head)


def _batch_norm() -> nn.Sequential:
    def block(before: int, after: int) -> tuple[nn.Module, ...]:
        return nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU()

    head = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    return nn.Sequential(
        *block(1, 16), nn.MaxPool2d(2), *block(16, 32), nn.MaxPool2d(2), *block(32, 64), *head
    )


def _five_by_five() -> nn.Sequential:
    def block(before: int, after: int, padding: int) -> tuple[nn.Module, ...]:
        return nn.Conv2d(before, after, 5, padding=padding), nn.ReLU(), nn.MaxPool2d(2)

    head = (nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
    return nn.Sequential(*block(1, 6, 2), *block(6, 16, 0), nn.Flatten(), *head)


PERCEPTRON = Network("mlp-128-64", LAB4, "784-128-64-10, ReLU", lambda: _perceptron(128, 64))
SOFTMAX = Network("softmax", "", "784-10, linear: a floor", _perceptron)
BASE = Network("manual", LAB5, "the manual's: 64, 128, 64 channels", lambda: _as_in_the_manual(64, 128, 64))
REDUCED = (
    Network("half", LAB5, "64, 64, 64 channels", lambda: _as_in_the_manual(64, 64, 64)),
    Network("tenth", LAB5, "16, 32, 32 channels", lambda: _as_in_the_manual(16, 32, 32)),
)
"""What students write as `ReducedCNN` beside `BASE`: about 50 and 90 per cent fewer parameters."""

NETWORKS = (
    SOFTMAX,
    PERCEPTRON,
    Network("mlp-dropout", LAB4, "784-512-256-10, ReLU, dropout", lambda: _perceptron(512, 256, dropout=0.2)),
    Network("mlp-32-16", LAB4, "784-32-16-10, ReLU", lambda: _perceptron(32, 16)),
    Network("mlp-sigmoid", LAB4, "784-128-64-10, sigmoid", _sigmoid, usual=False),
    BASE,
    *REDUCED,
    Network("batch-norm", LAB5, "16, 32, 64 channels, batch norm, global mean", _batch_norm),
    Network("five-by-five", LAB5, "6, 16 channels, three linear layers", _five_by_five),
)
