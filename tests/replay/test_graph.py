"""What a captured graph tells: layers, counts, shapes, logits in passes."""

from __future__ import annotations

import pytest
import torch
from tests.replay.networks import (
    BatchNormCNN,
    LeNet,
    LongShortTerm,
    ManualCNN,
    Normalised,
    Recurrent,
    Tied,
    weight_normed,
)
from tests.replay.ways import images, replayed, settle
from torch import nn

from labgrade.grader.replay import BadGraph


def test_layers_are_listed_in_order_of_execution():
    assert [
        ("convolution", "net.0.weight", (64, 1, 3, 3), (64, 26, 26)),
        ("convolution", "net.3.weight", (128, 64, 3, 3), (128, 11, 11)),
        ("convolution", "net.6.weight", (64, 128, 3, 3), (64, 3, 3)),
        ("linear", "classification_head.0.weight", (20, 64), (20,)),
        ("linear", "classification_head.2.weight", (10, 20), (10,)),
    ] == replayed(ManualCNN()).layers()


def test_the_manual_s_network_has_its_number_of_parameters():
    assert 149_798 == replayed(ManualCNN()).parameter_count


def test_operators_are_counted_by_name():
    graph = replayed(LeNet())

    assert 2 == graph.count("convolution")
    assert 2 == graph.count("linear")
    assert 3 == graph.count("relu") == graph.operators["relu"]
    assert 0 == graph.count("topk")


def test_a_layer_that_runs_three_times_holds_its_weight_once():
    graph = replayed(Recurrent())

    assert ["first.weight", *["again.weight"] * 3, "fc.weight"] == [row.weight for row in graph.layers()]
    assert sum(p.numel() for p in Recurrent().parameters()) == graph.parameter_count


def test_a_tensor_with_two_names_has_the_first():
    graph = replayed(Tied())

    assert ["a.weight", "b.weight", "b.weight", "d.weight"] == [row.weight for row in graph.layers()]


def test_a_weight_that_is_computed_goes_by_the_largest_tensor_it_is_made_from():
    layers = replayed(weight_normed()).layers()

    assert ["0.parametrizations.weight.original1", "3.parametrizations.weight.original1"] == [
        row.weight for row in layers
    ]
    assert ["convolution", "linear"] == [row.operator for row in layers]


def test_running_statistics_and_what_normalises_images_are_no_parameters():
    norm, normalised = replayed(settle(BatchNormCNN())), replayed(Normalised())

    assert "features.1.running_mean" in norm.tensors
    assert sum(p.numel() for p in BatchNormCNN().parameters()) == norm.parameter_count
    assert {"mean", "constant.0"} < set(normalised.tensors)
    assert sum(p.numel() for p in LeNet().parameters()) == normalised.parameter_count


def test_running_statistics_that_serve_another_purpose_count():
    class Abused(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(784, affine=False)
            self.norm.running_var = torch.rand(784)

        def forward(self, x):
            return (self.norm(x.flatten(1)) * self.norm.running_var).unfold(1, 78, 78).sum(-1)

    assert 784 == replayed(Abused()).parameter_count


def test_a_recurrent_layer_is_taken_apart():
    graph = replayed(LongShortTerm())

    steps_after_the_first = 27  # there, the weight meets zeros that no image has a part in

    assert steps_after_the_first == sum(row.weight == "lstm.weight_hh_l1" for row in graph.layers())


def test_shapes_are_those_of_the_images():
    shapes = replayed(LeNet()).shapes(images(4))

    assert ("convolution", (4, 10, 24, 24)) == shapes[0]
    assert ("_log_softmax", (4, 10)) == shapes[-1]


@pytest.mark.parametrize("number", [1, 63, 64, 65, 130])
def test_any_number_of_images_goes_through(number):
    network = settle(ManualCNN()).eval()

    logits = replayed(network).logits(images(number))

    with torch.no_grad():
        torch.testing.assert_close(logits, network(images(number)), rtol=1e-3, atol=1e-5)


def test_a_network_that_cannot_take_one_image_says_so_for_one():
    class Squeezed(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(28, 10)

        def forward(self, x):
            return self.fc(x.squeeze().mean(-1))

    graph = replayed(Squeezed())

    assert (65, 10) == graph.logits(images(65)).shape
    with pytest.raises(BadGraph):
        graph.logits(images(1))


def test_the_process_keeps_its_threads_and_its_gradients():
    graph, before = replayed(LeNet()), torch.get_num_threads()

    logits = graph.logits(images(3))

    assert before == torch.get_num_threads()
    assert torch.is_grad_enabled()
    assert not logits.requires_grad


def test_other_values_can_be_tried_for_a_tensor():
    graph = replayed(LeNet())
    before = graph.logits(images(3))

    blank = graph.logits(images(3), {"fc2.weight": torch.zeros(10, 50), "fc2.bias": torch.zeros(10)})

    torch.testing.assert_close(blank, torch.full((3, 10), 0.1).log())
    assert torch.equal(before, graph.logits(images(3)))


def test_tensors_are_the_graph_s_own():
    graph = replayed(LeNet())
    before = graph.logits(images(3))

    graph.tensors.clear()
    graph.roles.clear()

    assert torch.equal(before, graph.logits(images(3)))
