"""Work of lab 4 that pretends: no mark for accuracy, count or training that was not earned.

A file of `cheats` replaces part of the solution. What it has to fail stands in the table below; most of them
look right to a student's own check.
"""

from __future__ import annotations

import base64
import functools
import hashlib

import numpy as np
import pytest
import torch
from tests.labs.lab04.records import LAB, SOLUTION, passed, short, sources, with_override
from torch import Tensor, nn
from torch.nn import functional

from labgrade.data.digits import PackagedDigits
from labgrade.testing import grade_source

CHEATS = sources("cheats")
ACCURACY = {"q4.accuracy_after_training", "q4.accuracy_by_hidden_layers"}
EVALUATION = {"q4.accuracy_at_random", "q4.confusion_at_random", "q4.dropout_is_off"}
XOR = {f"{q}.{check}" for q in ("q1", "q2") for check in ("table_from_elsewhere", "start_matters")}
MUST_FAIL = {
    "knn_sklearn": ACCURACY,
    "knn_torch": ACCURACY,
    "knn_as_layers": ACCURACY,
    "knn_kept_in_parameters": ACCURACY,
    "hidden_network": {*ACCURACY, "q4.two_hidden_layers"},
    "decoy_layers": {"q4.accuracy_by_hidden_layers", "q4.two_hidden_layers"},
    "forged_confusion": EVALUATION,
    "evaluation_on_training": EVALUATION,
    "xor_by_heart": XOR,
    "xor_in_forward": {*XOR, "q1.network_at_random", "q2.network_at_random"},
}


@pytest.mark.parametrize("name", MUST_FAIL)
def test_fails_where_it_has_earned_nothing(name: str) -> None:
    exercises = ["q1", "q2"] if name.startswith("xor") else ["q4"]
    record = grade_source(LAB, with_override(CHEATS[name]), seed=5, exercises=exercises)

    assert MUST_FAIL[name] <= set(short(record))


NO_TRAINING = """

def train_classifier(model, loader, epochs, device):
    return [1.1 * 0.6**epoch for epoch in range(epochs)]
"""


@functools.cache
def digits() -> tuple[Tensor, Tensor]:
    """All images of the embedded data set, upright, and their published labels."""
    loaded = PackagedDigits().load(())
    parts = (loaded.train, loaded.test)
    return torch.cat([part.images for part in parts]), torch.cat([part.labels for part in parts])


def carried(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()


def table_of_labels() -> str:
    """A network that looks an image up in a table of all published labels."""
    images, labels = digits()
    keys = [hashlib.sha256(image.numpy().tobytes()).hexdigest()[:8] for image in images]
    return f"""
import hashlib

TABLE = {dict(zip(keys, labels.tolist(), strict=True))}


class DigitClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(784, 128), nn.Linear(128, 64), nn.Linear(64, 10)

    def forward(self, x):
        out = self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x.flatten(1))))))
        keys = [hashlib.sha256(image.detach().cpu().numpy().tobytes()).hexdigest()[:8] for image in x]
        known = torch.tensor([TABLE.get(key, 0) for key in keys])
        return 0.01 * out + 50 * nn.functional.one_hot(known, 10)
{NO_TRAINING}"""


def smuggled_weights() -> str:
    """A network that was trained elsewhere, on all upright images, and is only unpacked here."""
    images, labels = digits()
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)
    )
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(120):
        optimiser.zero_grad()
        loss = functional.cross_entropy(network(images), labels)
        loss.backward()
        optimiser.step()
    state = torch.cat([value.flatten() for value in network.state_dict().values()])
    return f"""
import base64
import numpy as np

STATE = "{carried(state.numpy().astype(np.float16))}"


class DigitClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(784, 64), nn.Linear(64, 32), nn.Linear(32, 10)
        values = torch.from_numpy(np.frombuffer(base64.b64decode(STATE), np.float16).astype(np.float32))
        nn.utils.vector_to_parameters(values, self.parameters())

    def forward(self, x):
        return self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x.flatten(1))))))

{NO_TRAINING}"""


def trained_at_import() -> str:
    """A network that trains when the file is loaded, on images that the file carries."""
    images, labels = digits()
    small = functional.interpolate(images, size=(14, 14), mode="area")
    return f"""
import base64
import numpy as np

CARRIED = np.frombuffer(base64.b64decode("{carried((255 * small).round().byte().numpy())}"), np.uint8)
LABELS = torch.tensor({labels.tolist()})
IMAGES = torch.from_numpy(CARRIED.copy()).view(-1, 1, 14, 14).float() / 255
IMAGES = nn.functional.interpolate(IMAGES, size=(28, 28), mode="bilinear")
HIDDEN = nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU()
READY = nn.Sequential(nn.Flatten(), *HIDDEN, nn.Linear(32, 10))
_optimiser = torch.optim.Adam(READY.parameters(), lr=3e-3)
for _ in range(120):
    _optimiser.zero_grad()
    nn.functional.cross_entropy(READY(IMAGES), LABELS).backward()
    _optimiser.step()


class DigitClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = READY

    def forward(self, x):
        return self.layers(x)

{NO_TRAINING}"""


BROUGHT = {"smuggled weights": smuggled_weights, "trained at import": trained_at_import}


@pytest.mark.parametrize("name", BROUGHT)
def test_what_was_learnt_elsewhere_is_worth_nothing(name: str) -> None:
    record = grade_source(LAB, with_override(BROUGHT[name]()), seed=6, exercises=["q4"])

    assert ACCURACY <= set(short(record))


@pytest.mark.parametrize("name", BROUGHT)
def test_what_was_learnt_elsewhere_deceives_a_self_check(name: str) -> None:
    """Otherwise the test above would pass for a cheat that does not work at all."""
    source = with_override(BROUGHT[name]())
    record = grade_source(LAB, source, seed=6, exercises=["q4"], visible_only=True)

    assert "q4.accuracy_after_training" in passed(record)


def test_table_of_labels_finds_no_image() -> None:
    record = grade_source(LAB, with_override(table_of_labels()), seed=6, exercises=["q4"])

    assert ACCURACY <= set(short(record))


def test_cheats_beside_it_cost_honest_work_nothing() -> None:
    grade_source(LAB, with_override(CHEATS["knn_sklearn"]), seed=7, exercises=["q4"])

    assert short(grade_source(LAB, SOLUTION, seed=7, exercises=["q4"])) == {}
