"""The time of an exercise: CPU and sleep count, what was used before or beside it does not."""

from __future__ import annotations

import pytest

from labgrade.errors import StudentTimedOut
from labgrade.worker import clock as clocks
from labgrade.worker.clock import Clock, OverMemory


class World:
    """A time that tests move, and what a supervisor would read of a process."""

    def __init__(self, monkeypatch, cpu=0.0):
        self.now = 100.0
        self.cpu = cpu
        self.resident = 0
        monkeypatch.setattr(clocks.time, "monotonic", lambda: self.now)

    def works(self, seconds):
        self.now += seconds
        self.cpu += seconds
        return self

    def sleeps(self, seconds):
        self.now += seconds
        return self

    def usage(self, *, running=True):
        return {"cpu": self.cpu, "running": running, "resident": self.resident}


@pytest.fixture(params=[0.0, 50.0])
def world(request, monkeypatch):
    """One process that is new, and one that has worked for others before."""
    return World(monkeypatch, request.param)


def test_cpu_seconds_count(world):
    clock = Clock(2, 1)
    clock.tick(world.works(1).usage())
    clock.tick(world.works(0.9).usage())
    with pytest.raises(StudentTimedOut) as caught:
        clock.tick(world.works(0.2).usage())
    assert (caught.value.seconds, caught.value.kind) == (2, "cpu")


def test_waiting_for_a_busy_machine_does_not(world):
    clock = Clock(2, 1)
    for _ in range(100):
        clock.tick(world.sleeps(1).usage(running=True))


def test_sleep_does(world):
    clock = Clock(2, 1)
    clock.tick(world.sleeps(1.9).usage(running=False))
    with pytest.raises(StudentTimedOut) as caught:
        clock.tick(world.sleeps(0.2).usage(running=False))
    assert caught.value.kind == "wall"


def test_memory_does(world):
    world.resident = 11
    with pytest.raises(OverMemory):
        Clock(2, 10).tick(world.usage())


def test_what_is_used_in_a_pause_does_not_count(world):
    clock = Clock(2, 1)
    clock.tick(world.works(1).usage())
    for _ in range(3):
        clock.pause(world.works(0.2).usage())
        clock.resume(world.works(30).sleeps(30).usage(running=False))
    clock.tick(world.works(0.3).usage())
    with pytest.raises(StudentTimedOut):
        clock.tick(world.works(0.2).usage())


def test_what_passes_between_requests_is_no_sleep_of_the_students(world):
    clock = Clock(2, 1)
    clock.begin()
    clock.tick(world.works(1).usage())
    for _ in range(3):
        world.sleeps(60)  # the grader computes; the worker waits for its next request
        clock.begin()
        clock.pause(world.usage(running=False))
        clock.resume(world.usage(running=False))
    clock.begin()
    clock.tick(world.sleeps(1.9).usage(running=False))
    with pytest.raises(StudentTimedOut):
        clock.tick(world.sleeps(0.2).usage(running=False))


def test_a_pause_at_once_counts_nothing(world):
    clock = Clock(2, 1)
    clock.pause(world.usage())
    clock.resume(world.works(30).usage())
    clock.tick(world.works(1.9).usage())
    with pytest.raises(StudentTimedOut):
        clock.tick(world.works(0.2).usage())


def test_nothing_begins_after_the_time_is_used_up(world):
    clock = Clock(2, 1)
    with pytest.raises(StudentTimedOut):
        clock.pause(world.works(2.1).usage())
