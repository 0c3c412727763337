"""One check run once, with fresh fixtures."""

from __future__ import annotations

from collections.abc import Callable

from _pytest.outcomes import OutcomeException

from labgrade.errors import WorkerLost
from labgrade.grader.bench import BENCH, Bench
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
    fixtures = {"student": bench.student, "rng": bench.inputs}
    try:
        values = {name: build(item) for name, build in fixtures.items() if name in item.fixturenames}
        function = getattr(item.cls(), item.function.__name__)
    except Exception as error:  # noqa: BLE001 - a fixture of ours, or the class itself, is broken
        return our_fault(error)
    return _ending(check, _raised_by(lambda: function(**values)))


def _through_pytest(check: PlannedCheck, bench: Bench) -> Ending:
    item = check.item
    item.config.stash[BENCH] = bench
    item._initrequest()  # noqa: SLF001 - as pytest's own reruns do: new fixtures for the same item
    hook = item.ihook
    broken = _raised_by(lambda: hook.pytest_runtest_setup(item=item))
    error = None if broken else _raised_by(lambda: hook.pytest_runtest_call(item=item))
    broken = _raised_by(lambda: hook.pytest_runtest_teardown(item=item, nextitem=None)) or broken
    return our_fault(broken) if broken is not None else _ending(check, error)


def _ending(check: PlannedCheck, error: BaseException | None) -> Ending:
    return PASSED if error is None else ending_of(error, check.mistakes)


def _raised_by(step: Callable[[], object]) -> BaseException | None:
    try:
        step()
    except WorkerLost:
        raise
    except (Exception, OutcomeException) as error:  # noqa: BLE001 - whatever a check raises becomes its ending
        return error
    return None
