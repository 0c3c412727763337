"""A process that came late, or is told of late, is not taken for the one that answers now."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labgrade.worker.executor import Executor, Limits, Program
from labgrade.worker.factory import make_executor

LATE = """
import os, time

fork = os.fork

def late():
    pid = fork()
    if pid:
        time.sleep(0.2)
    return pid

os.fork = late

def quick():
    return 1

def work():
    end = time.process_time() + 0.6
    while time.process_time() < end:
        pass
    return 7
"""


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    made = make_executor("fork", ("torch",))
    yield made
    made.close()


def test_the_end_of_a_process_that_was_told_of_late_is_not_that_of_the_next(executor):
    """The loader says after the answer, and after the exercise, which process gave it."""
    program = Program((("lab.py", LATE.encode()),), ("lab.py",), "submission")

    def ask(loaded, name):
        with loaded.exercise(fresh=True, seconds=5, seed=1) as channel:
            return channel.ask("call", {"function": name, "args": [], "kwargs": {}, "options": {}})

    with executor.open(program, Limits()) as loaded:
        assert [ask(loaded, name) for name in ("quick", "work", "quick", "work")] == [1, 7, 1, 7]
