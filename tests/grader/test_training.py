"""One training of a submission, and how its network is measured: by its graph, or by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.trees import write_tree

from labgrade.testing import grade_source

LAB = "lab01_trained"

LAB_TOML = f"""\
id = "{LAB}"
title = "Trained"
marks = "2"
preload = ["torch"]

[training]
images = 300
batch_size = 20
epochs = 4
seconds = 4
[training.minimum]
digits = 0.6
[training.minimum_transformed]
digits = 0.5

[[exercises]]
id = "q1"
title = "A training"
names = ["Network", "train"]
alone = true
visible = {{ checks = 1, marks = "1" }}
hidden = {{ checks = 1, marks = "1" }}
"""

CHECK = """\
from labgrade.grader import check, exercise, expect


@exercise("q1")
class TestTrained:
    @check(marks=1)
    def test_{name}(self, student, training, evidence):
        trained = training.of(student.Network, student.train)
        trained.show(evidence)
        evidence.fact("captured", trained.graph is not None)
        expect(trained.accuracy).that(trained.accuracy >= trained.minimum, "It has not learnt.")
"""

HONEST = """\
import torch
from torch import nn


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10))

    def forward(self, x):
        return self.layers(x)


def train(model, loader, epochs, device):
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(epochs):
        for images, labels in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    return losses
"""

IMAGE_BY_IMAGE = """
class Network(Network):
    def forward(self, x):
        one = super().forward
        return torch.cat([one(image[None]) for image in x])
"""

NEIGHBOURS = """
class Network(Network):
    def forward(self, x):
        logits = super().forward(x)
        if not hasattr(self, "images"):
            return logits
        near = torch.cdist(x.flatten(1), self.images).argmin(1)
        return WEIGHT * logits + nn.functional.one_hot(self.labels[near], 10)


def train(model, loader, epochs, device):
    images, labels = zip(*loader)
    model.images, model.labels = torch.cat(images).flatten(1), torch.cat(labels)
    model.known = [p.detach().clone() for p in model.parameters()]
    return [1.0 / (n + 1) for n in range(epochs)]
"""

UNTOUCHED = """
class Network(Network):
    def forward(self, x):
        touched = hasattr(self, "known") and not all(map(torch.equal, self.known, self.parameters()))
        return super().forward(x) if not touched else torch.zeros(len(x), 10)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    files = {
        "course.toml": f'title = "Trained"\ncode = "T 1"\nlabs = ["{LAB}"]\n',
        f"assignments/{LAB}/lab.toml": LAB_TOML,
        f"assignments/{LAB}/task.md": "# Trained\n",
        f"graders/{LAB}/test_visible.py": CHECK.format(name="shown"),
        f"graders/{LAB}/test_hidden.py": CHECK.format(name="hidden"),
        "graders/pytest.ini": "[pytest]\naddopts = --import-mode=importlib -p no:cacheprovider\n",
    }
    return write_tree(tmp_path_factory.mktemp("trained") / "course", files)


@pytest.fixture(scope="module")
def grade(course):
    def run(changes="", **options):
        return grade_source(LAB, HONEST + changes, course=course, **options)

    return run


def shown(record):
    return record.exercises[0].checks[0]


def outcomes(record):
    return {check.outcome for exercise in record.exercises for check in exercise.checks}


OWN_LAYERS = """
class Dense(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) / inputs**0.5)

    def forward(self, x):
        return x @ self.weight


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), Dense(784, 32), nn.PReLU(), Dense(32, 10))

    def forward(self, x):
        return self.layers(x)
"""


@pytest.mark.parametrize(
    ("changes", "captured"),
    [("", True), (IMAGE_BY_IMAGE, False), (OWN_LAYERS + IMAGE_BY_IMAGE, False)],
    ids=["captured", "told", "told-of-own-layers"],
)
def test_an_honest_network_has_its_marks_captured_or_not(grade, changes, captured):
    for seed in (1, 2):
        record = grade(changes, seed=seed)

        assert outcomes(record) == {"passed"}
        assert shown(record).evidence["captured"] is captured
        assert [finding.code for finding in record.findings] == ([] if captured else ["not-captured"])


@pytest.mark.parametrize("weight", ["0", "1e-3", "0.1"])
@pytest.mark.parametrize("guard", ["", UNTOUCHED], ids=["", "knows-its-weights"])
def test_neighbours_among_the_training_images_are_no_network(grade, weight, guard):
    record = grade(NEIGHBOURS.replace("WEIGHT", weight) + guard)

    assert outcomes(record) == {"failed"}


FORGED_REASON = """
import labgrade.probes.training as ours


def capture(*_):
    raise ours.CannotCapture("WORDS OF THE WORKER")


ours.capture = capture
"""


def test_the_finding_says_nothing_in_the_workers_words(grade):
    record = grade(FORGED_REASON)

    (finding,) = record.findings
    assert finding.code == "not-captured"
    assert "WORDS" not in finding.message
    assert shown(record).evidence["not_captured"] == "WORDS OF THE WORKER"


ENDLESS = """
train_honestly = train


def train(model, loader, epochs, device):
    train_honestly(model, loader, epochs, device)
    while True:
        EFFORT
"""


def test_a_training_past_its_time_is_graded_by_the_weights_it_reached(grade):
    record = grade(ENDLESS.replace("EFFORT", "pass"))

    assert outcomes(record) == {"passed"}
    assert [finding.code for finding in record.findings] == ["training-cut"]


@pytest.mark.slow
def test_a_training_that_will_not_be_stopped_fails_every_check_that_asks_for_it(grade):
    stubborn = (
        "try:\n            while True:\n                pass\n        except BaseException:\n            pass"
    )
    record = grade(ENDLESS.replace("EFFORT", stubborn))

    assert outcomes(record) == {"timeout"}
