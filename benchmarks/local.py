"""An executor without any boundary, for comparison only: student code runs where the checks run."""

from __future__ import annotations

import contextlib
import copy
import os
import random
from collections.abc import Iterator
from typing import Any

from labgrade.budget import USUAL
from labgrade.errors import StudentRaised
from labgrade.probes import BUILTIN_PROBES, Allowance, Call
from labgrade.probes.seeding import seed_torch
from labgrade.worker.executor import IsolationReport, Limits, LoadReport, Program

_PROBES = {probe.op: probe for probe in BUILTIN_PROBES}


class LocalExecutor:
    """Runs submissions in this process, or with a fork an exercise."""

    name = "local"

    def isolation(self) -> IsolationReport:
        """Return that nothing is confined."""
        return IsolationReport((), frozenset())

    @contextlib.contextmanager
    def open(self, program: Program, _limits: Limits) -> Iterator[LocalSubmission]:
        """Run the program's entries in a new namespace."""
        namespace: dict[str, Any] = {"__name__": "submission"}
        sources = dict(program.files)
        for entry in program.entries:
            exec(compile(sources[entry], entry, "exec"), namespace)  # noqa: S102
        yield LocalSubmission(namespace)

    def close(self) -> None:
        """Nothing to end."""


class LocalSubmission:
    """A namespace and direct calls into it."""

    cpu_seconds = 0.0

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self.report = LoadReport(frozenset(namespace), (), "")

    @contextlib.contextmanager
    def exercise(self, *, seed: int, **_limits: object) -> Iterator[LocalSubmission]:
        """Seed as a worker would, and answer directly."""
        random.seed(seed)
        seed_torch(seed)
        yield self

    def ask(self, op: str, arguments: dict[str, Any], _allowance: Allowance = USUAL) -> Any:
        """Call the function."""
        function = self._namespace[arguments["function"]]
        args, kwargs = copy.deepcopy(arguments["args"]), copy.deepcopy(arguments["kwargs"])
        call = Call(function, args, kwargs, arguments["options"])
        try:
            return _PROBES[op].answer(call)
        except Exception as error:
            raise StudentRaised(type(error).__name__, str(error)) from error


def in_fork(body: Any) -> None:
    """Run `body` in a fork of this process and wait for it."""
    pid = os.fork()
    if pid == 0:
        body()
        os._exit(0)
    os.waitpid(pid, 0)
