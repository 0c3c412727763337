"""Whatever style a network is written in, the replay gives its logits and counts its parameters."""

from __future__ import annotations

import pytest
import torch
from tests.replay.networks import HONEST
from tests.replay.ways import images, replayed, settle
from torch import nn
from torch.nn.parameter import is_lazy

from labgrade.grader.replay import agrees

every_network = pytest.mark.parametrize("make", HONEST.values(), ids=HONEST)


def own_logits(network: nn.Module, batch: torch.Tensor) -> torch.Tensor:
    like = next(iter(nn.Module.parameters(network)), batch)
    with torch.no_grad():
        try:
            return nn.Module.eval(network)(batch.clone())
        except RuntimeError:
            return network(batch.to(like.dtype))


@every_network
@pytest.mark.parametrize("number", [7, 70])
def test_the_replay_gives_the_logits_of_other_images(make, number):
    network = settle(make())

    graph = replayed(network)

    expected = own_logits(network, images(number, seed=number))
    torch.testing.assert_close(
        graph.logits(images(number, seed=number)), expected, rtol=1e-3, atol=1e-5, check_dtype=False
    )
    assert agrees(graph, images(number, seed=number), expected)


@every_network
def test_the_parameters_are_those_of_the_module(make):
    network = settle(make())

    graph = replayed(network)

    named = {name: p for name, p in nn.Module.named_parameters(network) if not is_lazy(p)}
    assert sum(parameter.numel() for parameter in named.values()) == graph.parameter_count
    assert set(named) == {name for name, role in graph.roles.items() if role in {"parameter", "frozen"}}
    for name, parameter in named.items():
        torch.testing.assert_close(graph.tensors[name], parameter.detach())
