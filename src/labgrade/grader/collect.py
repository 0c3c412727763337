"""Collecting a course's graders once, in a pinned pytest session, for a batch that runs them itself.

Nothing of a submission is imported or read as configuration: own ini file, own root, no conftest, no
plug-ins from the environment, no cache, no bytecode.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import pytest

from labgrade.course import Lab
from labgrade.errors import UserError
from labgrade.grader import plugin
from labgrade.grader.bench import BENCH, IdleBench
from labgrade.grader.checks import PlannedCheck, grader_files, plan

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

_SCRUBBED = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_THEME", "PYTEST_DEBUG", "PYTEST_CURRENT_TEST")


def with_checks_of(labs: Iterable[Lab], root: Path, body: Callable[[list[PlannedCheck]], T]) -> T:
    """Collect every grader module that labs have; see `with_checks`."""
    return with_checks([module for lab in labs for module in grader_files(lab.graders)], root, body)


def with_checks(modules: Sequence[Path], root: Path, body: Callable[[list[PlannedCheck]], T]) -> T:
    """Collect the grader modules and call `body` with their checks, inside the session.

    Args:
        modules: grader modules of one or more labs.
        root: the course's `graders` folder.
        body: runs submissions against the checks; may fork.

    Raises:
        UserError: where a grader cannot be imported or breaks a rule.
    """
    session = _Session(body)
    with as_file(files("labgrade.grader") / "pinned.ini") as ini, _pinned(root):
        arguments = [
            *(str(module) for module in modules),
            f"--rootdir={root}",
            f"-c{ini}",
            f"--confcutdir={root}",
            "--noconftest",
            "--import-mode=importlib",
            "--capture=no",
            "--strict-markers",
            *(
                f"-pno:{name}"
                for name in ("cacheprovider", "terminal", "faulthandler", "logging", "junitxml", "warnings")
            ),
        ]
        pytest.main(arguments, plugins=[plugin, session])
    return session.result()


@contextmanager
def _pinned(root: Path) -> Iterator[None]:
    saved, path, bytecode = dict(os.environ), list(sys.path), sys.dont_write_bytecode
    sys.path.append(str(root))  # for what a lab's modules share; at the end, where it hides nothing
    for name in _SCRUBBED:
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(saved)
        sys.path[:] = path
        sys.dont_write_bytecode = bytecode


class _Session(Generic[T]):
    """A plug-in that takes the run loop's place."""

    def __init__(self, body: Callable[[list[PlannedCheck]], T]) -> None:
        self._body = body
        self._checks: list[PlannedCheck] = []
        self._problems: list[str] = []
        self._error: BaseException | None = None
        self._result: list[T] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[BENCH] = IdleBench()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._problems.append(f"{report.nodeid}: skips itself; its checks would be lost")
        elif report.failed:
            self._problems.append(f"{report.nodeid}: {report.longreprtext.strip().splitlines()[-1][:300]}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        # Before the plug-in's own hook, which would end the session in pytest's words.
        try:
            self._checks = plan(items)
        except UserError as error:
            self._problems.append(str(error))
            items.clear()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> bool:
        if not self._problems:
            try:
                self._result.append(self._body(self._checks))
            except BaseException as error:  # noqa: BLE001 - raised again outside pytest, which would swallow it
                self._error = error
        return True

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        if not self._result:
            found = "; ".join(self._problems) or "pytest found nothing to collect"
            tip = "Run it with plain pytest to see more."
            raise UserError(f"a grader cannot be collected: {found}", next_step=tip)
        return self._result[0]
