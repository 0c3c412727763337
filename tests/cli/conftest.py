"""Fixtures for whole runs of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from .runs import Warm, warm
from .tiny_course import write_course


@pytest.fixture(scope="session")
def labgrade() -> Warm:
    """`labgrade ARGUMENTS...` in a process of its own."""
    return warm()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of the tiny course; a module's tests share it."""
    return write_course(tmp_path_factory.mktemp("course"))
