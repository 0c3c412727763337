"""From a network in this process to a replay of it, by way of a real frame."""

from __future__ import annotations

from itertools import filterfalse
from typing import Any

import torch
from tests.probes.in_process import arrived
from torch import nn
from torch.nn.parameter import is_lazy

from labgrade.grader.replay import CapturedGraph
from labgrade.probes.capture import capture
from labgrade.wire.frames import Frame, FrameLimits
from labgrade.wire.values import pack, unpack


def images(number: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(number, 1, 28, 28, generator=torch.Generator().manual_seed(seed))


def over_the_wire(value: Any) -> Any:
    tensors: dict[str, torch.Tensor] = {}
    frame = arrived(Frame({"value": pack(value, tensors)}, tensors), FrameLimits())
    return unpack(frame.head["value"], frame.tensors)


def captured(network: nn.Module) -> Any:
    """What the worker would send of it."""
    return over_the_wire(capture(network, images(3, seed=101), images(5, seed=102)))


def replayed(network: nn.Module) -> CapturedGraph:
    return CapturedGraph.from_plain(captured(network))


def settle(network: nn.Module, seed: int = 0) -> nn.Module:
    """Let it see images, so that running statistics are its own."""
    torch.manual_seed(seed)
    like = next(iter(nn.Module.parameters(network)), torch.zeros(()))
    with torch.no_grad():
        network.train()(images(8, seed=7).to(like.dtype))
        for parameter in filterfalse(is_lazy, nn.Module.parameters(network)):
            parameter.add_(0.05 * torch.randn_like(parameter))
    return network
