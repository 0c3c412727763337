"""What is found out once serves all; handles on what dies with a process are refused."""

from __future__ import annotations

import pytest

from labgrade.errors import CheckFailed, StudentTimedOut, WorkerLost
from labgrade.grader.once import Once
from labgrade.probes import Make, Remote
from labgrade.probes.modules import Module
from labgrade.wire.plain import Ref


class Asked:
    """A function that counts how often it was asked, and gives or raises something."""

    def __init__(self, outcome):
        self.times = 0
        self.outcome = outcome

    def __call__(self):
        self.times += 1
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


@pytest.mark.parametrize("value", [7, None, [1, (2, {"a": 3})], Make("torch.nn.Linear", 2, 3)], ids=str)
def test_a_value_is_found_out_once(value):
    once, asked = Once(), Asked(value)

    assert [once("key", asked), once("key", asked), once("key", Asked("another"))] == [value] * 3
    assert asked.times == 1


def test_each_key_and_each_submission_has_its_own():
    first, second = Once(), Once()

    assert [first("a", Asked(1)), first("b", Asked(2)), second("a", Asked(3))] == [1, 2, 3]


@pytest.mark.parametrize(
    "error",
    [CheckFailed("values", "No."), StudentTimedOut(3), AssertionError("no"), KeyError("the grader's own")],
    ids=repr,
)
def test_what_it_raised_is_raised_for_all_who_ask(error):
    once, asked = Once(), Asked(error)

    for _ in range(3):
        with pytest.raises(type(error)) as caught:
            once("key", asked)
        assert caught.value is error
    assert asked.times == 1


def test_a_lost_process_of_ours_is_no_result():
    once, lost = Once(), Asked(WorkerLost("gone"))

    with pytest.raises(WorkerLost):
        once("key", lost)
    assert once("key", Asked(5)) == 5


def test_what_a_worker_forges_is_a_value_not_our_fault():
    assert Once()("key", Asked(Ref("object0"))) == Ref("object0")


HANDLE = Remote("object0", None)


@pytest.mark.parametrize(
    "value",
    [HANDLE, Module("object0", None), [1, HANDLE], {"model": (HANDLE,)}],
    ids=lambda v: type(v).__name__,
)
def test_a_handle_is_the_graders_fault_from_the_first_check_on(value):
    once, asked = Once(), Asked(value)

    for _ in range(2):
        with pytest.raises(TypeError, match="'key' is a handle"):
            once("key", asked)
    assert asked.times == 1
