"""The pytest plug-in: hooks and fixtures, nothing else.

It is loaded in every pytest run of the environment, so it imports neither torch nor pydantic until a
grader is collected. Two ways lead here: the author's `pytest graders/LAB --submission PATH` (`author`),
and the batch, which collects once and runs the checks itself (`collect`).
"""

# ruff: noqa: PLC0415 - see above: whatever is heavy is imported where it is used

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from labgrade.grader.declare import is_grader_item

if TYPE_CHECKING:
    from labgrade.data.run import RunData
    from labgrade.grader.evidence import Evidence
    from labgrade.grader.inputs import Inputs
    from labgrade.grader.once import Once
    from labgrade.grader.student import StudentProxy
    from labgrade.grader.training import Trainings


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the author's options."""
    group = parser.getgroup("labgrade", "grading of one submission")
    group.addoption("--submission", metavar="PATH", help="the hand-in to run a grader against")
    group.addoption(
        "--labgrade-seed", metavar="N", type=int, help="seed of the hidden inputs (default: a fresh one)"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """With --submission, refuse to run where it lies, before pytest reads a conftest.py from there."""
    known = early_config.known_args_namespace
    if known.submission:
        from labgrade.grader.place import require_trusted_place

        require_trusted_place(Path(known.submission), early_config.rootpath, known.file_or_dir)
        sys.dont_write_bytecode = True


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register our markers; with --submission, prepare the author's run."""
    config.addinivalue_line(
        "markers", "labgrade_check(marks, hint, mistakes, needs): a check; see labgrade.grader.check"
    )
    config.addinivalue_line(
        "markers", "labgrade_exercise(id): the checks of one exercise; see labgrade.grader.exercise"
    )
    if config.getoption("submission"):
        from labgrade.grader import author

        author.configure(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Hold collected graders to the rules of `checks.plan`."""
    graders = [item for item in items if is_grader_item(item)]
    if not graders:
        return
    from labgrade.errors import UserError
    from labgrade.grader import checks
    from labgrade.grader.bench import BENCH

    if BENCH not in config.stash:
        raise pytest.UsageError("a grader runs against a hand-in: add --submission PATH")
    try:
        checks.plan(graders)
    except UserError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.fixture
def student(request: pytest.FixtureRequest) -> StudentProxy:
    """Provide the submission in front of the grader; `student.NAME(…)` runs in the worker."""
    found: StudentProxy = _provided("student", request)
    return found


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> Inputs:
    """Provide seeded random inputs, different for every check and every run's secret."""
    found: Inputs = _provided("rng", request)
    return found


@pytest.fixture
def once(request: pytest.FixtureRequest) -> Once:
    """Provide a memory of what is found out once a submission."""
    found: Once = _provided("once", request)
    return found


@pytest.fixture
def data(request: pytest.FixtureRequest) -> RunData:
    """Provide the run's images: to train on, held back, and for loaders."""
    found: RunData = _provided("data", request)
    return found


@pytest.fixture
def training(request: pytest.FixtureRequest) -> Trainings:
    """Provide the submission's trainings: each network is trained once."""
    found: Trainings = _provided("training", request)
    return found


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> Evidence:
    """Provide a sheet for what a check shows beside its verdict."""
    found: Evidence = _provided("evidence", request)
    return found


def _provided(name: str, request: pytest.FixtureRequest) -> Any:
    from labgrade.grader.bench import BENCH

    return request.config.stash[BENCH].provide(name, request.node)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the author's worker."""
    if config.getoption("submission", None):
        from labgrade.grader import author

        author.unconfigure(config)
