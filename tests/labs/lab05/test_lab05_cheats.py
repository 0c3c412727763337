"""Work that pretends: it gets no mark that it did not earn, and keeps those that it did.

Each file in `cheats` replaces parts of the solution with small networks; what it must fail, and nothing else,
stands here.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

FOLDER = Path(__file__).parent / "cheats"
ACCURACY = {"q3.accuracy", "q3.accuracy_by_convolutions"}
CONVOLUTIONS = {"q3.two_convolutions", "q3.logits_by_convolutions"}
SMALLER = {"q4.smaller", "q4.smaller_at_all", "q4.smaller_by_a_third"}
LOOP = {"q3.losses", "q3.trains_what_it_is_given"}
PAIRS = {"q4.pairs_accuracies"}
EVALUATION = {
    *("q3.confusion_example", "q3.accuracy_example", "q3.confusion_at_random", "q3.accuracy_at_random"),
    "q3.absent_class",
}

MEMORY = ACCURACY | CONVOLUTIONS | {"q3.parameters_in_layers"}
FAILS = {
    "hidden_in_list": SMALLER,
    "hidden_in_closure": SMALLER,
    "hidden_in_buffers": SMALLER,
    "decoy_unused": ACCURACY | CONVOLUTIONS | {"q3.parameters_in_layers"},
    "decoy_times_zero": ACCURACY | CONVOLUTIONS,
    "decoy_faint": ACCURACY | CONVOLUTIONS,
    "neighbours": MEMORY | LOOP,
    "neighbours_as_layers": ACCURACY,
    "attention_to_memory": MEMORY,
    "brought_along": ACCURACY | LOOP,
    "label_table": ACCURACY | LOOP | {"q3.parameters_in_layers"},
    "invented_losses": ACCURACY | LOOP,
    "invented_evaluation": EVALUATION,
    "invented_points": PAIRS,
    "improved_points": PAIRS,
    "points_from_test_data": PAIRS,
}


def code_of(name):
    return (FOLDER / f"{name}.py").read_text(encoding="utf-8")


def failing(record):
    """What was tried and not passed."""
    checks = [check for exercise in record.exercises for check in exercise.checks]
    return {check.id for check in checks if check.outcome not in ("passed", "not_attempted")}


def graded(grade, small, name, **replaced):
    """Grade a cheat in the exercise that it is about; where it replaces no network, without any."""
    code = code_of(name)
    for place, text in replaced.items():
        code = code.replace(f"@{place}@", text)
    if not re.search(r"^(class|def train_classifier)\b", code, re.MULTILINE):
        code += "\n\ndel CNNClassifier, ReducedCNN, FashionCNN"
    (exercise,) = {check_id.partition(".")[0] for check_id in FAILS[name]}
    return grade(f"{small}\n\n{code}", (exercise,))


@pytest.fixture(scope="session")
def published():
    """The digits as everybody has them: images (N, 1, 28, 28), labels (N,)."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32)[:, None] / digits.images.max()
    return nn.functional.interpolate(images, size=(28, 28), mode="bilinear"), torch.tensor(digits.target)


@pytest.fixture(scope="session")
def weights(small, published):
    """What the small network knows after a training at home."""
    names: dict = {}
    exec(compile(small, "small.py", "exec"), names)
    torch.manual_seed(1)
    network, device = names["CNNClassifier"](), torch.device("cpu")
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*published), 8, shuffle=True)
    names["train_classifier"](network, loader, 3, device)
    accuracy, _ = names["evaluate_classifier"](network, loader, device)
    assert accuracy > 0.9
    packed = io.BytesIO()
    np.savez(packed, **{name: value.numpy() for name, value in network.state_dict().items()})
    return base64.b64encode(packed.getvalue()).decode()


@pytest.mark.parametrize("name", sorted(FAILS.keys() - {"brought_along", "label_table"}))
def test_fails_exactly_what_it_pretends(grade, small, name):
    assert failing(graded(grade, small, name)) == FAILS[name]


def test_weights_from_home_are_worth_nothing(grade, small, weights):
    record = graded(grade, small, "brought_along", WEIGHTS=weights)

    assert failing(record) == FAILS["brought_along"]


def test_published_labels_are_worth_nothing(grade, small, published):
    images, labels = published
    names = [hashlib.md5(i.numpy().tobytes()).hexdigest()[:8] for i in images]  # noqa: S324 - a student's table
    text = {"NAMES": " ".join(names), "LABELS": "".join(map(str, labels.tolist()))}

    assert failing(graded(grade, small, "label_table", **text)) == FAILS["label_table"]


def test_every_cheat_is_tried():
    assert {path.stem for path in FOLDER.glob("*.py")} == {*FAILS, "constants"}


def test_constants_earn_the_visible_part_at_most(grade, solution):
    networks = "\n\ndel CNNClassifier, ReducedCNN, FashionCNN, make_conv_layer, train_classifier"
    record = grade(f"{solution}\n\n{code_of('constants')}{networks}")
    passed = [
        check for exercise in record.exercises for check in exercise.checks if check.outcome == "passed"
    ]

    assert [check.id for check in passed if check.visibility == "hidden"] == []
    assert {"q1.convolve_example", "q1.size_example", "q3.confusion_example", "q4.figure_example"} <= {
        check.id for check in passed
    }
