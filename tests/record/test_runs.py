"""The journal of runs gives a killed batch its seed back, and nobody else's."""

from __future__ import annotations

import json

import pytest

from labgrade.record.store import RecordStore

from .factory import slug

OPTIONS = {"lab": "lab01_tensors", "device": "cpu", "paths": ["submissions"]}


@pytest.fixture
def store(tmp_path):
    return RecordStore(tmp_path / "out", slug)


def test_nothing_unfinished_at_first(store):
    assert store.unfinished_run(OPTIONS) is None


def test_a_run_without_an_end_gives_its_seed(store):
    store.note_run(2**127, OPTIONS)
    assert store.unfinished_run(OPTIONS) == 2**127


def test_a_run_that_ended_does_not(store):
    store.note_run_end(store.note_run(1, OPTIONS))
    assert store.unfinished_run(OPTIONS) is None


def test_other_options_are_another_run(store):
    store.note_run(1, OPTIONS)
    assert store.unfinished_run({**OPTIONS, "device": "cuda"}) is None
    other = store.note_run(2, {"device": "cuda"})
    assert store.unfinished_run(OPTIONS) == 1
    store.note_run_end(other)
    assert store.unfinished_run(OPTIONS) == 1


def test_a_resumed_run_settles_the_killed_one(store):
    store.note_run(1, OPTIONS)
    store.note_run_end(store.note_run(1, OPTIONS))
    assert store.unfinished_run(OPTIONS) is None


def test_the_last_of_several_counts(store):
    store.note_run(1, OPTIONS)
    store.note_run(2, OPTIONS)
    assert store.unfinished_run(OPTIONS) == 2


def test_options_compare_as_json(store):
    store.note_run(1, {"paths": ("a", "b"), "n": 1})
    assert store.unfinished_run({"n": 1, "paths": ["a", "b"]}) == 1


def test_one_line_an_event(store):
    run = store.note_run(7, OPTIONS)
    store.note_run_end(run)
    lines = [json.loads(line) for line in (store.root / "runs.jsonl").read_text().splitlines()]
    assert lines == [
        {"run": run, "event": "start", "seed": 7, "options": OPTIONS},
        {"run": run, "event": "end"},
    ]


@pytest.mark.parametrize(
    "torn", [b'{"run": "a", "event": "st', b"\xff\xfe", b'{"event": "end"}', b"[]", b"NaN"]
)
def test_a_torn_line_is_passed_over_and_closed_off(store, torn):
    store.note_run(1, OPTIONS)
    journal = store.root / "runs.jsonl"
    journal.write_bytes(journal.read_bytes() + torn)
    assert store.unfinished_run(OPTIONS) == 1
    store.note_run_end(store.note_run(2, OPTIONS))
    assert store.unfinished_run(OPTIONS) is None
    assert torn in journal.read_bytes().splitlines()


@pytest.mark.parametrize("seed", ['"7"', "true", "1.5", "null"])
def test_a_seed_that_is_none_is_not_taken(store, seed):
    store.root.mkdir()
    line = f'{{"run": "a", "event": "start", "seed": {seed}, "options": {{}}}}\n'
    (store.root / "runs.jsonl").write_text(line)
    assert store.unfinished_run({}) is None
