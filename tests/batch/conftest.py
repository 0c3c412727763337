"""Fixtures: runs of the command line, and a course that a module's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.runs import Warm, warm
from tests.cli.tiny_course import write_course


@pytest.fixture(scope="session")
def labgrade() -> Warm:
    """`labgrade ARGUMENTS...` in a process of its own."""
    return warm()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of the tiny course; a module's tests share it."""
    return write_course(tmp_path_factory.mktemp("course"))
