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


BENCH: pytest.StashKey[Bench] = pytest.StashKey()
"""Key under which a pytest config carries its bench."""
