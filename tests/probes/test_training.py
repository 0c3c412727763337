"""A training loop of ours, and the graph that a worker tells of a network."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from labgrade import probes
from labgrade.errors import StudentRaised
from labgrade.probes import Timed, objects
from labgrade.probes.modules import Module
from labgrade.probes.training import export, train_by_adam
from labgrade.wire.plain import Opaque

from .in_process import InProcess, Replying
from .test_modules import Evasive


@pytest.fixture(autouse=True)
def forgotten():
    objects.forget()
    yield
    objects.forget()


def points():
    """Two classes that a line tells apart."""
    x = torch.randn(96, 2, generator=torch.Generator().manual_seed(5))
    return x, (x.sum(1) > 0).long()


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Dropout(0.1), nn.Linear(8, 2))

    def forward(self, x):
        return self.layers(x)


class Evading(Evasive, Classifier):
    """Has no parameters, it says, and another `train`."""


def trained(kind, *, epochs=5, seconds=30.0, seed=1):
    made = probes.module(InProcess(kind), seed=3)
    loader = probes.loader(*points(), batch_size=8, shuffle=True)
    return made, train_by_adam(made, loader, epochs=epochs, seconds=seconds, seed=seed)


class TestTrainByAdam:
    @pytest.mark.parametrize("kind", [Classifier, Evading])
    def test_the_loss_of_each_epoch_falls(self, kind):
        made, ran = trained(kind)

        assert ran.finished
        assert ran.value == sorted(ran.value, reverse=True)
        assert len(ran.value) == 5
        start = probes.module(InProcess(kind), seed=3).parameters()
        assert not any(torch.equal(a.value, b.value) for a, b in zip(made.parameters(), start, strict=True))

    def test_the_seed_decides(self):
        runs = [trained(Classifier, seed=seed)[1].value for seed in (1, 1, 2)]
        assert runs[0] == runs[1] != runs[2]

    def test_frozen_and_tied_parameters(self):
        class Both(Classifier):
            def __init__(self):
                super().__init__()
                self.again = self.layers
                self.layers[0].requires_grad_(requires_grad=False)

        made, ran = trained(Both)
        frozen, fresh = made.parameters()[0], probes.module(InProcess(Both), seed=3).parameters()[0]
        assert ran.finished
        assert torch.equal(frozen.value, fresh.value)

    def test_past_its_time_the_weights_reached_stay(self):
        made, ran = trained(Classifier, epochs=10**6, seconds=0.1)
        start = probes.module(InProcess(Classifier), seed=3).parameters()[0]

        assert ran == Timed(None, finished=False)
        assert not torch.equal(made.parameters()[0].value, start.value)

    @pytest.mark.parametrize(
        "forward", [lambda x: (x, x), lambda x: x[:, :1].sum(), lambda _: None, lambda x: x.detach()]
    )
    def test_a_network_that_cannot_be_trained_is_the_students(self, forward):
        class Odd(nn.Linear):
            def __init__(self):
                super().__init__(2, 2)

            def forward(self, x):
                return forward(super().forward(x))

        with pytest.raises(StudentRaised):
            trained(Odd)

    @pytest.mark.parametrize("reply", [None, 5, "ab", [], [1], [1, 2], [1, True, 2], Opaque("list")], ids=str)
    def test_a_forged_reply_is_the_value(self, reply):
        made = Module("object0", Replying(reply), "Net")
        ran = train_by_adam(made, probes.loader(*points(), batch_size=8), epochs=1, seconds=1, seed=1)
        assert ran == Timed(reply, finished=True)


class TestExport:
    def batches(self):
        return [torch.randn(n, 2) for n in (3, 5, 7)]

    def test_graph_and_logits_of_the_evaluation(self):
        made = probes.module(InProcess(Classifier))
        small, large, others = self.batches()
        told = export(made, small, large, others)

        assert set(told) == {"graph", "logits"}
        assert torch.equal(told["logits"], made.forward(others))
        assert made.is_training()
        assert not any("dropout" in node[0] for node in told["graph"]["nodes"])

    def test_a_network_that_cannot_be_captured_gives_a_reason(self):
        class Table(nn.Module):
            def forward(self, x):
                return torch.tensor([[float(row.sum() > 0), 0.0] for row in x])

        told = export(probes.module(InProcess(Table)), *self.batches())
        assert set(told) == {"reason"}
        assert isinstance(told["reason"], str)

    def test_one_that_raises_gives_a_reason(self):
        told = export(probes.module(InProcess(lambda: nn.Linear(9, 2))), *self.batches())
        assert "RuntimeError" in told["reason"]

    def test_one_that_is_too_large_to_be_sent_gives_a_reason(self):
        told = export(probes.module(InProcess(lambda: nn.Linear(2, 6_000_000))), *self.batches())
        assert told == {"reason": "its tensors take 68 MiB, more than is sent"}

    @pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
    def test_what_the_recorder_stumbles_over_gives_a_reason(self):
        class Nested(Classifier):
            def __init__(self):
                super().__init__()
                ragged = torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)])
                self.register_buffer("ragged", ragged)

        told = export(probes.module(InProcess(Nested)), *self.batches())
        assert "RuntimeError" in told["reason"]

    def test_what_is_no_module_is_the_students(self):
        claimed = probes.create(InProcess(object))
        with pytest.raises(StudentRaised, match=r"no nn\.Module"):
            export(Module(claimed.key, claimed.callee, "Net"), *self.batches())
