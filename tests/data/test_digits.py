"""The digits inside scikit-learn."""

from __future__ import annotations

import gzip
import importlib.util
import os
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from labgrade.data import digits as module
from labgrade.data.digits import PackagedDigits
from labgrade.data.images import fixed_order
from labgrade.errors import UserError

DIGITS = PackagedDigits()


@pytest.fixture(scope="module")
def loaded():
    return DIGITS.load(())


def test_each_digit_of_scikit_learn_is_there_once_with_its_label(loaded):
    published = load_digits()
    order = fixed_order("digits", 1797)
    means = torch.from_numpy(published.images).mean((1, 2)) / 16
    labels = torch.from_numpy(published.target)

    assert (1000, 797) == (len(loaded.train), len(loaded.test))
    assert torch.equal(labels[order], torch.cat([loaded.train.labels, loaded.test.labels]))
    found = torch.cat([loaded.train.images, loaded.test.images]).mean((1, 2, 3))
    assert torch.allclose(means[order].float(), found, atol=0.02), "resizing keeps the mean brightness"


def test_no_image_is_both_to_train_on_and_to_test_with(loaded):
    train = {image.numpy().tobytes() for image in loaded.train.images}
    test = {image.numpy().tobytes() for image in loaded.test.images}

    assert (1000, 797) == (len(train), len(test))
    assert not train & test


def test_images_are_resized_between_pixel_centres(loaded):
    """The value in the middle of each resized image lies between the four small pixels around it."""
    small = torch.from_numpy(load_digits().images)[fixed_order("digits", 1797)[:1000]] / 16
    middle = loaded.train.images[:, 0, 13:15, 13:15].mean((1, 2)).double()

    assert torch.allclose(small[:, 3:5, 3:5].mean((1, 2)), middle, atol=1e-6)


def test_the_form_is_that_of_the_exercises(loaded):
    for part in (loaded.train, loaded.test):
        assert (len(part), 1, 28, 28) == part.images.shape
        assert (torch.float32, torch.int64) == (part.images.dtype, part.labels.dtype)
        assert 0 <= part.images.min() < part.images.max() <= 1
        assert set(range(10)) == set(part.labels.tolist())
    assert tuple("0123456789") == loaded.classes
    assert "1,797 digits" in loaded.detail


PROGRAM = """
from labgrade.cli.process import single_threaded
single_threaded()
import os, sys
from labgrade.data.digits import PackagedDigits
loaded = PackagedDigits().load(())
threads = len(os.listdir("/proc/self/task")) if sys.platform == "linux" else 1
print(loaded.digest, threads, "sklearn" in sys.modules)
"""


def test_another_process_finds_the_same_digest_with_one_thread_and_without_importing_scikit_learn(loaded):
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert f"{loaded.digest} 1 False\n" == told.stdout


def test_the_order_is_the_documented_one():
    """Recorded marks rest on it: images held back in one version are held back in the next."""
    assert [1457, 1074, 1038, 1402] == fixed_order("digits", 1797)[:4]
    assert list(range(50)) == sorted(fixed_order("any", 50))
    assert fixed_order("any", 50) != fixed_order("other", 50)


@pytest.fixture
def packaged(tmp_path, monkeypatch):
    """Make scikit-learn lie elsewhere, with this in its file of digits, or with no such file."""

    def put(data):
        file = tmp_path / "sklearn" / "datasets" / "data" / "digits.csv.gz"
        file.parent.mkdir(parents=True)
        if data is not None:
            file.write_bytes(data)
        spec = ModuleSpec("sklearn", None, origin=str(tmp_path / "sklearn" / "__init__.py"))
        monkeypatch.setattr(module, "find_spec", lambda _name: spec)

    return put


def test_where_the_file_has_moved_scikit_learn_is_asked(packaged, loaded):
    packaged(None)

    again = DIGITS.load(())

    assert loaded.digest == again.digest
    assert torch.equal(loaded.test.images, again.test.images)


FILE = Path(os.path.dirname(importlib.util.find_spec("sklearn").origin), "datasets", "data", "digits.csv.gz")


@pytest.mark.parametrize(
    "data",
    [FILE.read_bytes()[:-500], b"not gzipped", gzip.compress(b"1,2\n3\n"), gzip.compress(b"")],
    ids=["cut off", "something else", "no table", "empty"],
)
@pytest.mark.filterwarnings("ignore:loadtxt")
def test_a_broken_file_is_said_to_be(packaged, data):
    packaged(data)

    with pytest.raises(UserError, match="digits inside scikit-learn cannot be read") as caught:
        DIGITS.load(())

    assert "scikit-learn" in caught.value.next_step


def test_another_label_is_another_digest(packaged, loaded):
    table = np.loadtxt(FILE, delimiter=",", dtype=np.uint8)
    table[5, -1] = (table[5, -1] + 1) % 10
    packaged(gzip.compress("\n".join(",".join(map(str, row)) for row in table).encode()))

    assert loaded.digest != DIGITS.load(()).digest


def test_without_scikit_learn_the_advice_is_to_install_it(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda _name: None)

    seen = DIGITS.look(())
    with pytest.raises(UserError, match="absent") as caught:
        DIGITS.load(())

    assert (False, "pip install scikit-learn") == (seen.found, seen.advice)
    assert "pip install scikit-learn" == caught.value.next_step


def test_they_lie_in_no_root():
    assert DIGITS.look([]).found
