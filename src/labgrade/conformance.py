"""What every executor must do: a suite of small checks that ships with the interface.

    for check in CONFORMANCE:
        check(executor)          # raises AssertionError

Each check loads a tiny program of its own. `LoadedSubmission` and `Channel` say what is promised.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import torch

from labgrade import probes
from labgrade.budget import USUAL, Allowance
from labgrade.errors import StudentCrashed, StudentFailure, StudentRaised, StudentTimedOut
from labgrade.grader.student import StudentProxy
from labgrade.wire.values import Opaque
from labgrade.worker.executor import Channel, Executor, Limits, LoadedSubmission, Program

_LIMITS = Limits(load_seconds=5, exercise_seconds=5)
_SECONDS = 5.0


def _program(source: str, *extra: tuple[str, bytes]) -> Program:
    return Program((("lab.py", source.encode()), *extra), ("lab.py",), "submission")


def _call(channel: Channel, name: str, *args: Any, allowance: Allowance = USUAL) -> Any:
    arguments = {"function": name, "args": list(args), "kwargs": {}, "options": {}}
    return channel.ask("call", arguments, allowance)


def _shared(loaded: LoadedSubmission, name: str, *args: Any, seconds: float = _SECONDS, seed: int = 1) -> Any:
    with loaded.exercise(fresh=False, seconds=seconds, seed=seed) as channel:
        return _call(channel, name, *args)


def _fresh(loaded: LoadedSubmission, name: str, *args: Any, seed: int = 1) -> Any:
    with loaded.exercise(fresh=True, seconds=_SECONDS, seed=seed) as channel:
        return _call(channel, name, *args)


def _failure(loaded: LoadedSubmission, name: str, *, seconds: float = _SECONDS) -> StudentFailure:
    try:
        value = _shared(loaded, name, seconds=seconds)
    except StudentFailure as failure:
        return failure
    raise AssertionError(f"{name} returned {value!r}")


def names_and_findings(executor: Executor) -> None:
    """A statement that raises costs itself alone; names, place and output are told."""
    source = "def f():\n    return 1\nprint('said')\nbroken = 1 / 0\ndef g():\n    return 2\n"
    with executor.open(_program(source), _LIMITS) as loaded:
        assert {"f", "g"} <= loaded.report.names
        assert [finding.where for finding in loaded.report.findings] == ["lab.py:4"]
        assert loaded.report.findings[0].lost_names == ("broken",)
        assert loaded.report.output == "said\n"


def values_cross(executor: Executor) -> None:
    """Plain values cross both ways; anything else arrives by its type's name."""
    source = "def same(x):\n    return x\nclass Odd: pass\ndef odd():\n    return Odd()\n"
    plain, tensor = [1, 2.5, "text", None, True], torch.arange(6).reshape(2, 3)
    with executor.open(_program(source), _LIMITS) as loaded:
        came = _shared(loaded, "same", {"a": plain, "t": (tensor,)})
        assert came["a"] == plain
        assert torch.equal(came["t"][0], tensor)
        assert _shared(loaded, "odd") == Opaque("Odd")


def arguments_are_copies(executor: Executor) -> None:
    """What a function does to its arguments stays in the worker."""
    with executor.open(_program("def spoil(x):\n    x.zero_()\n    return x.sum()\n"), _LIMITS) as loaded:
        mine = torch.ones(3)
        _shared(loaded, "spoil", mine)
        assert torch.equal(mine, torch.ones(3))


def exceptions_cross(executor: Executor) -> None:
    """An exception crosses as type, message and the student's own line; SystemExit is one too."""
    source = "import sys\ndef wrong():\n    return [][1]\ndef leave():\n    sys.exit(0)\n"
    with executor.open(_program(source), _LIMITS) as loaded:
        failure = _failure(loaded, "wrong")
        assert isinstance(failure, StudentRaised)
        assert (failure.type_name, failure.where) == ("IndexError", "lab.py:3")
        left = _failure(loaded, "leave")
        assert isinstance(left, StudentRaised)
        assert left.type_name == "SystemExit"


def a_crash_costs_its_call(executor: Executor) -> None:
    """A process that ends, with whatever status, is a crash; the next exercise goes on."""
    source = "import os\ndef die():\n    os._exit(0)\ndef live():\n    return 1\n"
    with executor.open(_program(source), _LIMITS) as loaded:
        assert isinstance(_failure(loaded, "die"), StudentCrashed)
        assert _shared(loaded, "live") == 1


def a_loop_costs_its_time(executor: Executor) -> None:
    """An endless loop, and an endless sleep, are stopped; the next exercise goes on."""
    source = "import time\ndef loop():\n    while True: pass\ndef doze():\n    time.sleep(1e6)\n"
    source += "def live():\n    return 1\n"
    with executor.open(_program(source), _LIMITS) as loaded:
        assert isinstance(_failure(loaded, "loop", seconds=0.5), StudentTimedOut)
        assert _shared(loaded, "live") == 1
        assert isinstance(_failure(loaded, "doze", seconds=0.5), StudentTimedOut)
        assert _shared(loaded, "live") == 1


def leaving_while_loading(executor: Executor) -> None:
    """Top-level code that ends the process loses that statement; what is defined below is loaded."""
    source = "import os\ndef above():\n    return 1\nos._exit(0)\ndef below():\n    return 2\n"
    with executor.open(_program(source), _LIMITS) as loaded:
        assert {"above", "below"} <= loaded.report.names
        assert any(finding.code == "top-level-exit" for finding in loaded.report.findings)
        assert _shared(loaded, "below") == 2


def looping_while_loading(executor: Executor) -> None:
    """Top-level code that never ends is interrupted; what is defined below is loaded."""
    source = "def above():\n    return 1\nwhile True:\n    pass\ndef below():\n    return 2\n"
    with executor.open(_program(source), Limits(load_seconds=0.5)) as loaded:
        assert {"above", "below"} <= loaded.report.names
        assert any(finding.code == "top-level-budget" for finding in loaded.report.findings)


def fresh_is_fresh(executor: Executor) -> None:
    """A fresh exercise sees neither the globals nor the files that another left behind."""
    source = (
        "import os\nstate = []\n"
        "def leave():\n    state.append(1)\n    open('left.txt', 'w').close()\n    return len(state)\n"
        "def look():\n    return [len(state), os.path.exists('left.txt'), open('data.txt').read()]\n"
    )
    with executor.open(_program(source, ("data.txt", b"given")), _LIMITS) as loaded:
        assert _shared(loaded, "leave") == 1
        assert _shared(loaded, "look") == [1, True, "given"]
        assert _fresh(loaded, "look") == [0, False, "given"]


def loading_leaves_its_files(executor: Executor) -> None:
    """Files and working directory that top-level code made are there for every exercise, fresh or not."""
    source = (
        "import os\nos.makedirs('made/empty')\nos.chdir('made')\n"
        "with open('words.txt', 'w') as file:\n    file.write('one two')\n"
        "def words():\n"
        "    with open('empty/said.txt', 'x') as file:\n        file.write('said')\n"
        "    return open('words.txt').read()\n"
    )
    with executor.open(_program(source), _LIMITS) as loaded:
        assert [_shared(loaded, "words"), _fresh(loaded, "words"), _fresh(loaded, "words")] == ["one two"] * 3


def submissions_are_apart(executor: Executor) -> None:
    """One submission sees nothing of another."""
    source = "import os, torch\ndef leave():\n    open('left.txt', 'w').close()\n    torch.left = 1\n"
    source += "def look():\n    return [os.path.exists('left.txt'), hasattr(torch, 'left')]\n"
    with executor.open(_program(source), _LIMITS) as loaded:
        _shared(loaded, "leave")
    with executor.open(_program(source), _LIMITS) as loaded:
        assert _shared(loaded, "look") == [False, False]


def seeds_decide(executor: Executor) -> None:
    """The exercise's seed decides what is drawn, in torch, NumPy and random alike."""
    source = "import random, numpy, torch\ndef draw():\n"
    source += "    return [random.random(), float(numpy.random.rand()), float(torch.rand(1))]\n"
    with executor.open(_program(source), _LIMITS) as loaded:
        first, again, other = _shared(loaded, "draw"), _fresh(loaded, "draw"), _fresh(loaded, "draw", seed=2)
        assert first == again
        assert all(a != b for a, b in zip(first, other, strict=True))


def threads_do_not_hang(executor: Executor) -> None:
    """Module-level code that starts threads, in torch or its own, makes no later call hang."""
    source = (
        "import threading, time, torch\ntorch.set_num_threads(2)\n"
        "a = torch.rand(400, 400) @ torch.rand(400, 400)\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "def product(x):\n    return (x @ x).sum()\n"
    )
    with executor.open(_program(source), _LIMITS) as loaded:
        assert float(_shared(loaded, "product", torch.ones(300, 300))) == 300**3
        assert float(_fresh(loaded, "product", torch.ones(300, 300))) == 300**3


def what_ended_loading_stays_out(executor: Executor) -> None:
    """Where a process with threads has to load again, the statement that ended it once is left out again."""
    source = (
        "import os, threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "def f():\n    return 7\n"
        "os._exit(0)\n"
    )
    with executor.open(_program(source), _LIMITS) as loaded:
        assert [_shared(loaded, "f"), _fresh(loaded, "f"), _fresh(loaded, "f")] == [7, 7, 7]


def a_closed_channel_costs_its_call(executor: Executor) -> None:
    """Code that closes the line it is asked over, and goes on, holds nobody."""
    source = (
        "import os\ndef deaf():\n    os.closerange(0, 64)\n    while True: pass\ndef f():\n    return 1\n"
    )
    with executor.open(_program(source), _LIMITS) as loaded:
        _failure(loaded, "deaf")
        assert _fresh(loaded, "f") == 1


def output_is_bounded(executor: Executor) -> None:
    """A flood of output is cut, costs no time-out and no mark."""
    source = "for _ in range(200_000):\n    print('x' * 100)\n"
    source += "def f():\n    print('y' * 10_000_000)\n    return 1\n"
    with executor.open(_program(source), _LIMITS) as loaded:
        assert len(loaded.report.output) <= 2 * _LIMITS.output_bytes
        assert _shared(loaded, "f") == 1


_KEEPING = (
    "class Counter:\n"
    "    def __init__(self):\n        self.value = 0\n"
    "    def add(self, number):\n        self.value += number\n        return self.value\n"
    "def value_of(counter):\n    return counter.value\n"
)


@contextlib.contextmanager
def _students(loaded: LoadedSubmission, *, fresh: bool = False) -> Iterator[StudentProxy]:
    with loaded.exercise(fresh=fresh, seconds=_SECONDS, seed=1) as channel:
        yield StudentProxy(channel, loaded.report, set())


def kept_objects_last_an_exercise(executor: Executor) -> None:
    """An object that is kept can be asked and handed over until its exercise ends; in the next it is gone."""
    with executor.open(_program(_KEEPING), _LIMITS) as loaded:
        for fresh in (False, True):
            with _students(loaded, fresh=fresh) as student:
                counter = probes.create(student.Counter)
                assert counter.type_name == "Counter"
                assert [counter.call("add", 2), counter.call("add", 2)] == [2, 4]
                assert [counter.get("value"), student.value_of(counter)] == [4, 4]
            with _students(loaded) as student:
                assert _raises(StudentRaised, student.value_of, counter)


def an_exercise_that_ended_is_not_asked(executor: Executor) -> None:
    """A channel of an exercise before refuses: no other exercise answers, or is disturbed, in its place."""
    with executor.open(_program(_KEEPING), _LIMITS) as loaded:
        for fresh in (False, True):
            with _students(loaded, fresh=fresh) as student:
                before = probes.create(student.Counter)
            with _students(loaded, fresh=fresh) as student:
                counter = probes.create(student.Counter)
                assert _raises(LookupError, before.call, "add", 1)
                assert counter.call("add", 1) == 1


def _raises(kind: type[Exception], ask: Callable[..., Any], *args: Any) -> bool:
    try:
        ask(*args)
    except kind:
        return True
    return False


def an_exercise_may_ask_nothing(executor: Executor) -> None:
    """One whose checks need no answer leaves the next its process."""
    with executor.open(_program(_BURNING), _LIMITS) as loaded:
        for fresh in (True, False):
            with loaded.exercise(fresh=True, seconds=_SECONDS, seed=1):
                pass
            with loaded.exercise(fresh=fresh, seconds=_SECONDS, seed=1) as channel:
                assert _call(channel, "burn", 0.3) == 0.3


_BURNING = (
    "import time\n"
    "def burn(seconds):\n"
    "    end = time.process_time() + seconds\n"
    "    while time.process_time() < end: pass\n"
    "    return seconds\n"
    "def loop():\n    while True: pass\n"
)


def an_allowance_is_time_apart(executor: Executor) -> None:
    """A request may have time of its own; what it uses is not the exercise's, whose time stays limited."""
    with (
        executor.open(_program(_BURNING), _LIMITS) as loaded,
        loaded.exercise(fresh=False, seconds=0.3, seed=1) as channel,
    ):
        assert _call(channel, "burn", 1.0, allowance=Allowance(seconds=20)) == 1.0
        assert _call(channel, "burn", 0.01) == 0.01
        assert _times_out(channel, "loop") == 0.3


def an_allowance_ends(executor: Executor) -> None:
    """Past its own time a request is stopped, however much the exercise has left."""
    with executor.open(_program(_BURNING), _LIMITS) as loaded:
        with loaded.exercise(fresh=False, seconds=60, seed=1) as channel:
            assert _times_out(channel, "loop", Allowance(seconds=0.3)) == 0.3
        assert _shared(loaded, "burn", 0.0) == 0.0


def _times_out(channel: Channel, name: str, allowance: Allowance = USUAL) -> float:
    try:
        value = _call(channel, name, allowance=allowance)
    except StudentTimedOut as end:
        return end.seconds
    raise AssertionError(f"{name} returned {value!r}")


def large_replies_are_asked_for(executor: Executor) -> None:
    """A reply of 20 MiB crosses where the request says that it may, and there alone."""
    source = "import torch\ndef numbers():\n    return torch.ones(5 << 20)\n"
    with (
        executor.open(_program(source), _LIMITS) as loaded,
        loaded.exercise(fresh=False, seconds=_SECONDS, seed=1) as channel,
    ):
        assert isinstance(_call(channel, "numbers"), Opaque)
        came = _call(channel, "numbers", allowance=Allowance(large=True))
        assert torch.equal(came, torch.ones(5 << 20))
        assert isinstance(_call(channel, "numbers"), Opaque)


CONFORMANCE: tuple[Callable[[Executor], None], ...] = (
    names_and_findings,
    values_cross,
    arguments_are_copies,
    exceptions_cross,
    a_crash_costs_its_call,
    a_loop_costs_its_time,
    leaving_while_loading,
    looping_while_loading,
    fresh_is_fresh,
    loading_leaves_its_files,
    submissions_are_apart,
    seeds_decide,
    threads_do_not_hang,
    what_ended_loading_stays_out,
    a_closed_channel_costs_its_call,
    output_is_bounded,
    kept_objects_last_an_exercise,
    an_exercise_that_ended_is_not_asked,
    an_exercise_may_ask_nothing,
    an_allowance_is_time_apart,
    an_allowance_ends,
    large_replies_are_asked_for,
)
"""The suite, in the order of the interface."""
