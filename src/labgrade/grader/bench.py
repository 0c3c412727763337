"""Where a running check gets its fixtures from: the submission in front of the grader right now."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

FIXTURES = ("student", "rng", "once", "data", "training", "evidence")
"""The fixtures of a grader, by name."""


class Bench(Protocol):
    """What the fixtures ask."""

    def provide(self, fixture: str, item: pytest.Item) -> Any:
        """Return the value of one of `FIXTURES` for a check."""


class IdleBench:
    """The bench between submissions."""

    def provide(self, fixture: str, item: pytest.Item) -> Any:
        """Refuse: no submission is in front of the grader."""
        raise LookupError(f"{item.nodeid} asks for {fixture!r} without a submission")


BENCH: pytest.StashKey[Bench] = pytest.StashKey()
"""Key under which a pytest config carries its bench."""
