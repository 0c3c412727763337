"""The small course, written once, and ways to grade against it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from labgrade.record.model import Check
from labgrade.testing import grade_source

from .small_course import LAB, RIGHT, write_course

Grade = Callable[..., dict[str, Check]]


@pytest.fixture(scope="session")
def small_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of the small course."""
    return write_course(tmp_path_factory.mktemp("small") / "course")


@pytest.fixture(scope="session")
def grade(small_course: Path) -> Grade:
    """Grade the right source with `changes` at its end; return the checks by id."""

    def run(*exercises: str, changes: str = "", seed: int = 1) -> dict[str, Check]:
        record = grade_source(
            LAB, RIGHT + "\n" + changes, seed=seed, exercises=exercises, course=small_course
        )
        return {check.id: check for exercise in record.exercises for check in exercise.checks}

    return run
