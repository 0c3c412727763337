"""What is captured of a network, and what cannot be."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from tests.replay.networks import Functional, LeNet, ManualCNN, Normalised, Talkative, Tied
from tests.replay.ways import captured, images, replayed
from torch import nn

from labgrade.probes.capture import CannotCapture, capture


class Forward(nn.Module):
    """A network of one layer whose forward is given."""

    def __init__(self, forward):
        super().__init__()
        self.fc = nn.Linear(784, 10)
        self._forward = forward

    def forward(self, x):
        return self._forward(self, x)


def test_operators_and_leaves_are_named():
    plain = captured(LeNet())

    assert ["aten.convolution.default", "aten.max_pool2d_with_indices.default"] == [
        name for name, _, _ in plain["nodes"][:2]
    ]
    assert ["#", "@conv1.weight", "@conv1.bias"] == plain["nodes"][0][1][:3]
    assert {"conv1.weight", "conv1.bias", "fc2.bias"} < set(plain["leaves"])
    assert {"parameter"} == set(plain["roles"].values())
    assert [[1, 28, 28], "float32"] == plain["images"]


def test_a_dictionary_of_parameters_keeps_its_names():
    assert {"params.k", "params.w"} == set(captured(Functional())["leaves"])


def test_frozen_buffers_and_constants_are_told_apart():
    frozen = captured(Tied())["roles"]
    roles = captured(Normalised())["roles"]

    assert "frozen" == frozen["d.weight"]
    assert "parameter" == frozen["b.weight"]
    assert "c.weight" not in frozen
    assert "buffer" == roles["mean"]
    assert {"constant.0", "constant.1"} == {name for name, role in roles.items() if role == "constant"}


def test_a_submodule_called_constant_keeps_its_name():
    network = nn.Sequential()
    network.constant = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    hidden = torch.full((10,), 2.0)
    network.register_forward_hook(lambda _module, _args, output: output * hidden)

    roles = captured(network)["roles"]

    assert "parameter" == roles["constant.1.weight"] == roles["constant.1.bias"]
    assert "constant" == roles["constant.0"]


def test_the_number_of_images_becomes_a_multiple_of_it():
    plain = captured(Forward(lambda self, x: self.fc(x.view(x.size(0), -1))))

    assert ["aten.view.default", ["#", ["*1", -1]], {}] == plain["nodes"][0]


def test_a_sparse_buffer_that_nothing_uses_is_no_part_of_it():
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    network.register_buffer("mask", torch.eye(3).to_sparse())

    assert {"1.weight", "1.bias"} == set(captured(network)["leaves"])


def test_what_is_printed_is_no_part_of_it(capsys):
    plain = captured(Talkative())

    assert len(captured(Talkative().net)["nodes"]) == len(plain["nodes"])
    assert "tensor(" in capsys.readouterr().out


def test_modes_are_restored_and_images_left_alone():
    network = ManualCNN()
    network.net.eval()
    given = images(3)

    def forward(x):
        x.mul_(2)
        return ManualCNN.forward(network, x)

    network.forward = forward
    capture(network, given, images(5))

    assert network.training
    assert network.classification_head.training
    assert not network.net.training
    torch.testing.assert_close(given, images(3))


def test_gradients_stay_as_they_were():
    network = LeNet()
    network(images(2)).sum().backward()
    before = network.fc1.weight.grad.clone()

    capture(network, images(3), images(5))

    torch.testing.assert_close(network.fc1.weight.grad, before)
    assert torch.is_grad_enabled()


def test_what_forward_changes_is_captured_as_it_was_before():
    def forward(self, x):
        x = self.fc(x.flatten(1)) + self.seen
        self.seen.add_(1000.0)
        return x

    network = Forward(forward)
    network.register_buffer("seen", torch.zeros(1))

    graph = replayed(network)
    calls = 3  # one to try how images are taken, and two traces

    expected = images(130).flatten(1) @ network.fc.weight.T + network.fc.bias + 1000.0
    assert calls * 1000.0 == network.seen.item()
    torch.testing.assert_close(graph.logits(images(130)), expected.detach(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("forward", "reason"),
    [
        (lambda self, x: self.fc(x.view(64, -1)), "forward raised RuntimeError for 3 images"),
        (lambda self, x: self.no_such_layer(x), "forward raised AttributeError"),
        (lambda self, x: (self.fc(x.flatten(1)), x), "returned a tuple"),
        (lambda self, x: self.fc(x.flatten(1)).tolist(), "returned a list"),
        (lambda self, x: torch.stack([self.fc(one.flatten()) for one in x]), "other operators"),
        (lambda self, x: self.fc(x.flatten(1)) * x.mean().item(), "changes with the images"),
        (
            lambda self, x: self.fc(x.flatten(1)) + torch.from_numpy(x.numpy().sum(3))[:, 0, :10],
            "outside",
        ),
        (lambda self, x: self.fc(x.flatten(1)) + torch.tensor(len(x) % 4), "outside"),
    ],
)
def test_what_is_no_fixed_sequence_of_operators_is_refused(forward, reason):
    with pytest.raises(CannotCapture, match=reason):
        captured(Forward(forward))


def test_neither_end_imports_more_of_torch():
    """Some corners of torch import hundreds of modules at their first use: a second for each process."""
    program = """
import sys, torch
from tests.replay.networks import SmallResNet
from tests.replay.ways import images, replayed
before = set(sys.modules)
replayed(SmallResNet()).logits(images(9))
print(*sorted(set(sys.modules) - before), sep="\\n")
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "" == ended.stdout.strip()


class TrainsItself(torch.nn.Module):
    """A class whose `train` is a training, not a switch."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 3)

    def train(self, *_arguments):
        raise AssertionError("nobody asked for a training")

    def forward(self, x):
        return self.layer(x)


def test_a_class_with_a_training_of_its_own_is_captured():
    graph = capture(TrainsItself(), torch.rand(3, 4), torch.rand(5, 4))

    assert set(graph["leaves"]) == {"layer.weight", "layer.bias"}
