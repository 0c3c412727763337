"""Fixtures: runs of the command line, and a graded class."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import labgrade
from tests.cli.runs import Warm
from tests.cli.tiny_course import HALF, LAB_ID, RIGHT, WRONG, write_course
from tests.trees import write_tree

__all__ = ["labgrade"]

CLASS = {
    **{f"s{number:02}.py": f"# {number}\n{RIGHT}" for number in range(1, 9)},
    "half.py": HALF,
    "wrong.py": WRONG,
    "broken.zip": b"PK\x03\x04 and no more",
}


@pytest.fixture(scope="module")
def original(labgrade: Warm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a course, a class, and the class graded twice, into `out`."""
    folder = tmp_path_factory.mktemp("verify")
    write_course(folder / "course")
    write_tree(folder / "class", CLASS)
    options = ("--lab", LAB_ID, "--course", "course", "--out", "out")
    for again in ((), ("--again",)):
        assert labgrade.run("grade", "class", *options, *again, cwd=folder).code == 0
    return folder


@pytest.fixture
def place(original: Path, tmp_path: Path) -> Path:
    """A copy of it all, to be changed."""
    shutil.copytree(original, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def record_of(place: Path) -> Callable[..., Path]:
    """The file of a student's newest record, or of the first."""

    return functools.partial(record_file, place)


def record_file(place: Path, student: str, *, first: bool = False) -> Path:
    """The file of a student's newest record in `out`, or of the first."""
    return sorted((place / "out" / LAB_ID / student).glob("*.json"))[0 if first else -1]
