"""One class of hostile and honest hand-ins, graded by the real command line while the machine is watched.

A hand-in is a lab's solution and, after it, somebody's own code. Listeners wait on loopback, a folder that
everybody may write to lies beside, and processes that hand-ins leave behind carry a name by which they are
found. What the batch did to all of these is in `Seen`.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli.runs import Ended, warm
from tests.trees import write_tree

ROOT = Path(__file__).resolve().parents[2]
LAB = "lab01_tensors"
LEFT_BEHIND = "leftbehind"
"""What a hostile process calls itself (15 characters at most), so that it is found after the batch."""


@dataclass(frozen=True)
class HandIn:
    """What one student hands in, and what it may earn.

    Attributes:
        code: follows the solution; its definitions take the place of the solution's. In it `ARENA` is a dict
            of what it may aim at: `canary` (a folder), `tcp`, `udp` (ports), `abstract` (a socket's name).
        loses: exercises that it loses wholly. All others are to have full marks.
        at_most: exercises that it may keep a part of, with the most that it may keep.
        finding: the code of a finding that has to be there, "" for none.
        outcome: how at least one check of the lost exercises ends, "" where that does not matter.
        files: more files of the hand-in, which is a folder then.
        solution: what comes first; the lab's solution where it is None.
        lab: the lab's id.
    """

    code: str = ""
    loses: tuple[str, ...] = ()
    at_most: Mapping[str, float] = field(default_factory=dict)
    finding: str = ""
    outcome: str = ""
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    solution: str | None = None
    lab: str = LAB


HONEST = HandIn()


def attack(code: str, *loses: str, **expected: Any) -> HandIn:
    """Return a hand-in whose own code is `code`, dedented."""
    return HandIn(textwrap.dedent(code), loses, **expected)


@dataclass
class Seen:
    """What a batch left.

    Attributes:
        ended: of the command.
        records: of each hand-in, by its name.
        arrived: what the listeners heard.
        canary: names in the folder that everybody may write to.
        survivors: process ids of what hand-ins left behind.
        growth: by how many bytes the largest trusted process grew while it graded.
        out: the output folder.
    """

    ended: Ended
    records: dict[str, dict[str, Any]]
    arrived: list[str]
    canary: set[str]
    survivors: list[int]
    growth: int
    out: Path


def grade(
    folder: Path, hand_ins: Mapping[str, HandIn], *options: str, seed: int, before: str = "", lab: str = LAB
) -> Seen:
    """Grade a class in one batch with two jobs, and look at the machine afterwards.

    Args:
        folder: an empty folder of the test's.
        hand_ins: name to hand-in; all of one lab.
        options: more options of `grade`.
        seed: of the run.
        before: source that runs in the batch's process first.
        lab: the lab's id.
    """
    canary = Path(tempfile.mkdtemp(prefix="canary-"))
    canary.chmod(0o777)
    (canary / "secret").write_text("what is in here is nobody's business")
    with listeners() as (aims, arrived):
        aims["canary"] = str(canary)
        _write(folder / "class", hand_ins, aims, lab)
        ended = warm().run(
            *("grade", folder / "class", "--lab", lab, "--out", folder / "out", "--course", ROOT),
            *("--seed", seed, "--jobs", 2, "--json", *options),
            cwd=folder,
            env={"WATCHED": str(folder / "sizes")},
            before=_WATCH + before,
        )
        survivors = _survivors()
    seen = Seen(
        ended=ended,
        records=_records(ended, folder),
        arrived=arrived,
        canary={path.name for path in canary.iterdir()} - {"secret"},
        survivors=survivors,
        growth=_growth(folder / "sizes"),
        out=folder / "out",
    )
    for path in canary.iterdir():
        path.unlink()
    canary.rmdir()
    return seen


# Each job writes after every hand-in how large it ever was. The first hand-in is where it begins: it touches
# what every later one uses.
_WATCH = """
import os
from labgrade.batch import job as _job
_run = _job.Job.run
def _peak():
    with open("/proc/self/status") as _status:
        return next(line.split()[1] for line in _status if line.startswith("VmHWM"))
def _watched(self, *args, **kwargs):
    try:
        return _run(self, *args, **kwargs)
    finally:
        with open(os.environ["WATCHED"], "a") as sizes:
            sizes.write(f"{os.getpid()} {_peak()}\\n")
_job.Job.run = _watched
"""


def _write(folder: Path, hand_ins: Mapping[str, HandIn], aims: dict[str, Any], lab: str) -> None:
    solution = (ROOT / "reference_solutions" / f"{lab}.py").read_text(encoding="utf-8")
    head = f"ARENA = {aims!r}\n"
    for name, hand_in in hand_ins.items():
        first = solution if hand_in.solution is None else hand_in.solution
        source = f"{first}\n\n{head}\n{hand_in.code}" if hand_in.code else f"# {name}\n{first}"
        if hand_in.files:
            write_tree(folder / name, {f"{lab}.py": source, **hand_in.files})
        else:
            write_tree(folder, {f"{name}.py": source})


def _records(ended: Ended, folder: Path) -> dict[str, dict[str, Any]]:
    return {
        row["student"]: json.loads((folder / row["record"]).read_text(encoding="utf-8"))
        for row in ended.document["submissions"]
    }


@contextlib.contextmanager
def listeners() -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Listen on loopback by TCP, UDP and an abstract socket; yield where, and a list of what came."""
    arrived: list[str] = []
    name = f"labgrade-arena-{os.getpid()}-{time.monotonic_ns()}"
    with contextlib.ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0{name}")
        abstract.listen()
        aims = {"tcp": tcp.getsockname()[1], "udp": udp.getsockname()[1], "abstract": name}
        ends = {"tcp": tcp, "udp": udp, "abstract": abstract}
        stop = threading.Event()
        threads = [threading.Thread(target=_listen, args=(*end, arrived, stop)) for end in ends.items()]
        for thread in threads:
            thread.start()
        try:
            yield aims, arrived
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def _listen(kind: str, end: socket.socket, arrived: list[str], stop: threading.Event) -> None:
    end.settimeout(0.1)
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            if kind == "udp":
                end.recv(100)
            else:
                end.accept()[0].close()
            arrived.append(kind)


def _survivors() -> list[int]:
    found = []
    for path in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if path.name.isdigit() and (path / "comm").read_text().strip() == LEFT_BEHIND:
                found.append(int(path.name))
    return found


def _growth(sizes: Path) -> int:
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for line in sizes.read_text().splitlines():
        pid, kilobytes = line.split()
        first.setdefault(pid, int(kilobytes))
        last[pid] = int(kilobytes)
    return max(last[pid] - first[pid] for pid in first) * 1024


def lost(record: dict[str, Any]) -> dict[str, float]:
    """Return exercise to marks kept, of the exercises without full marks."""
    return {
        exercise["id"]: exercise["score"]
        for exercise in record["exercises"]
        if exercise["score"] != exercise["max_score"]
    }


def expect_marks(record: dict[str, Any], hand_in: HandIn) -> None:
    """Assert that a hand-in lost what it is to lose, and nothing else."""
    kept = lost(record)
    open_checks = [
        check["id"]
        for exercise in record["exercises"]
        for check in exercise["checks"]
        if check["score"] is None
    ]
    assert not open_checks, f"not run: {open_checks}"
    assert {*hand_in.loses, *hand_in.at_most} == set(kept), (kept, record["findings"])
    for exercise in hand_in.loses:
        assert kept[exercise] == 0, (exercise, kept[exercise])
    for exercise, most in hand_in.at_most.items():
        assert kept[exercise] <= most, (exercise, kept[exercise])


def outcomes(record: dict[str, Any], exercises: tuple[str, ...]) -> set[str]:
    """Return how the checks of some exercises ended."""
    return {
        check["outcome"]
        for exercise in record["exercises"]
        if exercise["id"] in exercises
        for check in exercise["checks"]
    }
