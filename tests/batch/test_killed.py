"""A batch killed at any moment, and processes that are lost under it: nothing is lost, torn or doubled."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.cli.tiny_course import HALF, LAB_ID, RIGHT

from labgrade.intake.slug import safe_slug
from labgrade.record.store import RecordStore

from .tiny import (
    MAX_SCORE,
    Tiny,
    alive,
    children,
    descendants,
    is_zygote,
    record_files,
    records,
)

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")

PATIENCE = 120
"""Seconds until a test stops waiting for what should come within one or two."""
SLOW = "import time\nstart = time.process_time()\nwhile time.process_time() - start < 0.2:\n    pass\n\n\n"
"""Top-level code that makes a hand-in take long enough to be met at work."""


def until(condition, what):
    """Wait until a condition holds, and return what it says."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.005)
    return found


def slow_class(tiny: Tiny, size: int) -> Path:
    return tiny.hand_in("class", {f"s{n:02}.py": f"# {n}\n{SLOW}{RIGHT}" for n in range(size)})


def zygote_of(batch: subprocess.Popen) -> list[int]:
    return [pid for pid in children(batch.pid) if is_zygote(pid)]


def jobs_of(batch: subprocess.Popen) -> list[int]:
    return [pid for pid in children(batch.pid) if not is_zygote(pid)]


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def start(request):
    """Start batches that no test leaves behind."""

    def start_it(tiny: Tiny, *arguments: object) -> subprocess.Popen[str]:
        batch = tiny.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        request.addfinalizer(lambda: (batch.kill(), batch.communicate()))
        return batch

    return start_it


def killed_after(start, tiny: Tiny, out: Path, new_records: int, delay: float) -> set[int]:
    """Start a batch, kill it some time after its next records, and return what its processes were."""
    batch = start(tiny, "grade", "class", "--lab", LAB_ID, "--out", out, "--jobs", 2)
    wanted = len(record_files(out)) + new_records
    until(lambda: batch.poll() is not None or len(record_files(out)) >= wanted, "records")
    time.sleep(delay)
    processes = descendants(batch.pid)
    batch.kill()
    batch.wait()
    return processes


@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.slow)])
def test_a_batch_killed_again_and_again_is_finished_by_the_next_run(tmp_path, start, kills):
    tiny, out, chance = Tiny(tmp_path), tmp_path / "out", random.Random(kills)  # noqa: S311 - moments, no secrets
    size = 4 * kills
    slow_class(tiny, size)
    seen: dict[Path, bytes] = {}
    for moment in range(kills):
        processes = killed_after(start, tiny, out, moment % 3, chance.uniform(0, 0.25))
        until(lambda gone=processes: not any(map(alive, gone)), "the end of jobs, zygote and workers")
        assert all(path.read_bytes() == seen[path] for path in seen)
        seen = {path: path.read_bytes() for path in record_files(out)}

    last = tiny.run("grade", "class", "--lab", LAB_ID, "--out", out, "--json")

    assert 0 == last.code, last.err
    assert size == len(last.scores())
    assert {MAX_SCORE} == set(last.scores().values())
    found = records(out)
    assert [1] * size == list(Counter(record["student"] for record in found).values())
    assert 1 == len({record["provenance"]["seed"] for record in found})
    assert all(path.read_bytes() == seen[path] for path in seen)
    assert [] == list(out.rglob("*.tmp"))
    for n in range(size):
        assert (out / LAB_ID / f"s{n:02}" / "index.html").is_file()


@pytest.mark.slow
def test_a_batch_killed_before_its_first_record_has_lost_nothing(tmp_path, start):
    tiny, out = Tiny(tmp_path), tmp_path / "out"
    slow_class(tiny, 2)
    batch = start(tiny, "grade", "class", "--lab", LAB_ID, "--out", out)
    until((out / "runs.jsonl").is_file, "the run's note")
    batch.kill()
    batch.wait()

    last = tiny.run("grade", "class", "--lab", LAB_ID, "--out", out, "--json")

    assert [MAX_SCORE, MAX_SCORE] == list(last.scores().values())
    assert 1 == len({record["provenance"]["seed"] for record in records(out)})


@pytest.mark.parametrize(
    "again", [(), pytest.param(("--again",), marks=pytest.mark.slow)], ids=["once", "again"]
)
def test_jobs_that_are_killed_cost_nothing(tmp_path, start, again):
    tiny, out = Tiny(tmp_path), tmp_path / "out"
    slow_class(tiny, 8)
    batch = start(tiny, "grade", "class", "--lab", LAB_ID, "--out", out, "--jobs", 2, "--json", *again)
    for wanted in (1, 3):
        until(lambda wanted=wanted: len(record_files(out)) >= wanted, "records")
        kill(until(lambda: jobs_of(batch), "a job")[0])

    printed, errors = batch.communicate()

    assert (0, "") == (batch.returncode, errors)
    assert 8 == printed.count('"score": 3.5')
    assert [1] * 8 == list(Counter(record["student"] for record in records(out)).values())


@pytest.mark.slow
def test_a_zygote_that_is_killed_is_replaced(tmp_path, start):
    tiny, out = Tiny(tmp_path), tmp_path / "out"
    slow_class(tiny, 6)
    batch = start(tiny, "grade", "class", "--lab", LAB_ID, "--out", out, "--jobs", 2, "--json")
    until(lambda: record_files(out), "a record")
    (zygote,) = zygote_of(batch)
    kill(zygote)

    printed, errors = batch.communicate()

    assert (0, "") == (batch.returncode, errors)
    assert 6 == printed.count('"score": 3.5')
    assert [1] * 6 == list(Counter(record["student"] for record in records(out)).values())


@pytest.mark.slow
def test_what_can_never_be_graded_has_a_record_that_says_it_was_us(tmp_path, start):
    """Whenever the second student's turn comes, the job that holds it is killed."""
    tiny, out = Tiny(tmp_path), tmp_path / "out"
    endless = "while True:\n    pass\n"
    tiny.hand_in("class", {"s01.py": RIGHT, "s02.py": endless, "s03.py": HALF})
    batch = start(tiny, "grade", "class", "--lab", LAB_ID, "--out", out, "--jobs", 1, "--json")

    def hit() -> bool:
        if batch.poll() is None and len(record_files(out)) >= 1:
            for pid in jobs_of(batch):
                if (out / LAB_ID / "s03").is_dir() or not (out / LAB_ID / "s02").is_dir():
                    kill(pid)
            time.sleep(0.1)
        return (out / LAB_ID / "s02").is_dir() or batch.poll() is not None

    until(hit, "the record of what was not graded")
    printed, _ = batch.communicate()

    assert 3 == batch.returncode
    (lost,) = [record for record in records(out) if record["student"] == "s02"]
    assert lost["score"] is None
    assert {"not_run"} == {check["outcome"] for exercise in lost["exercises"] for check in exercise["checks"]}
    assert '"score": null' in printed


def test_a_second_batch_on_the_same_folder_is_refused_and_disturbs_nothing(tmp_path):
    tiny, out = Tiny(tmp_path), tmp_path / "out"
    tiny.hand_in("class", {"s01.py": RIGHT})
    with RecordStore(out, safe_slug).lock():
        second = tiny.run("grade", "class", "--lab", LAB_ID, "--out", out, "--json")

    assert (2, "") == (second.code, second.out)
    assert f"labgrade: {out}: Another run is writing into this folder." in second.err
    assert "TIP: Wait until it ends, or choose another --out." in second.err
    assert "Traceback" not in second.err
    assert not (out / "runs.jsonl").exists()


def test_ctrl_c_ends_a_batch_and_all_its_processes_and_the_next_run_goes_on(tmp_path, start):
    tiny, out = Tiny(tmp_path), tmp_path / "out"
    slow_class(tiny, 8)
    batch = start(tiny, "grade", "class", "--lab", LAB_ID, "--out", out, "--jobs", 2)
    until(lambda: len(record_files(out)) >= 2, "two records")
    processes = descendants(batch.pid)
    batch.send_signal(signal.SIGINT)
    _, errors = batch.communicate()

    assert 130 == batch.returncode
    assert "Traceback" not in errors
    until(lambda: not any(map(alive, processes)), "the end of its processes")
    last = tiny.run("grade", "class", "--lab", LAB_ID, "--out", out, "--json")
    assert 8 == len(last.scores())
    assert [1] * 8 == list(Counter(record["student"] for record in records(out)).values())
