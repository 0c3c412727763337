"""What is found out once a submission and read by several checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from labgrade.errors import WorkerLost
from labgrade.probes.objects import Remote

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
            CheckFailed, StudentFailure: what it raised then, for every check that asks; a fault of the
                grader's likewise.
            TypeError: it gave a handle on an object in the worker.
        """
        if key not in self._results:
            self._results[key] = _outcome(key, find_out)
        result: T = self._results[key]()
        return result


def _outcome(key: str, find_out: Callable[[], T]) -> Callable[[], T]:
    try:
        value = find_out()
    except WorkerLost:
        raise  # nothing was found out: the submission is graded again
    except Exception as error:  # noqa: BLE001 - what failed for one check is not tried again for the next
        return _raiser(error)
    if _holds_a_handle(value):
        return _raiser(TypeError(f"{key!r} is a handle on an object that dies with its process"))
    return lambda: value


def _holds_a_handle(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_a_handle, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_holds_a_handle, value))
    return isinstance(value, Remote)


def _raiser(error: Exception) -> Callable[[], Any]:
    def again() -> Any:
        raise error

    return again
