"""XOR without luck: from the grader's starts the usual ways to train all learn the table.

Many simulated trainings show it for every setting, real ones for settings as students write them.
"""

from __future__ import annotations

from itertools import product

import pytest
import torch
from benchmarks.xor_starts import (
    HOPELESS,
    RATES,
    SETTINGS,
    STARTS,
    STEADIER,
    Network,
    Setting,
    drawn,
    failures,
    rows_right,
)
from tests.labs.lab04.records import LAB, short

from labgrade.testing import grade_source

EXTREMES = {("sgd", 0.03, "all"), ("sgd", 0.3, "one")}
"""Of what the fast suite tries: the slowest and the boldest."""


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("network", STARTS)
def test_a_start_has_two_rows_right(network: Network) -> None:
    starts = drawn(STARTS[network], 300)
    unbalanced = torch.cat([2 * starts[:, :6], starts[:, 6:8] / 2, starts[:, 8:]], 1)

    assert rows_right(starts, network).unique().tolist() == [2]
    assert rows_right(unbalanced, network).max() <= 2


@pytest.mark.parametrize("network", STEADIER)
def test_a_steadier_start_has_at_most_two_rows_right(network: Network) -> None:
    assert rows_right(drawn(STEADIER[network], 300), network).max() <= 2


@pytest.mark.parametrize("network", STARTS)
@pytest.mark.parametrize("setting", [s for s in SETTINGS if s[1:] in EXTREMES and s.loss == "mse"])
def test_extreme_settings_succeed(network: Network, setting: Setting) -> None:
    assert failures(network, setting, 10) == 0


@pytest.mark.slow
@pytest.mark.parametrize("network", STARTS)
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: "-".join(map(str, setting)))
def test_every_setting_succeeds(network: Network, setting: Setting) -> None:
    """From a hundred starts each; and what the task calls hopeless is."""
    assert failures(network, setting, 100) == ((network, setting) in HOPELESS)


OPTIMISERS = {
    "sgd": "torch.optim.SGD(model.parameters(), lr={rate})",
    "momentum": "torch.optim.SGD(model.parameters(), lr={rate}, momentum=0.9)",
    "adam": "torch.optim.Adam(model.parameters(), lr={rate})",
}
LOSSES = {
    ("mse", "none"): "nn.MSELoss()",
    ("mse", "sigmoid"): "nn.MSELoss()",
    ("bce", "none"): "nn.BCEWithLogitsLoss()",
    ("bce", "sigmoid"): "nn.BCELoss()",
}
LAYERS = {"none": "nn.Linear(2, 1)", "sigmoid": "nn.Linear(2, 1), nn.Sigmoid()"}
ORDERS = {"all": "[[0, 1, 2, 3]]", "one": "torch.randperm(4).view(4, 1)"}
EPOCHS = {"all": 3_000, "one": 1_000}

Work = tuple[str, Setting]
"""The activation of the output, and how `train_xor` trains."""


def source(work: Work) -> str:
    """A submission for q1 and q2."""
    last, setting = work
    return f"""
import torch
from torch import nn


class XORModel(nn.Module):
    activation = nn.Sigmoid

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 2), self.activation(), {LAYERS[last]})

    def forward(self, x):
        return self.layers(x)


class XORModelReLU(XORModel):
    activation = nn.ReLU


def count_parameters(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def train_xor(model):
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    loss_function = {LOSSES[setting.loss, last]}
    optimiser = {OPTIMISERS[setting.optimiser].format(rate=setting.rate)}
    losses = []
    for _ in range({EPOCHS[setting.rows]}):
        total = 0.0
        for rows in {ORDERS[setting.rows]}:
            optimiser.zero_grad()
            loss = loss_function(model(x[rows]), y[rows])
            loss.backward()
            optimiser.step()
            total += loss.item() * len(rows)
        losses.append(total / 4)
    return losses
"""


def is_possible(work: Work) -> bool:
    return (("relu", work[0]), work[1]) not in HOPELESS


WORKS = [
    (last, Setting(loss, optimiser, rate, rows))
    for last, loss, optimiser in product(LAYERS, ("mse", "bce"), RATES)
    for rate, rows in product(RATES[optimiser], EPOCHS)
    if is_possible((last, Setting(loss, optimiser, rate, rows)))
]


def spoken(work: Work) -> str:
    return "-".join(map(str, (work[0], *work[1])))


FAST = {
    "q1": ("sigmoid", Setting("bce", "momentum", 0.1, "all")),
    "q2": ("none", Setting("mse", "sgd", 0.1, "one")),
}


@pytest.mark.parametrize("exercise", FAST)
def test_real_training_has_full_marks(exercise: str) -> None:
    assert short(grade_source(LAB, source(FAST[exercise]), seed=3, exercises=[exercise])) == {}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("part", range(4))
def test_real_trainings_have_full_marks_at_every_seed(seed: int, part: int) -> None:
    """A hundred gradings: each of the settings at one seed or two, four of them at each seed."""
    work = WORKS[(4 * seed + part) % len(WORKS)]

    assert short(grade_source(LAB, source(work), seed=seed, exercises=["q1", "q2"])) == {}
