"""Losses of `train_classifier`: every usual kind and way to keep them is right, with any usual training."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from tests.labs.lab04.records import LAB, passed

from labgrade.testing import grade_source


class Work(NamedTuple):
    """A way to train: what the network has between its layers and at its end, and what is recorded."""

    loss: str = "F.cross_entropy(out, labels)"
    optimiser: str = "Adam(model.parameters())"
    between: str = ""
    last: str = ""
    kept: str = "sum(epoch) / len(loader)"
    prepare: str = "images"
    evaluated: bool = False


ONE_HOT = "F.one_hot(labels, 10).float()"
WORKS = {
    "mean of the batches": Work(),
    "sum of the batches": Work(kept="sum(epoch)"),
    "weighted by images": Work(kept="sum(8 * loss for loss in epoch) / len(loader.dataset)"),
    "sum over all images": Work(kept="8 * sum(epoch)"),
    "last batch": Work(kept="epoch[-1]", optimiser="SGD(model.parameters(), lr=0.1)"),
    "a tensor": Work(kept="torch.tensor(epoch).mean()"),
    "after the epoch": Work(evaluated=True),
    "after the epoch, large steps": Work(evaluated=True, optimiser="Adam(model.parameters(), lr=0.01)"),
    "sum of squares": Work(f"F.mse_loss(out, {ONE_HOT}, reduction='sum')"),
    "mse": Work(f"F.mse_loss(out, {ONE_HOT})"),
    "mse of a softmax": Work(f"F.mse_loss(out.softmax(1), {ONE_HOT})"),
    "mse of sigmoids": Work(f"F.mse_loss(out, {ONE_HOT})", last="nn.Sigmoid()"),
    "bce of logits": Work(f"F.binary_cross_entropy_with_logits(out, {ONE_HOT})"),
    "bce": Work(f"F.binary_cross_entropy(out, {ONE_HOT})", last="nn.Sigmoid()"),
    "nll": Work("F.nll_loss(out, labels)", last="nn.LogSoftmax(1)"),
    "by hand": Work("-out.log_softmax(1)[torch.arange(len(out)), labels].mean()"),
    "softmax before": Work("F.cross_entropy(out.softmax(1), labels)"),
    "label smoothing": Work("F.cross_entropy(out, labels, label_smoothing=0.2)"),
    "margin": Work("F.multi_margin_loss(out, labels)"),
    "dropout": Work(between="nn.Dropout(0.5),"),
    "dropout, momentum": Work(
        between="nn.Dropout(0.2),", optimiser="SGD(model.parameters(), lr=0.01, momentum=0.9)"
    ),
    "batch norm": Work(between="nn.BatchNorm1d(64),"),
    "shifted images": Work(prepare="(images - 0.5) / 0.5"),
    "standardised images": Work(prepare="(images - 0.1307) / 0.3081"),
    "large steps": Work(optimiser="SGD(model.parameters(), lr=0.5)"),
    "weight decay": Work(optimiser="AdamW(model.parameters(), lr=0.003, weight_decay=0.1)"),
    "decay by the optimiser": Work(optimiser="SGD(model.parameters(), lr=0.1, weight_decay=0.001)"),
    "rmsprop": Work(optimiser="RMSprop(model.parameters())"),
}


def source(work: Work) -> str:
    """A submission that has the network and its training."""
    loss = f"loss = {work.loss}"
    evaluated = f"""
        model.eval()
        with torch.no_grad():
            epoch = []
            for images, labels in loader:
                out = model({work.prepare})
                {loss}
                epoch.append(loss.item())
        model.train()"""
    return f"""
import torch
from torch import nn
from torch.nn import functional as F


class DigitClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        between = [{work.between}]
        self.layers = nn.Sequential(
            nn.Flatten(), nn.Linear(784, 64), *between, nn.ReLU(), nn.Linear(64, 32), nn.ReLU(),
            nn.Linear(32, 10), {work.last}
        )

    def forward(self, x):
        return self.layers(x)


def train_classifier(model, loader, epochs, device):
    model.to(device).train()
    optimiser = torch.optim.{work.optimiser}
    losses = []
    for _ in range(epochs):
        epoch = []
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            optimiser.zero_grad()
            out = model({work.prepare})
            {loss}
            loss.backward()
            optimiser.step()
            epoch.append(loss.item())
{evaluated if work.evaluated else ""}
        losses.append({work.kept})
    return losses
"""


FAST = {"weighted by images", "bce", "after the epoch, large steps"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in FAST else pytest.mark.slow) for name in WORKS]
)
def test_losses_of_every_kind_belong_to_their_training(name: str) -> None:
    record = grade_source(LAB, source(WORKS[name]), seed=8, exercises=["q4"])

    assert "q4.losses_belong_to_training" in passed(record)
