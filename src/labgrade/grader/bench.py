"""Where a running check gets its fixtures from: the submission in front of the grader right now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from labgrade.grader.inputs import Inputs
    from labgrade.grader.student import StudentProxy


class Bench(Protocol):
    """What the `student` and `rng` fixtures ask."""

    def student(self, item: pytest.Item) -> StudentProxy:
        """Return the submission for a check."""

    def inputs(self, item: pytest.Item) -> Inputs:
        """Return the check's seeded inputs."""


class IdleBench:
    """The bench between submissions."""

    def student(self, item: pytest.Item) -> StudentProxy:
        """Refuse: no submission is in front of the grader."""
        raise LookupError(f"{item.nodeid} runs without a submission")

    def inputs(self, item: pytest.Item) -> Inputs:
        """Refuse: no run has a secret yet."""
        raise LookupError(f"{item.nodeid} runs without a secret")


BENCH: pytest.StashKey[Bench] = pytest.StashKey()
"""Key under which a pytest config carries its bench."""
