"""The tiny course in a folder of its own, hand-ins beside it, and labgrade run there as people do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.cli.runs import Ended, environment, warm
from tests.cli.tiny_course import LAB_ID, write_course
from tests.trees import write_tree

MAX_SCORE = 3.5
"""Of the course's lab."""


class Tiny:
    """A tiny course in a folder of its own, and what is done in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.course = write_course(folder / "course")

    def hand_in(self, where: str, files: Mapping[str, str | bytes]) -> Path:
        """Write hand-ins below a folder and return the folder."""
        return write_tree(self.folder / where, files)

    def command(self, *arguments: object) -> list[str]:
        """Return the command line that runs labgrade on this course."""
        name, *rest = map(str, arguments)
        return [sys.executable, "-m", "labgrade", name, *rest, "--course", str(self.course)]

    def run(self, *arguments: object, **variables: str) -> Ended:
        """Run labgrade in the folder and wait for its end."""
        return warm().run(*arguments, "--course", self.course, cwd=self.folder, env=variables)

    def start(self, *arguments: object, **options: Any) -> subprocess.Popen[str]:
        """Start labgrade in the folder."""
        variables = environment() | {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.Popen(
            self.command(*arguments), cwd=self.folder, env=variables, text=True, **options
        )


def record_files(out: Path) -> list[Path]:
    """Return the record files of an output folder."""
    return sorted(out.glob(f"{LAB_ID}/*/*.json"))


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
