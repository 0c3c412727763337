"""Networks that are none, or hide one: refused, or shown for what they are."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier
from tests.replay.networks import LeNet, ManualCNN
from tests.replay.ways import captured, images, replayed, settle
from torch import nn
from torch.nn import functional as F  # noqa: N812 - as students write it

from labgrade.grader.replay import BadGraph, CapturedGraph, agrees
from labgrade.probes.capture import CannotCapture

KNOWN = images(40, seed=5).flatten(1)
LABELS = torch.arange(40) % 10


class HashTable(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = {}

    def forward(self, x):
        digests = [hashlib.sha256(one.numpy().tobytes()).digest() for one in x]
        found = [self.table.get(digest, digest[0] % 10) for digest in digests]
        return F.one_hot(torch.tensor(found), 10).float()


class NearestInNumPy(nn.Module):
    def forward(self, x):
        flat = x.flatten(1).numpy()
        distances = ((flat[:, None] - KNOWN.numpy()[None]) ** 2).sum(-1)
        return torch.from_numpy(np.eye(10, dtype=np.float32)[LABELS[distances.argmin(1)].numpy()])


class NearestInSklearn(nn.Module):
    def __init__(self):
        super().__init__()
        self.neighbours = KNeighborsClassifier(1).fit(KNOWN.numpy(), LABELS.numpy())
        self.conv = nn.Conv2d(1, 1, 3)

    def forward(self, x):
        self.conv(x)
        return torch.tensor(self.neighbours.predict_proba(x.flatten(1).numpy())).float()


class NearestInTorch(nn.Module):
    def __init__(self, find):
        super().__init__()
        self.find = find

    def forward(self, x):
        return self.find(x.flatten(1))


def by_cdist(x):
    return F.one_hot(LABELS[torch.cdist(x, KNOWN).topk(1, largest=False).indices[:, 0]], 10).float()


def by_argmin(x):
    nearest = ((x[:, None] - KNOWN[None]) ** 2).sum(-1).argmin(1)
    return torch.eye(10)[LABELS[nearest]]


def by_gather(x):
    _, nearest = ((x[:, None] - KNOWN[None]) ** 2).sum(-1).min(1)
    return torch.eye(10).index_select(0, LABELS.gather(0, nearest))


def by_equality(x):
    return (x[:, None] == KNOWN[None]).all(-1).float() @ F.one_hot(LABELS, 10).float()


def by_embedding(x):
    code = (x.sum(1) * 1000).long() % 40
    return F.embedding(code, F.one_hot(LABELS, 10).float())


@pytest.mark.parametrize("make", [HashTable, NearestInNumPy, NearestInSklearn])
def test_what_is_looked_up_outside_of_torch_cannot_be_captured(make):
    with pytest.raises(CannotCapture):
        captured(make())


@pytest.mark.parametrize("find", [by_cdist, by_argmin, by_gather, by_equality, by_embedding])
def test_what_is_looked_up_by_torch_is_not_replayed(find):
    with pytest.raises((CannotCapture, BadGraph)):
        replayed(NearestInTorch(find))


def test_dropout_that_is_never_switched_off_is_named():
    class Always(LeNet):
        def forward(self, x):
            return F.dropout(super().forward(x))

    with pytest.raises(BadGraph, match="random numbers in evaluation"):
        replayed(Always())


class Lying(nn.Module):
    """One registered parameter; the network is hidden where the constructor says."""

    def __init__(self, hide):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(10))
        self.network = hide(ManualCNN().eval())

    def parameters(self, recurse=True):  # noqa: FBT002, ARG002
        return iter([self.bias])

    def named_parameters(self, *_args, **_options):
        return iter([("bias", self.bias)])

    def state_dict(self, *_args, **_options):
        return {"bias": self.bias}

    def forward(self, x):
        return self.network(x) + self.bias


def in_a_list(network):
    hidden = [network]
    return hidden[0]


def in_a_global(network):
    globals()["hidden_network"] = network

    def forward(x):
        return hidden_network(x)  # noqa: F821 - the global of the line above

    return forward


def in_numpy(network):
    arrays = {name: tensor.detach().numpy().copy() for name, tensor in network.state_dict().items()}
    return lambda x: torch.func.functional_call(
        network, {name: torch.from_numpy(array) for name, array in arrays.items()}, (x,)
    )


def in_halves(network):
    state = {name: tensor.detach().half() for name, tensor in network.state_dict().items()}
    return lambda x: torch.func.functional_call(network, {n: t.float() for n, t in state.items()}, (x,))


def in_bytes(network):
    state = {
        name: ((tensor.detach() * 100).round().clamp(-128, 127).to(torch.int8))
        for name, tensor in network.state_dict().items()
    }
    return lambda x: torch.func.functional_call(network, {n: t.float() / 100 for n, t in state.items()}, (x,))


def in_one_piece(network):
    state = network.state_dict()
    sizes = [tensor.numel() for tensor in state.values()]
    vector = torch.cat([tensor.detach().flatten() for tensor in state.values()])

    def forward(x):
        pieces = zip(state.items(), vector.split(sizes), strict=True)
        return torch.func.functional_call(network, {name: p.view_as(t) for (name, t), p in pieces}, (x,))

    return forward


@pytest.mark.parametrize("hide", [in_a_list, in_a_global, in_numpy, in_halves, in_bytes, in_one_piece])
def test_a_hidden_network_is_counted_whole(hide):
    graph = replayed(Lying(hide))

    assert 149_798 + 10 == graph.parameter_count
    assert 3 == graph.count("convolution")
    assert 2 == graph.count("linear")


def test_weights_in_buffers_are_counted():
    class Buffered(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("kernel", torch.randn(4, 1, 3, 3))
            self.register_buffer("head", torch.randn(10, 4))

        def forward(self, x):
            return F.linear(F.conv2d(x, self.kernel).mean((2, 3)), self.head)

    graph = replayed(Buffered())

    assert 4 * 9 + 40 == graph.parameter_count
    assert {"buffer"} == set(graph.roles.values())


def test_weights_in_many_small_constants_are_counted():
    pieces = [torch.randn(60) for _ in range(14)]

    class Pieces(nn.Module):
        def forward(self, x):
            x = x.flatten(1)
            sums = [(x[:, 56 * i : 56 * i + 56] * piece[:56]).sum(1) for i, piece in enumerate(pieces)]
            return torch.stack(sums[:10], 1)

    assert 600 == replayed(Pieces()).parameter_count


def test_weights_written_as_numbers_are_counted():
    numbers = torch.randn(280).double().tolist()

    class Numbers(nn.Module):
        def forward(self, x):
            x = x.flatten(1)
            terms = [x[:, i] * number for i, number in enumerate(numbers)]
            return torch.stack([sum(terms[28 * k : 28 * k + 28]) for k in range(10)], 1)

    assert replayed(Numbers()).parameter_count >= 280


class Decoys(nn.Module):
    def __init__(self, mix):
        super().__init__()
        self.decoy1 = nn.Conv2d(1, 4, 3)
        self.decoy2 = nn.Conv2d(4, 8, 3)
        self.real = nn.Linear(784, 10)
        self.mix = mix

    def forward(self, x):
        shown = self.decoy2(F.relu(self.decoy1(x))).mean((1, 2, 3), keepdim=True).flatten(1)
        return self.mix(self.real(x.flatten(1)), shown)


def test_layers_that_are_called_and_thrown_away_do_not_count():
    graph = replayed(Decoys(lambda real, _shown: real))

    assert 0 == graph.count("convolution")
    assert 7850 == graph.parameter_count
    assert {"real.weight", "real.bias"} == set(graph.tensors)


@pytest.mark.parametrize(
    "mix",
    [
        lambda real, shown: real + 0 * shown,
        lambda real, shown: real + 1e-9 * shown,
        lambda real, shown: real + (shown - shown),
    ],
)
def test_layers_without_effect_have_no_influence(mix):
    graph = replayed(Decoys(mix))

    influence = {
        name: graph.influence(name, images(4), torch.Generator().manual_seed(1)) for name in graph.tensors
    }

    assert 2 == graph.count("convolution")
    assert {"real.weight", "real.bias"} == {name for name, found in influence.items() if found}


def test_how_much_influence_is_asked_for_can_be_said():
    graph = replayed(Decoys(lambda real, shown: real + 1e-3 * shown))

    def influence(least):
        draw = torch.Generator().manual_seed(1)
        return graph.influence("decoy1.weight", images(4), draw, least=least)

    assert influence(1e-6)
    assert not influence(0.05)


def test_every_tensor_of_an_honest_network_has_influence():
    graph = replayed(settle(LeNet()))

    for name in graph.tensors:
        assert graph.influence(name, images(4), torch.Generator().manual_seed(1)), name


def test_a_matrix_product_without_a_weight_is_no_layer():
    class Products(nn.Module):
        def forward(self, x):
            x = x[:, 0]
            return (x @ x.transpose(1, 2))[:, :10, 0] + F.conv2d(x[:1], torch.ones(1, 1, 28, 28)).flatten()

    graph = replayed(Products())

    assert 0 == graph.count("convolution") == graph.count("linear")
    assert 0 < graph.count("bmm")


class Turncoat(nn.Module):
    """One network while it is captured, another afterwards."""

    def __init__(self, shows):
        super().__init__()
        self.good, self.poor = LeNet(), LeNet()
        self.shows = shows

    def forward(self, x):
        return self.good(x) if self.shows(x) else self.poor(x)


@pytest.mark.parametrize("shows", [lambda x: x.mean() > 0.3, lambda x: len(x) in {3, 5}])
def test_a_choice_by_the_images_shows_in_the_logits(shows):
    network = Turncoat(shows).eval()
    graph = replayed(network)
    dark = images(20) / 2

    with torch.no_grad():
        told = network(dark)

    assert not agrees(graph, dark, told)
    assert agrees(graph, dark, network.good(dark).detach())


@pytest.mark.parametrize(
    "told",
    [
        None,
        "logits",
        torch.zeros(20, 9),
        torch.zeros(20, 10, dtype=torch.int64),
        torch.full((20, 10), torch.nan),
        torch.full((20, 10), torch.inf),
        torch.empty(20, 10, device="meta"),
        torch.zeros(0),
    ],
)
def test_what_are_no_logits_does_not_agree(told):
    assert not agrees(replayed(LeNet()), images(20), told)


def test_logits_that_are_not_finite_do_not_agree():
    network = LeNet().eval()
    with torch.no_grad():
        network.fc2.bias[3] = torch.nan

    assert not agrees(replayed(network), images(4), network(images(4)).detach())


def test_a_graph_without_images_is_refused():
    class Constant(nn.Module):
        def forward(self, x):
            return torch.zeros(len(x), 10) + torch.arange(10.0)

    graph = replayed(Constant())

    assert 0 == graph.parameter_count
    assert isinstance(graph, CapturedGraph)
