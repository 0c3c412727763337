"""The run's data set: looked up by its name, read once a process, downloaded where that was asked."""

from __future__ import annotations

import pytest

from labgrade import executors
from labgrade.data.digits import PackagedDigits
from labgrade.errors import UserError
from labgrade.executors import load_data_set, require_data_set
from labgrade.settings import load_settings

from . import idx_files


@pytest.fixture
def settings(course_root):
    """Settings of a run in a tiny course: `settings(dataset=…)`."""
    return lambda **options: load_settings({"course": course_root, **options}, {})


@pytest.fixture
def asked(monkeypatch):
    """A data set "tiny" beside the others, and what it was asked for."""
    calls = []

    class Tiny:
        name = "tiny"

        def load(self, roots, *, download=False):
            calls.append((roots, download))
            return PackagedDigits().load(roots)

    others = executors.data_sets()
    monkeypatch.setattr(executors, "data_sets", lambda: (*others, Tiny()))
    return calls


def test_the_digits_are_the_default(settings):
    assert "digits" == require_data_set(settings()).name
    assert 1000 == len(load_data_set(settings()).train)


def test_an_unknown_name_is_refused_with_those_that_are_known(settings):
    for ask in (require_data_set, load_data_set):
        with pytest.raises(UserError, match="There is no data set 'cats'") as caught:
            ask(settings(dataset="cats"))

        assert "--data" == caught.value.where
        assert "Known: digits, mnist, fashion_mnist." == caught.value.next_step


def test_a_data_set_is_read_once_a_process(settings, asked, tmp_path):
    wish = settings(dataset="tiny", data_root=str(tmp_path))

    assert load_data_set(wish) is load_data_set(wish)
    assert [((tmp_path,), False)] == asked


def test_a_download_is_passed_on_only_where_it_was_asked_for(settings, asked, tmp_path):
    for download in (None, True):
        load_data_set(settings(dataset="tiny", data_root=str(tmp_path), download=download))

    assert [False, True] == [download for _, download in asked]


def test_what_could_not_be_read_is_read_again_once_it_is_there(settings, tmp_path):
    wish = settings(dataset="mnist", data_root=str(tmp_path))
    with pytest.raises(UserError, match="mnist is not here"):
        load_data_set(wish)

    idx_files.write(tmp_path, idx_files.contents(20, 10))

    assert 20 == len(load_data_set(wish).train)


def test_the_roots_are_those_of_option_or_environment(course_root, tmp_path):
    root = idx_files.write(tmp_path / "data", idx_files.contents(40, 10), kind="FashionMNIST")
    environ = {"LABGRADE_DATASET": "fashion_mnist", "LABGRADE_DATA": str(root)}

    assert 40 == len(load_data_set(load_settings({"course": course_root}, environ)).train)
