"""A process that ended, or is told of late, is not taken for the one that answers now."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labgrade import probes
from labgrade.errors import StudentCrashed
from labgrade.grader.student import StudentProxy
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

class Dying(list):
    def die(self):
        os._exit(0)

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


PROGRAM = Program((("lab.py", LATE.encode()),), ("lab.py",), "submission")


def test_the_end_of_a_process_that_was_told_of_late_is_not_that_of_the_next(executor):
    """The loader says after the answer, and after the exercise, which process gave it."""

    def ask(loaded, name):
        with loaded.exercise(fresh=True, seconds=5, seed=1) as channel:
            return channel.ask("call", {"function": name, "args": [], "kwargs": {}, "options": {}})

    with executor.open(PROGRAM, Limits()) as loaded:
        assert [ask(loaded, name) for name in ("quick", "work", "quick", "work")] == [1, 7, 1, 7]


def test_what_a_process_kept_ends_with_it(executor):
    with executor.open(PROGRAM, Limits()) as loaded:
        with loaded.exercise(fresh=False, seconds=5, seed=1) as channel:
            student = StudentProxy(channel, loaded.report, set())
            kept = probes.create(student.Dying, [1])
            with pytest.raises(StudentCrashed):
                kept.call("die")
            for ask in (lambda: kept.call("copy"), lambda: kept.is_a("builtins.list"), student.quick):
                with pytest.raises(StudentCrashed):
                    ask()
        with loaded.exercise(fresh=False, seconds=5, seed=1) as channel:
            assert StudentProxy(channel, loaded.report, set()).quick() == 1
            with pytest.raises(LookupError, match="has ended"):
                kept.call("copy")
