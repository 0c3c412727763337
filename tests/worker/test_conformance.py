"""Both executors pass the suite that ships with the interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from labgrade.conformance import CONFORMANCE
from labgrade.worker.executor import Executor
from labgrade.worker.factory import make_executor


@pytest.fixture(scope="module", params=["fork", "spawn"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    made = make_executor(request.param, ("numpy", "torch"))
    yield made
    made.close()


@pytest.mark.parametrize("check", CONFORMANCE, ids=lambda check: check.__name__)
def test_the_executor_keeps_its_promise(check: Callable[[Executor], None], executor: Executor) -> None:
    check(executor)
