"""A layer that keeps its numbers and computes nothing."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.func import functional_call

from labgrade.probes.uncallable import MESSAGE, UncallableConv2d

IMAGES = torch.zeros(1, 1, 6, 6)

CALLS = {
    "the layer": lambda layer: layer(IMAGES),
    "forward": lambda layer: layer.forward(IMAGES),
    "the class's call": lambda layer: nn.Module.__call__(layer, IMAGES),
    "the class's forward": lambda layer: nn.Conv2d.forward(layer, IMAGES),
    "what forward calls": lambda layer: layer._conv_forward(IMAGES, layer.weight, layer.bias),
    "a functional call": lambda layer: functional_call(layer, dict(layer.named_parameters()), (IMAGES,)),
    "a copy": lambda layer: copy.deepcopy(layer)(IMAGES),
    "a sequence": lambda layer: nn.Sequential(layer)(IMAGES),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_no_way_of_calling_computes(call):
    with pytest.raises(RuntimeError, match=MESSAGE):
        call(UncallableConv2d(1, 3, 3))


def test_its_numbers_are_those_of_a_convolution():
    layer, real = UncallableConv2d(2, 3, 3, stride=2, padding=1), nn.Conv2d(2, 3, 3, stride=2, padding=1)
    layer.load_state_dict(real.state_dict())

    assert isinstance(layer, nn.Conv2d)
    assert (layer.stride, layer.padding) == (real.stride, real.padding)
    assert [p.shape for p in layer.parameters()] == [p.shape for p in real.parameters()]
    assert torch.equal(layer.state_dict()["weight"], real.weight)
