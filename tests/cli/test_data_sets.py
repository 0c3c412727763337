"""Which data sets are here."""

from __future__ import annotations

import pytest

from labgrade.data.availability import BUILTIN_DATASETS, IdxImages

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
MNIST = IdxImages("mnist", "MNIST")


@pytest.fixture
def root(tmp_path):
    """Makes a data root that holds some of the files."""

    def make(name, files, folder="MNIST"):
        raw = tmp_path / name / folder / "raw"
        raw.mkdir(parents=True)
        for file in files:
            (raw / file).touch()
        return tmp_path / name

    return make


def test_the_names_are_those_of_the_command_line():
    assert ["digits", "mnist", "fashion_mnist"] == [offer.name for offer in BUILTIN_DATASETS]


def test_digits_are_in_no_root():
    assert BUILTIN_DATASETS[0].look([]).found


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_four_files_are_a_data_set(root, ending):
    place = root("data", [f"{file}{ending}" for file in FILES])

    seen = MNIST.look([place])

    assert (True, str(place / "MNIST" / "raw"), "") == (seen.found, seen.detail, seen.advice)


@pytest.mark.parametrize("missing", FILES)
def test_three_files_are_none(root, missing):
    place = root("data", [file for file in FILES if file != missing])

    assert not MNIST.look([place]).found


def test_roots_are_searched_in_order(root):
    empty, first, second = root("empty", []), root("first", FILES), root("second", FILES)

    assert str(first / "MNIST" / "raw") == MNIST.look([empty, first, second]).detail


def test_one_data_set_is_not_the_other(root):
    assert not MNIST.look([root("data", FILES, folder="FashionMNIST")]).found


def test_where_it_is_missing_the_advice_names_option_variable_and_roots(root):
    place = root("data", [])

    advice = MNIST.look([place]).advice

    assert "--data-root" in advice
    assert "LABGRADE_DATA" in advice
    assert str(place) in advice
    assert "no folder is named" in MNIST.look([]).advice
