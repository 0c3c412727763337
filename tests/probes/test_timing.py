"""Calls with time of their own: what finished, what was interrupted, and what would not be."""

from __future__ import annotations

import contextlib
import time

import pytest
import torch

from labgrade import probes
from labgrade.budget import OutOfTime
from labgrade.errors import StudentRaised, StudentTimedOut
from labgrade.grader.student import StudentProxy
from labgrade.probes import Timed, objects, timing
from labgrade.wire.plain import Opaque
from labgrade.worker.executor import Limits, Program
from labgrade.worker.factory import make_executor

from .in_process import InProcess, Replying


def spin(state):
    while True:
        state.append(1)
        time.sleep(0.001)


class TestInTime:
    def test_the_value_comes(self):
        assert probes.within(InProcess(lambda a, *, b: (a, b)), 1, seconds=5, b=2) == Timed(
            (1, 2), finished=True
        )

    def test_the_seed_decides_what_is_drawn(self):
        first, again, other = (
            probes.within(InProcess(lambda: torch.rand(3)), seconds=5, seed=seed).value for seed in (1, 1, 2)
        )
        assert torch.equal(first, again)
        assert not torch.equal(first, other)

    @pytest.mark.parametrize("error", [ValueError("no"), SystemExit(0), KeyboardInterrupt(), StopIteration()])
    def test_what_it_raises_is_the_students(self, error):
        def function():
            raise error

        with pytest.raises(StudentRaised, match=type(error).__name__):
            probes.within(InProcess(function), seconds=5)

    def test_a_value_that_does_not_cross_is_named(self):
        assert probes.within(InProcess(object), seconds=5) == Timed(Opaque("object"), finished=True)


class TestInterrupted:
    def test_the_objects_keep_the_state_that_they_reached(self):
        objects.forget()
        state = probes.create(InProcess(list))
        assert probes.within(InProcess(spin), state, seconds=0.02) == Timed(None, finished=False)
        assert probes.length(state) > 1

    def test_a_clause_for_exceptions_does_not_stop_it(self):
        def stubborn():
            while True:
                with contextlib.suppress(Exception):
                    spin([])

        assert not probes.within(InProcess(stubborn), seconds=0.02).finished

    def test_one_that_swallows_it_and_returns_has_finished(self):
        def swallows():
            try:
                spin([])
            except BaseException:  # noqa: BLE001
                return 7

        assert probes.within(InProcess(swallows), seconds=0.02) == Timed(7, finished=True)

    def test_one_that_swallows_it_once_is_interrupted_again(self):
        def swallows():
            for _ in range(2):
                with contextlib.suppress(BaseException):
                    spin([])
            spin([])

        assert not probes.within(InProcess(swallows), seconds=0.02).finished

    def test_gradients_are_on_again(self):
        def function():
            with torch.no_grad():
                spin([])

        assert not probes.within(InProcess(function), seconds=0.02).finished
        assert InProcess(torch.is_grad_enabled).ask("call", (), {}) is True

    def test_a_call_after_it_has_its_own_time(self):
        assert not probes.within(InProcess(spin), [], seconds=0.02).finished
        assert probes.within(InProcess(lambda: 5), seconds=5).finished

    def test_an_interruption_that_the_student_made_up_is_one(self):
        """A self-report: it gains nothing, the weights reached are what counts."""

        def function():
            raise OutOfTime

        assert probes.within(InProcess(function), seconds=5) == Timed(None, finished=False)

    def test_an_exception_of_the_same_name_is_none(self):
        with pytest.raises(StudentRaised, match="OutOfTime"):
            probes.within(InProcess(lambda: spin(Raising())), seconds=5)


class Raising:
    def append(self, _value):
        raise type("OutOfTime", (OutOfTime,), {})


class TestForgedReplies:
    @pytest.mark.parametrize(
        "reply", [None, 5, "ab", [], [1], [1, 2], [1, "True"], [1, True, 2], {0: 1}, Opaque("list")], ids=str
    )
    def test_another_form_is_the_value(self, reply):
        assert probes.within(Replying(reply), seconds=1) == Timed(reply, finished=True)

    @pytest.mark.parametrize("reply", [[[1], False], ([1], False)])
    def test_either_kind_of_pair_is_one(self, reply):
        assert probes.within(Replying(reply), seconds=1) == Timed([1], finished=False)


SOURCE = """
import signal, time

class Counter:
    def __init__(self):
        self.count = 0

def run(counter, seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        counter.count += 1
    return counter.count

def count(counter):
    while True: counter.count += 1

def stubborn(counter):
    while True:
        try:
            count(counter)
        except BaseException:
            pass

def deaf(counter):
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    while True: counter.count += 1
"""


@pytest.fixture(scope="module", params=["fork", "spawn"])
def loaded(request):
    executor = make_executor(request.param, ("torch",))
    program = Program((("lab.py", SOURCE.encode()),), ("lab.py",), "submission")
    with executor.open(program, Limits()) as loaded:
        yield loaded
    executor.close()


class TestInAWorker:
    def test_its_time_is_not_the_exercises(self, loaded):
        with loaded.exercise(fresh=False, seconds=0.2, seed=1) as channel:
            student = StudentProxy(channel, loaded.report, set())
            counter = probes.create(student.Counter)
            ran = probes.within(student.run, counter, 0.7, seconds=20)
            assert ran.finished
            assert counter.get("count") == ran.value

    def test_what_was_reached_at_its_end_stays(self, loaded):
        with loaded.exercise(fresh=False, seconds=5, seed=1) as channel:
            student = StudentProxy(channel, loaded.report, set())
            counter = probes.create(student.Counter)
            assert not probes.within(student.run, counter, 60, seconds=0.1).finished
            assert counter.get("count") > 0

    @pytest.mark.parametrize("name", ["stubborn", "deaf"])
    def test_one_that_does_not_let_itself_be_interrupted_is_stopped(self, loaded, name, monkeypatch):
        monkeypatch.setattr(timing, "_GRACE_SECONDS", 0.2)
        with loaded.exercise(fresh=False, seconds=30, seed=1) as channel:
            student = StudentProxy(channel, loaded.report, set())
            counter = probes.create(student.Counter)
            with pytest.raises(StudentTimedOut):
                probes.within(getattr(student, name), counter, seconds=0.1)
        with loaded.exercise(fresh=False, seconds=5, seed=1) as channel:
            student = StudentProxy(channel, loaded.report, set())
            assert probes.create(student.Counter).get("count") == 0
