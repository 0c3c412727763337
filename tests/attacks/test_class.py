"""A class of attacks between honest neighbours, in one batch: marks, findings, and the machine after it."""

from __future__ import annotations

import pytest
from tests.attacks.arena import HONEST, HandIn, Seen, expect_marks, grade, outcomes
from tests.attacks.ending import ENDING
from tests.attacks.leaving import LEAVING
from tests.attacks.lingering import LINGERING
from tests.attacks.writing import WRITING

HOSTILE = {**ENDING, **WRITING, **LEAVING, **LINGERING}
HONEST_NEIGHBOURS = [f"honest-{number}" for number in range(8)]

pytestmark = pytest.mark.xdist_group("attacks")


def _between_neighbours() -> dict[str, HandIn]:
    """Return the hostile hand-ins, and an honest one after every few of them."""
    every = -(-len(HOSTILE) // len(HONEST_NEIGHBOURS))
    names = sorted(HOSTILE)
    parts = [names[start : start + every] for start in range(0, len(names), every)]
    ordered: dict[str, HandIn] = {}
    for number, part in enumerate(parts):
        # A class is graded in the order of its names.
        ordered |= {f"{number}-{name}": HOSTILE[name] for name in part} | {f"{number}-z-honest": HONEST}
    return ordered


CLASS = _between_neighbours()


@pytest.fixture(
    scope="module",
    params=[1, pytest.param(20_260_101, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)],
)
def seen(request, tmp_path_factory) -> Seen:
    return grade(tmp_path_factory.mktemp("arena"), CLASS, seed=request.param)


def test_every_hand_in_has_a_record_and_nothing_was_our_fault(seen):
    assert 0 == seen.ended.code, seen.ended.err
    assert set(CLASS) == set(seen.records)
    assert "Traceback" not in seen.ended.err


@pytest.mark.parametrize("name", CLASS)
def test_marks_are_those_of_the_work(seen, name):
    expect_marks(seen.records[name], CLASS[name])


@pytest.mark.parametrize("name", [name for name, hand_in in CLASS.items() if hand_in.outcome])
def test_the_record_says_how_it_ended(seen, name):
    hand_in = CLASS[name]

    assert hand_in.outcome in outcomes(seen.records[name], hand_in.loses)


def test_nothing_was_written_outside(seen):
    assert set() == seen.canary


def test_nobody_was_called(seen):
    assert [] == seen.arrived


def test_nobody_stayed_behind(seen):
    assert [] == seen.survivors


def test_the_trusted_processes_stay_small(seen):
    frame = 16 << 20

    assert seen.growth < 2 * frame
