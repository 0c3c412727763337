"""What the tests of lab 1 share."""

import ast
import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from labgrade.record.model import GradeRecord
from labgrade.testing import grade_sources

LAB = "lab01_tensors"
HERE = Path(__file__).parent
COURSE = HERE.parents[2]

Grade = Callable[..., GradeRecord]


@pytest.fixture(scope="session")
def solution() -> str:
    return (COURSE / "reference_solutions" / f"{LAB}.py").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def lab_folder() -> Path:
    """What a student gets."""
    return COURSE / "assignments" / LAB


@pytest.fixture(scope="session")
def grade() -> Grade:
    """Grade one source or path with a seed, in the lab's warm worker; each once in a test run."""

    @functools.cache
    def run(source: str | Path, seed: int = 1) -> GradeRecord:
        return grade_sources(LAB, {"s": source}, seed=seed, course=COURSE)["s"]

    return run


@pytest.fixture(scope="session")
def declared_mistakes() -> set[str]:
    """Return every slug that the two grader modules declare, read from their source."""
    modules = [COURSE / "graders" / LAB / f"test_{name}.py" for name in ("visible", "hidden")]
    trees = [ast.parse(module.read_text(encoding="utf-8")) for module in modules]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {ast.literal_eval(call.args[0]) for call in calls if getattr(call.func, "id", "") == "Mistake"}
