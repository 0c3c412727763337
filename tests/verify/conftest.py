"""Fixtures: runs of the command line, and a graded class."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.runs import Warm, warm
from tests.cli.tiny_course import HALF, LAB_ID, RIGHT, WRONG, write, write_course

CLASS = {
    **{f"s{number:02}.py": f"# {number}\n{RIGHT}" for number in range(1, 9)},
    "half.py": HALF,
    "wrong.py": WRONG,
    "broken.zip": b"PK\x03\x04 and no more",
}


@pytest.fixture(scope="session")
def labgrade() -> Warm:
    """`labgrade ARGUMENTS...` in a process of its own."""
    return warm()


@pytest.fixture(scope="module")
def original(labgrade: Warm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a course, a class, and the class graded twice, into `out`."""
    folder = tmp_path_factory.mktemp("verify")
    write_course(folder / "course")
    write(folder / "class", CLASS)
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

    def find(student: str, *, first: bool = False) -> Path:
        files = sorted((place / "out" / LAB_ID / student).glob("*.json"))
        return files[0 if first else -1]

    return find
