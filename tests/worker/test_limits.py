"""What the trusted side holds a worker to, whatever its code does."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from labgrade.errors import ExecutorUnavailable, StudentCrashed, StudentFailure
from labgrade.wire.values import Opaque
from labgrade.worker.executor import Executor, Limits, Program
from labgrade.worker.factory import make_executor


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    made = make_executor("fork", ("torch",))
    yield made
    made.close()


def program(source: str) -> Program:
    return Program((("lab.py", source.encode()),), ("lab.py",), "submission")


def call(channel, name, *args):
    return channel.ask("call", {"function": name, "args": list(args), "kwargs": {}, "options": {}})


GREEDY = "def greedy():\n    kept = []\n    while True:\n        kept.append(bytearray(1 << 24))\n"


class TestMemory:
    def test_a_tree_that_holds_too_much_is_ended(self, executor):
        source = (
            "import os, time\n"
            "def family():\n"
            "    for _ in range(8):\n"
            "        if os.fork() == 0:\n"
            "            kept = bytearray(os.urandom(1 << 20) * 60)\n"
            "            time.sleep(60)\n"
            "    time.sleep(60)\n"
            "def small():\n    return 1\n"
        )
        limits = Limits(memory_bytes=256 << 20)
        with executor.open(program(source), limits) as loaded:
            with (
                loaded.exercise(fresh=False, seconds=30, seed=1) as channel,
                pytest.raises(StudentCrashed, match="memory"),
            ):
                call(channel, "family")
            with loaded.exercise(fresh=False, seconds=5, seed=1) as channel:
                assert call(channel, "small") == 1

    def test_top_level_code_that_holds_too_much_is_left_out(self, executor):
        source = "def above():\n    return 1\n" + GREEDY + "greedy()\ndef below():\n    return 2\n"
        with executor.open(program(source), Limits(memory_bytes=256 << 20, load_seconds=20)) as loaded:
            assert {"above", "below"} <= loaded.report.names
            with loaded.exercise(fresh=False, seconds=5, seed=1) as channel:
                assert call(channel, "below") == 2


class TestHostileReplies:
    def test_a_frame_sent_ahead_costs_the_call(self, executor):
        """A reply forged on the channel's own descriptor answers no request: the next one is malformed."""
        source = (
            "import os, struct\n"
            "def forge():\n"
            '    head = b\'{"id":1,"value":7}\'\n'
            "    for descriptor in range(3, 64):\n"
            "        try:\n"
            "            os.write(descriptor, struct.pack('>II', len(head), 0) + head)\n"
            "        except OSError:\n"
            "            pass\n"
            "    return 1\n"
        )
        with executor.open(program(source), Limits()) as loaded:
            with loaded.exercise(fresh=False, seconds=5, seed=1) as channel:
                first = call(channel, "forge")
                with pytest.raises(StudentFailure):
                    call(channel, "forge")
            assert first in (1, 7)

    def test_a_reply_over_the_limit_is_a_value_that_does_not_cross(self, executor):
        source = "import torch\ndef large():\n    return torch.zeros(1).expand(2**50)\n"
        with (
            executor.open(program(source), Limits()) as loaded,
            loaded.exercise(fresh=False, seconds=5, seed=1) as channel,
        ):
            assert isinstance(call(channel, "large"), Opaque)


class TestHostileLoaders:
    """What code in the loader can say to the supervisor costs its own submission alone, as its own doing."""

    SEND = (
        "import json, os, socket, threading\n"
        "def send(message):\n"
        "    for d in range(3, 32):\n"
        "        try:\n"
        "            s = socket.socket(fileno=os.dup(d))\n"
        "            if s.type == socket.SOCK_SEQPACKET: s.send(json.dumps(message).encode())\n"
        "        except OSError:\n"
        "            pass\n"
    )

    @pytest.mark.parametrize(
        "message",
        [
            {"pid": 99999999999999},
            {"pid": -1},
            {"pid": 5, "status": 127},
            {"pid": 5, "status": 10**30},
            {"pid": 0, "status": 0},
            {"status": None},
            {"started": False},
            {},
        ],
        ids=str,
    )
    def test_a_message_of_the_students_does_no_harm(self, executor, message):
        source = self.SEND + f"send({message!r})\ndef f():\n    return 1\n"
        with executor.open(program(source), Limits()) as loaded:
            assert loaded.report.findings == ()
            with loaded.exercise(fresh=False, seconds=5, seed=1) as channel:
                assert call(channel, "f") == 1
            with loaded.exercise(fresh=True, seconds=5, seed=1) as channel:
                assert call(channel, "f") == 1

    def test_a_flood_of_announcements_holds_nobody(self, executor):
        source = (
            self.SEND
            + "def flood():\n"
            + "    for pid in range(2, 3000): send({'pid': pid})\n"
            + "send({'pid': 1})\nflood()\n"
            + "def f():\n    return 1\n"
        )
        with (
            executor.open(program(source), Limits(load_seconds=5)) as loaded,
            loaded.exercise(fresh=False, seconds=5, seed=1) as channel,
        ):
            assert call(channel, "f") == 1

    def test_a_loader_that_ends_itself_is_not_our_fault(self, executor):
        source = "def f():\n    return 1\nimport os\nos._exit(70)\n"
        with executor.open(program(source), Limits()) as loaded:
            assert "f" in loaded.report.names

    def test_closing_every_descriptor_while_loading_leaves_the_functions(self, executor):
        source = "import os\ndef above():\n    return 1\nos.closerange(0, 4096)\ndef below():\n    return 2\n"
        with executor.open(program(source), Limits()) as loaded:
            assert {"above", "below"} <= loaded.report.names
            with loaded.exercise(fresh=False, seconds=5, seed=1) as channel:
                assert call(channel, "below") == 2


class TestLeftovers:
    def test_a_daemon_does_not_outlive_its_exercise(self, executor):
        source = (
            "import os, time\n"
            "def leave():\n"
            "    if os.fork() == 0:\n"
            "        os.setsid()\n"
            "        if os.fork() == 0:\n"
            "            while True: time.sleep(0.05)\n"
            "        os._exit(0)\n"
            "    os.wait()\n"
            "    return others()\n"
            "def others():\n"
            "    alive = []\n"
            "    for pid in os.listdir('/proc'):\n"
            "        if pid.isdigit() and open(f'/proc/{pid}/stat').read().split()[2] not in 'ZX':\n"
            "            alive.append(int(pid))\n"
            "    return sorted(alive)\n"
        )
        with executor.open(program(source), Limits()) as loaded:
            with loaded.exercise(fresh=False, seconds=5, seed=1) as channel:
                with_daemon = call(channel, "leave")
            with loaded.exercise(fresh=True, seconds=5, seed=1) as channel:
                without = call(channel, "others")
        assert len(without) == len(with_daemon) - 1

    def test_a_reply_that_never_ends_costs_its_time(self, executor):
        """A frame's length and then a byte now and then: the clock runs although something always comes."""
        source = (
            "import os, struct, time\n"
            "def drip():\n"
            "    for d in range(3, 64):\n"
            "        try:\n"
            "            os.write(d, struct.pack('>II', 1000, 0))\n"
            "        except OSError:\n"
            "            continue\n"
            "        while True:\n"
            "            os.write(d, b' ')\n"
            "            time.sleep(0.02)\n"
        )
        with (
            executor.open(program(source), Limits()) as loaded,
            loaded.exercise(fresh=False, seconds=1, seed=1) as channel,
            pytest.raises(StudentFailure),
        ):
            call(channel, "drip")

    def test_what_a_submission_used_is_known(self, executor):
        source = "def spin():\n    return sum(i * i for i in range(2_000_000))\n"
        with (
            executor.open(program(source), Limits()) as loaded,
            loaded.exercise(fresh=False, seconds=20, seed=1) as channel,
        ):
            call(channel, "spin")
        assert loaded.cpu_seconds > 0.02

    def test_loaders_that_ended_used_it_too(self, executor):
        source = "import os\nsum(i * i for i in range(3_000_000))\n"
        with executor.open(program(source), Limits()) as once:
            pass
        with executor.open(program(source + "os._exit(3)\n"), Limits()) as twice:
            pass
        assert twice.cpu_seconds > 1.5 * once.cpu_seconds


def test_a_zygote_that_cannot_start_is_a_clear_message(monkeypatch):
    monkeypatch.setattr("labgrade.worker.fork._COMMAND", "raise SystemExit('no torch here')")
    broken = make_executor("fork", ("torch",))
    try:
        with pytest.raises(ExecutorUnavailable, match="could not be started"):
            broken.isolation()
    finally:
        broken.close()


class TestAccounting:
    def test_what_student_code_used_counts_as_used_by_the_batch(self):
        assert spent_by_a_run_of(seconds=2.0) - spent_by_a_run_of(seconds=0.0) > 1.3


def spent_by_a_run_of(seconds):
    """CPU seconds of this process's ended children, over one submission that uses so many."""
    source = (
        "import time\n"
        "def work(seconds):\n"
        "    start = time.process_time()\n"
        "    while time.process_time() - start < seconds:\n        pass\n"
    )
    before = _of_children()
    made = make_executor("fork", ())
    with (
        made.open(program(source), Limits()) as loaded,
        loaded.exercise(fresh=False, seconds=30, seed=1) as channel,
    ):
        call(channel, "work", seconds)
    made.close()
    return _of_children() - before


def _of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
