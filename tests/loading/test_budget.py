"""Training at the top level: it is stopped, and nothing that is defined below it is lost."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from labgrade.budget import Budget, OutOfTime

HONEST = """\
import time
class Net:
    size = 2

def train(epochs):
    for epoch in range(epochs):
        loss = epoch

device = "cpu"
for epoch in range(10**9):
    weight = epoch
losses = []
print(losses)

def predict(x):
    return x * Net.size

import math
half: float = 0.5
area = math.pi * half
if device == "cuda":
    scale = 2
else:
    scale = 1
try:
    import no_such_module_anywhere
except ImportError:
    fallback = True

class Later(Net):
    pass

if __name__ == "__main__":
    train(3)
"""


def cells_of(module):
    return module.split("\n\n")


class TestTopLevelBudget:
    @pytest.fixture(params=["module", "notebook"])
    def loaded(self, request, load_module, load_cells):
        if request.param == "module":
            return load_module(HONEST, budget_seconds=0.2)
        return load_cells(*cells_of(HONEST), budget_seconds=0.2)

    def test_loses_nothing_that_was_defined_below(self, loaded):
        space = loaded.namespace
        assert space["predict"](3) == 6
        assert space["Later"].size == 2
        assert (space["losses"], space["scale"], space["fallback"]) == ([], 1, True)
        assert space["area"] == pytest.approx(1.5707963)

    def test_keeps_what_the_loop_bound_so_far(self, loaded):
        assert loaded.namespace["weight"] > 0

    def test_is_told_once_with_place_and_advice(self, loaded):
        used_up, skipped = loaded.report.findings
        assert (used_up.code, skipped.code) == ("top-level-budget", "definitions-only")
        assert used_up.where in ("lab01.py:10", "lab01.py:11", "cell 3, line 2", "cell 3, line 3")
        assert "used up its 0.2 s" in used_up.message
        assert "if __name__ == '__main__'" in used_up.message
        assert used_up.lost_names == ("epoch", "weight")
        assert skipped.where in ("lab01.py:13", "cell 3, line 5")


@pytest.mark.parametrize(
    "loop",
    [
        "while True:\n    pass",
        "while True:\n    try:\n        while True: n = 1\n    except Exception:\n        pass",
        "for n in range(3):\n    try:\n        while True: n = 1\n    except BaseException:\n        pass",
        "sum(i for i in iter(int, 1))",
        "{i: i for i in iter(int, 1)}",
        "def forever():\n    while True: pass\nforever()",
        "class Slow:\n    while True: pass",
        "import time\ntime.sleep(1000)",
        "import threading\nthreading.Event().wait()",
    ],
)
def test_is_kept_by(loop, load_module):
    loaded = load_module(f"{loop}\ndef after(): return 1\n", budget_seconds=0.1)
    assert loaded.namespace["after"]() == 1
    assert [finding.code for finding in loaded.report.findings] == ["top-level-budget"]


def test_a_statement_that_swallows_the_interruption_was_too_long_all_the_same(load_module):
    loaded = load_module(
        "try:\n    sum(n for n in iter(int, 1))\nexcept BaseException:\n    caught = True\n"
        "calls = []\ncalls.append(1)\n",
        budget_seconds=0.1,
    )
    assert loaded.namespace["caught"]
    assert loaded.namespace["calls"] == []
    assert [finding.code for finding in loaded.report.findings] == ["top-level-budget", "definitions-only"]


def test_statements_share_the_budget(load_module):
    spin = "end = time.process_time() + 0.06\nwhile time.process_time() < end: pass\nrounds += 1\n"
    loaded = load_module("import time\nrounds = 0\n" + spin * 20, budget_seconds=0.3)
    assert loaded.report.findings[0].code == "top-level-budget"


def test_names_that_were_not_made_are_counted_to_the_cause(load_module):
    loaded = load_module("while True:\n    a = 1\nfor b in [1]: pass\nc = b + 1\n", budget_seconds=0.1)
    assert [finding.lost_names for finding in loaded.report.findings] == [("a",), ("b", "c")]


def test_a_call_below_that_trains_again_is_stopped_too(load_module):
    loaded = load_module(
        "def train():\n    while True: pass\ntrain()\nlosses = train()\ndef after(): return 1\n",
        budget_seconds=0.1,
    )
    assert loaded.namespace["after"]() == 1
    assert [finding.where for finding in loaded.report.findings] == ["lab01.py:2", "lab01.py:2"]
    assert loaded.report.findings[1].lost_names == ("losses",)


def test_no_alarm_is_left_behind(load_module):
    load_module("x = 1\n", budget_seconds=30.0)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


def test_an_exception_whose_message_never_comes_is_described_all_the_same(load_module):
    loaded = load_module(
        "class Slow(Exception):\n    def __str__(self):\n        while True: pass\nraise Slow\nafter = 1\n"
    )
    assert loaded.namespace["after"] == 1
    assert loaded.report.findings[0].message == "Slow: (its message cannot be shown)"


def in_a_thread(action):
    """What `action` returns in a thread other than the main one, where no signal reaches it."""
    found = []
    thread = threading.Thread(target=lambda: found.append(action()))
    thread.start()
    thread.join()
    return found[0]


@contextlib.contextmanager
def a_busy_cpu(processes):
    """Share one CPU with so many others that do not sleep."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    program = [sys.executable, "-c", "print(flush=True)\nwhile True: pass"]
    others = [subprocess.Popen(program, stdout=subprocess.PIPE) for _ in range(processes)]
    try:
        for other in others:
            other.stdout.readline()
        yield
    finally:
        for other in others:
            other.kill()
            other.communicate()
        os.sched_setaffinity(0, before)


class TestBudget:
    @pytest.mark.parametrize("run", [lambda action: action(), in_a_thread], ids=["by signal", "by thread"])
    def test_interrupts_and_says_so(self, run):
        def spin():
            budget = Budget(0.1)
            return type(budget.run(lambda: sum(n for n in iter(int, 1)))), budget.used_up

        assert run(spin) == (OutOfTime, True)

    @pytest.mark.parametrize("run", [lambda action: action(), in_a_thread], ids=["by signal", "by thread"])
    def test_repeats_what_was_swallowed(self, run):
        def stubborn():
            for _ in range(2):
                try:
                    while True:
                        time.monotonic()
                except OutOfTime:
                    pass

        assert run(lambda: Budget(0.05).run(stubborn)) is None

    @pytest.mark.parametrize("run", [lambda action: action(), in_a_thread], ids=["by signal", "by thread"])
    def test_is_silent_where_there_is_time(self, run):
        done = []
        assert run(lambda: Budget(30.0).run(lambda: done.append(1))) is None
        assert done == [1]

    @pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs a process bound to one CPU")
    @pytest.mark.skipif(not os.path.exists("/proc/self/schedstat"), reason="needs the kernel's sched-stats")
    def test_does_not_count_what_others_take(self):
        def work():
            start = time.process_time()
            while time.process_time() - start < 0.3:
                pass

        with a_busy_cpu(processes=9):
            assert Budget(0.5).run(work) is None

    def test_gives_back_what_was_raised(self):
        error = ValueError("x")

        def fail():
            raise error

        assert Budget(30.0).run(fail) is error

    def test_counts_over_runs(self):
        budget = Budget(0.2)
        assert type(budget.run(lambda: sum(n for n in iter(int, 1)), 0.05)) is OutOfTime
        assert not budget.used_up
        assert type(budget.run(lambda: sum(n for n in iter(int, 1)))) is OutOfTime
        assert budget.used_up
