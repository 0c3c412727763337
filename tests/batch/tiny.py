"""A course of one lab with two quick exercises, hand-ins for it, and labgrade run on them as people do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.runs import warm

LAB = "lab01_tiny"
MAX_SCORE = 4

COURSE_TOML = f'title = "Tiny course"\ncode = "T 1"\nlabs = ["{LAB}"]\n'

LAB_TOML = f"""\
id = "{LAB}"
title = "A tiny lab"
marks = "4"
preload = []

[limits]
load_seconds = 5
exercise_seconds = 5

[[exercises]]
id = "q1"
title = "Doubling"
names = ["double"]
visible = {{ checks = 1, marks = "1" }}
hidden = {{ checks = 1, marks = "1" }}

[[exercises]]
id = "q2"
title = "Adding one"
names = ["add_one"]
visible = {{ checks = 1, marks = "1" }}
hidden = {{ checks = 1, marks = "1" }}
"""

VISIBLE = '''\
from labgrade.grader import check, exercise, expect


@exercise("q1")
class TestDouble:
    @check(marks=1, hint="Two times.")
    def test_three(self, student):
        """Three is doubled"""
        expect(student.double(3)).close_to(6)


@exercise("q2")
class TestAddOne:
    @check(marks=1)
    def test_three(self, student):
        """One is added to three"""
        expect(student.add_one(3)).close_to(4)
'''

HIDDEN = '''\
from labgrade.grader import check, exercise, expect


@exercise("q1")
class TestDouble:
    @check(marks=1)
    def test_any(self, student, rng):
        """Any number is doubled"""
        x = rng.integers(10, 90)
        expect(student.double(x)).close_to(2 * x)


@exercise("q2")
class TestAddOne:
    @check(marks=1)
    def test_any(self, student, rng):
        """One is added to any number"""
        x = rng.integers(10, 90)
        expect(student.add_one(x)).close_to(x + 1)
'''

RIGHT = "def double(x):\n    return 2 * x\n\n\ndef add_one(x):\n    return x + 1\n"
HALF = "def double(x):\n    return 2 * x\n\n\ndef add_one(x):\n    return x\n"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Return standard output, which must be one JSON document."""
        return json.loads(self.out)

    def scores(self) -> dict[str, float | None]:
        """Return what `grade --json` says of each path's last part."""
        return {Path(row["path"]).name: row["score"] for row in self.document["submissions"]}


class Tiny:
    """A tiny course in a folder of its own, and what is done in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.course = folder / "course"
        files = {
            "course.toml": COURSE_TOML,
            f"assignments/{LAB}/lab.toml": LAB_TOML,
            f"assignments/{LAB}/task.md": "# A tiny lab\n",
            f"graders/{LAB}/test_visible.py": VISIBLE,
            f"graders/{LAB}/test_hidden.py": HIDDEN,
        }
        for name, text in files.items():
            write(self.course / name, text)

    def hand_in(self, where: str, files: Mapping[str, str | bytes]) -> Path:
        """Write hand-ins below a folder and return the folder."""
        for name, content in files.items():
            write(self.folder / where / name, content)
        return self.folder / where

    def command(self, *arguments: object) -> list[str]:
        """Return the command line that runs labgrade on this course."""
        name, *rest = map(str, arguments)
        return [sys.executable, "-m", "labgrade", name, *rest, "--course", str(self.course)]

    def run(self, *arguments: object, **variables: str) -> Ended:
        """Run labgrade in the folder and wait for its end."""
        ended = warm().run(*arguments, "--course", self.course, cwd=self.folder, env=variables)
        return Ended(ended.code, ended.out, ended.err)

    def start(self, *arguments: object, **options: Any) -> subprocess.Popen[str]:
        """Start labgrade in the folder."""
        return subprocess.Popen(
            self.command(*arguments), cwd=self.folder, env=environment(), text=True, **options
        )


def environment() -> dict[str, str]:
    """Return this process's environment without settings of the caller's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LABGRADE_")}
    return kept | {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def write(path: Path, content: str | bytes) -> None:
    """Write a file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def record_files(out: Path) -> list[Path]:
    """Return the record files of an output folder."""
    return sorted(out.glob(f"{LAB}/*/*.json"))


def records(out: Path) -> list[dict[str, Any]]:
    """Return the records of an output folder; one that is torn is no JSON and fails here."""
    return [json.loads(path.read_bytes()) for path in record_files(out)]


def descendants(pid: int) -> set[int]:
    """Return the process ids below a process."""
    found: set[int] = set()
    todo = [pid]
    while todo:
        for child in children(todo.pop()):
            found.add(child)
            todo.append(child)
    return found


def children(pid: int) -> list[int]:
    """Return the process ids of a process's children, whichever of its threads made them."""
    found = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, tasks.read_text().split())
        except OSError:  # it ended meanwhile
            continue
    return found


def is_zygote(pid: int) -> bool:
    """Whether a process is a zygote, by its command line."""
    try:
        return b"labgrade.worker.zygote" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def alive(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False
