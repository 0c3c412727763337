"""The `student` fixture: what a check sees of a submission.

`student.fit_line(x, y)` looks like a plain call. It sends name and arguments to the worker, where the
student's function runs, and returns the plain value that comes back. The call passes on only on a
complete, well-formed reply to that very request; every other end is an exception of
`labgrade.errors.StudentFailure`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from labgrade.budget import USUAL, Allowance
from labgrade.errors import NotAttempted, StudentRaised, StudentTimedOut
from labgrade.worker.executor import Channel, LoadReport


class StudentProxy:
    """A submission's functions by name, over one channel.

    Args:
        channel: to a process that holds the loaded submission.
        report: what loading said; decides which names exist.
        timed_out: names that already used up this exercise's time; shared by the exercise's checks.
        asked: every name that the lab asks for; none of them is a near miss of another.
    """

    def __init__(
        self, channel: Channel, report: LoadReport, timed_out: set[str], asked: frozenset[str] = frozenset()
    ) -> None:
        self._channel = channel
        self._asked = asked
        self._report = report
        self._timed_out = timed_out

    def __getattr__(self, name: str) -> RemoteFunction:
        if name.startswith("__"):
            raise AttributeError(name)
        return RemoteFunction(self, name)

    def _ask(self, name: str, op: str, arguments: dict[str, Any], allowance: Allowance) -> Any:
        if name not in self._report.names:
            raise NotAttempted(name, _near(name, self._report.names - self._asked))
        if name in self._timed_out:
            raise StudentTimedOut(0.0)
        try:
            return self._channel.ask(op, arguments, allowance)
        except StudentTimedOut:
            self._timed_out.add(name)
            raise
        except StudentRaised as error:
            # torch's own NotImplementedErrors carry a message; the stub's does not.
            if error.type_name == "NotImplementedError" and not error.message:
                raise NotAttempted(name, stub=True) from None
            raise


class RemoteFunction:
    """One of the student's functions; a `labgrade.probes.Callee`."""

    def __init__(self, proxy: StudentProxy, name: str) -> None:
        self._proxy = proxy
        self._name = name

    @property
    def name(self) -> str:
        """The function's name."""
        return self._name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the function in the worker and return its value."""
        return self.ask("call", args, kwargs)

    def ask(
        self,
        op: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        on: tuple[str, str] | None = None,
        allowance: Allowance = USUAL,
        **options: Any,
    ) -> Any:
        """Run probe `op` in the worker and return its value; see `probes.base.Callee`."""
        arguments = {
            "function": self._name,
            "args": list(args),
            "kwargs": dict(kwargs),
            "options": options,
            "on": on,
        }
        return self._proxy._ask(self._name, op, arguments, allowance)  # noqa: SLF001


def _near(name: str, names: frozenset[str]) -> str:
    matches = difflib.get_close_matches(name, sorted(names)[:5_000], n=1, cutoff=0.8)
    return matches[0] if matches else ""
