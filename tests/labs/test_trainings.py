"""What a training is given, and what it has to reach, stands in task and stub as in `lab.toml`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labgrade.course import find_course

ROOT = Path(__file__).resolve().parents[2]
LABS = [lab for lab in find_course(ROOT).labs if lab.training]
DATA_SETS = ("digits", "mnist", "fashion_mnist")


def _ids(lab):
    return lab.id


@pytest.mark.parametrize("lab", LABS, ids=_ids)
def test_the_task_states_each_minimum(lab):
    rows = re.findall(r"^\| `(\w+)`[^|]*\| ([\d.]+) \|", lab.task.read_text(encoding="utf-8"), re.MULTILINE)

    assert dict(lab.training.minimum) == {name: float(value) for name, value in rows}


@pytest.mark.parametrize("lab", LABS, ids=_ids)
def test_the_stub_states_the_budget(lab):
    training, text = (
        lab.training,
        " ".join(lab.stub_module.read_text(encoding="utf-8").replace("#", "").split()),
    )

    for words in (
        f"{training.images:,} images",
        f"batches of {training.batch_size}",
        f"{training.epochs_on('digits')} epochs",
        f"{training.seconds:g} CPU seconds",
    ):
        assert words in text


@pytest.mark.parametrize("lab", LABS, ids=_ids)
def test_minima_are_honest(lab):
    """Never below 0.60, and no higher where a network could not be captured."""
    training = lab.training

    assert set(DATA_SETS) == set(training.minimum)
    for name in DATA_SETS:
        assert 0.6 <= training.minimum_transformed[name] <= training.minimum[name] < 0.95


def test_both_labs_give_the_same_budget():
    budgets = {
        (t.images, t.batch_size, t.seconds, t.epochs_on("digits")) for t in (lab.training for lab in LABS)
    }

    assert len(LABS) == 2
    assert len(budgets) == 1
