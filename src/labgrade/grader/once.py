"""What is found out once a submission and read by several checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from labgrade.errors import CheckFailed, StudentFailure

T = TypeVar("T")


@dataclass(frozen=True)
class Once:
    """The `once` fixture: a memory of one submission's results.

    What is kept must be plain values: a handle on an object in the worker dies with its process.
    """

    _results: dict[str, Callable[[], Any]] = field(default_factory=dict)

    def __call__(self, key: str, find_out: Callable[[], T]) -> T:
        """Return what `find_out` gave when it was first asked for under this key.

        Raises:
            CheckFailed, StudentFailure: what it raised then, for every check that asks.
        """
        if key not in self._results:
            self._results[key] = _outcome(find_out)
        result: T = self._results[key]()
        return result


def _outcome(find_out: Callable[[], T]) -> Callable[[], T]:
    try:
        value = find_out()
    except (CheckFailed, StudentFailure) as error:
        return _raiser(error)
    return lambda: value


def _raiser(error: Exception) -> Callable[[], Any]:
    def again() -> Any:
        raise error

    return again
