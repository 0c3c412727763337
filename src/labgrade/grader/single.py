"""One check run once, with fresh fixtures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest

from labgrade.errors import CheckFailed, StudentFailure, WorkerLost
from labgrade.grader.bench import BENCH, FIXTURES, Bench
from labgrade.grader.checks import PlannedCheck
from labgrade.grader.outcomes import PASSED, Ending, ending_of, our_fault


def run_check(check: PlannedCheck, bench: Bench) -> Ending:
    """Run a check and say how it ended.

    A check that asks for nothing but our own fixtures is called directly: pytest's set-up and tear-down
    would cost more than the check itself, and have nothing to do. All others go through pytest's own hooks.

    Raises:
        WorkerLost: a process of ours died.
    """
    return _called(check, bench) if check.plain else _through_pytest(check, bench)


def _called(check: PlannedCheck, bench: Bench) -> Ending:
    item = check.item
    try:
        values = {name: bench.provide(name, item) for name in FIXTURES if name in item.fixturenames}
        function = getattr(item.cls(), item.originalname)
    except Exception as error:  # noqa: BLE001 - a fixture of ours, or the class itself, is broken
        return our_fault(error)
    return _ending(check, _raised(_tried(lambda: function(**values))))


def _through_pytest(check: PlannedCheck, bench: Bench) -> Ending:
    item = check.item
    item.config.stash[BENCH] = bench
    # What an earlier submission's run left on the item: the instance of its class, and its fixtures.
    for name in ("_instance", "_obj"):
        vars(item).pop(name, None)
    item._initrequest()  # noqa: SLF001 - as plug-ins that rerun tests do
    hook = item.ihook
    error = broken = _phase(item, "setup", lambda: hook.pytest_runtest_setup(item=item))
    if isinstance(broken, (CheckFailed, StudentFailure)):
        broken = None  # an author's fixture called the student's function: as if the check had
    elif broken is None:
        error = _phase(item, "call", lambda: hook.pytest_runtest_call(item=item))
    untidy = _phase(item, "teardown", lambda: hook.pytest_runtest_teardown(item=item, nextitem=None))
    broken = broken or untidy
    return our_fault(broken) if broken is not None else _ending(check, error)


def _phase(
    item: pytest.Item, when: Literal["setup", "call", "teardown"], step: Callable[[], None]
) -> BaseException | None:
    call = _tried(step, when)
    # Nobody reads the report, but pytest's own fixtures look at what it leaves behind (`tmp_path`).
    item.ihook.pytest_runtest_makereport(item=item, call=call)
    return _raised(call)


def _tried(
    step: Callable[[], None], when: Literal["setup", "call", "teardown"] = "call"
) -> pytest.CallInfo[None]:
    return pytest.CallInfo.from_call(step, when=when, reraise=(WorkerLost, KeyboardInterrupt))


def _raised(call: pytest.CallInfo[None]) -> BaseException | None:
    return call.excinfo.value if call.excinfo else None


def _ending(check: PlannedCheck, error: BaseException | None) -> Ending:
    return PASSED if error is None else ending_of(error, check.mistakes)
