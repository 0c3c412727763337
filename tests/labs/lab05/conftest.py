"""What the tests of lab 5 share. Trainings take time, so most tests put small networks in their place."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from labgrade.record.model import GradeRecord
from labgrade.testing import grade_sources

LAB = "lab05_cnn"
HERE = Path(__file__).parent
COURSE = HERE.parents[2]

Grade = Callable[..., GradeRecord]


@pytest.fixture(scope="session")
def course() -> Path:
    """The course's root."""
    return COURSE


@pytest.fixture(scope="session")
def solution() -> str:
    return (COURSE / "reference_solutions" / f"{LAB}.py").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def small(solution: str) -> str:
    """The solution with networks that train in less than a second."""
    return solution + "\n\n" + (HERE / "right" / "parts" / "small.py").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def stub() -> str:
    return (COURSE / "assignments" / LAB / f"{LAB}.py").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def grade() -> Grade:
    """Grade one source or path, or some of its exercises; each once in a test run."""

    @functools.cache
    def run(source: str | Path, exercises: tuple[str, ...] = (), seed: int = 1) -> GradeRecord:
        return grade_sources(LAB, {"s": source}, seed=seed, exercises=exercises, course=COURSE)["s"]

    return run
