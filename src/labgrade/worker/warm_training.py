"""What the first training of a process would pay for, paid once: a zygote of a lab that trains imports this.

The first optimizer of a process imports hundreds of modules (measured: over a second), the first backward
pass, loader and trace of a network some more. Nothing here starts a thread, which would make forks hang.
"""

from __future__ import annotations

from unittest.mock import patch

import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from labgrade.probes.capture import CannotCapture, capture

_IMAGES = torch.zeros(8, 1, 28, 28)
_LABELS = torch.zeros(8, dtype=torch.int64)


def _network() -> nn.Module:
    layers = (nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout())
    return nn.Sequential(*layers, nn.Linear(338, 10))


def _train(network: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    for images, labels in DataLoader(TensorDataset(_IMAGES, _LABELS), batch_size=4, shuffle=True):
        optimizer.zero_grad()
        torch.autograd.backward(functional.cross_entropy(network(images), labels))
        optimizer.step()


def _warm() -> None:
    torch.set_num_threads(1)
    network = _network()
    # Adam's step asks for a GPU, and a process that has asked the driver has forks that cannot use one.
    with patch("torch.cuda.is_available", return_value=False):
        for optimizer in (torch.optim.Adam(network.parameters()), torch.optim.SGD(network.parameters(), 0.1)):
            _train(network, optimizer)
    network.eval()
    try:
        with torch.no_grad():
            capture(network, _IMAGES[:3], _IMAGES[:5])
    except CannotCapture:
        return  # it says so again where somebody reads it


_warm()
