"""A class of attacks between honest neighbours, in one batch: marks, findings, and the machine after it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.attacks.arena import HONEST, HandIn, Seen, expect_marks, grade, outcomes
from tests.attacks.ending import ENDING
from tests.attacks.leaving import LEAVING
from tests.attacks.lingering import LINGERING
from tests.attacks.oversize import OVERSIZE
from tests.attacks.writing import WRITING

pytestmark = pytest.mark.xdist_group("attacks")

FRAME_BYTES = 16 << 20
LONG = (
    *("base-exception", "del-hangs", "fork-bomb", "loop", "memory-call", "memory-tree", "sleep", "traced"),
    *("changes-everything", "del-hangs-later", "disk-call", "float-hangs", "large-tensor", "long-integer"),
    *("long-text", "many-functions", "many-keys"),
)
"""Use up their time, or most of the machine."""


def _between_neighbours(hostile: Mapping[str, HandIn]) -> dict[str, HandIn]:
    """Return the hostile hand-ins, and an honest one after every few of them."""
    ordered: dict[str, HandIn] = {}
    for number, name in enumerate(sorted(hostile)):
        # A class is graded in the order of its names.
        ordered[f"{number:03}-{name}"] = hostile[name]
        if number % 8 == 0:
            ordered[f"{number:03}-z-honest"] = HONEST
    return ordered


HOSTILE = {**ENDING, **WRITING, **LEAVING, **LINGERING, **OVERSIZE}
CLASSES = {
    "short": _between_neighbours({name: HOSTILE[name] for name in HOSTILE if name not in LONG}),
    "long": _between_neighbours({name: HOSTILE[name] for name in LONG}),
}
BATCHES = [
    pytest.param(
        (kind, seed), id=f"{kind}-{seed}", marks=[] if (kind, seed) == ("short", 1) else pytest.mark.slow
    )
    for kind in CLASSES
    for seed in (1, 20_260_101, 3)
]


def _each_hand_in(*, told: bool = False) -> list:
    """Return every batch with every name of its class, or with those whose ending is told."""
    return [
        pytest.param(*batch.values, name, id=f"{batch.id}-{name}", marks=batch.marks)
        for batch in BATCHES
        for name, hand_in in CLASSES[batch.values[0][0]].items()
        if hand_in.outcome or not told
    ]


@pytest.fixture(scope="module")
def seen(request, tmp_path_factory) -> Seen:
    kind, seed = request.param
    return grade(tmp_path_factory.mktemp("arena"), CLASSES[kind], seed=seed)


@pytest.mark.parametrize("seen", BATCHES, indirect=True)
class TestBatch:
    def test_every_hand_in_has_a_record_and_nothing_was_our_fault(self, seen):
        assert 0 == seen.ended.code, seen.ended.err
        assert set(seen.records) in [set(hand_ins) for hand_ins in CLASSES.values()]
        assert "Traceback" not in seen.ended.err

    def test_nothing_was_written_outside(self, seen):
        assert set() == seen.canary

    def test_nobody_was_called(self, seen):
        assert [] == seen.arrived

    def test_nobody_stayed_behind(self, seen):
        assert [] == seen.survivors

    def test_the_trusted_processes_stay_small(self, seen):
        assert seen.growth < 2 * FRAME_BYTES


@pytest.mark.parametrize(("seen", "name"), _each_hand_in(), indirect=["seen"])
def test_marks_are_those_of_the_work(seen, name):
    hand_in = HOSTILE.get(name[4:], HONEST)

    expect_marks(seen.records[name], hand_in)


@pytest.mark.parametrize(("seen", "name"), _each_hand_in(told=True), indirect=["seen"])
def test_the_record_says_how_it_ended(seen, name):
    hand_in = HOSTILE[name[4:]]

    assert hand_in.outcome in outcomes(seen.records[name], hand_in.loses)
