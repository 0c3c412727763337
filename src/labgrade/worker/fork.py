"""The Linux executor: one exec'd zygote a batch, a confined worker a submission, a fork an exercise."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from labgrade.errors import ExecutorUnavailable, WorkerLost
from labgrade.wire.frames import Closed
from labgrade.worker import control
from labgrade.worker.environment import worker_environment
from labgrade.worker.executor import IsolationReport, Layer, Limits, Program
from labgrade.worker.forked import ForkedSubmission
from labgrade.worker.isolation import View

_COMMAND = "from labgrade.worker.zygote import main; main()"


@dataclass(frozen=True)
class ZygotePlan:
    """What a zygote is told at its start.

    Attributes:
        preload: modules to import before the first fork.
        limits: for every worker.
        view: what workers may read.
        huge_pages: collapse the heap; pays from about thirty submissions on.
        spares: workers that are forked ahead of need.
        probe_modules: modules of plug-ins that hold probes at their top level.
        disabled: layers of the confinement to leave out (`isolation.LAYERS`), for whoever measures what they
            cost or do; nothing of ours sets it.
    """

    preload: tuple[str, ...]
    limits: Limits
    view: View
    huge_pages: bool = False
    spares: int = 1
    probe_modules: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()


@dataclass
class _ZygoteProcess:
    """The process itself, and where its last words go."""

    process: subprocess.Popen[bytes]
    errors: Any = field(repr=False)

    def wait(self) -> None:
        self.process.wait()
        self.errors.close()

    def last_words(self) -> str:
        self.errors.seek(0)
        lines = self.errors.read()[-4_000:].decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a word"


class ForkExecutor:
    """Asks a zygote for workers over a control socket of its own.

    Args:
        line: the control socket.
        zygote: the process, for the executor that started it; a job's executor has none.
        report: what the zygote's probe saw, where that is known already.
    """

    name = "fork"

    def __init__(
        self, line: socket.socket, zygote: _ZygoteProcess | None = None, report: IsolationReport | None = None
    ) -> None:
        self._line = line
        self._zygote = zygote
        self._isolation = report

    @classmethod
    def start(cls, plan: ZygotePlan) -> ForkExecutor:
        """Start a zygote; it imports while the caller goes on."""
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the zygote
        line, theirs = control.pair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and a constant
                [sys.executable, "-I", "-c", _COMMAND],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get("LABGRADE_DEBUG") else errors,
                env=worker_environment(),
                cwd="/",
            )
        control.send(line, asdict(plan))
        return cls(line, _ZygoteProcess(process, errors))

    def isolation(self) -> IsolationReport:
        """Return what the zygote's probe saw; waits until the zygote is ready.

        Raises:
            ExecutorUnavailable: where it could not start.
        """
        if self._isolation is None:
            try:
                message, _ = control.receive(self._line)
            except Closed:
                words = self._zygote.last_words() if self._zygote else "it ended"
                raise ExecutorUnavailable(
                    f"The worker process could not be started: {words}",
                    next_step="Run `labgrade doctor`, or set LABGRADE_EXECUTOR=spawn.",
                ) from None
            report = message["isolation"]
            layers = tuple(Layer(**layer) for layer in report["layers"])
            self._isolation = IsolationReport(layers, frozenset(report["confines"]))
        return self._isolation

    def clients(self, number: int) -> Sequence[ForkExecutor]:
        """Return executors over the same zygote for `number` jobs that will be forked from this process.

        Raises:
            WorkerLost: the zygote died.
        """
        report = self.isolation()
        return [ForkExecutor(self._join(), report=report) for _ in range(number)]

    def _join(self) -> socket.socket:
        line, theirs = control.pair()
        with theirs:
            try:
                control.send(self._line, {"op": "client"}, [theirs.fileno()])
            except Closed:
                raise WorkerLost("the zygote ended") from None
        return line

    @contextlib.contextmanager
    def open(self, program: Program, limits: Limits) -> Iterator[ForkedSubmission]:
        """Load a program in a new worker; everything of it is gone when the context ends."""
        self.isolation()
        try:
            control.send(self._line, {"op": "worker"})
            _, descriptors = control.receive(self._line)
        except Closed:
            raise WorkerLost("the zygote ended") from None
        with socket.socket(fileno=descriptors[0]) as line:
            loaded = ForkedSubmission(line, program, limits)
            loaded.load()
            yield loaded
            loaded.settle()

    def close(self) -> None:
        """Close the control socket; whoever started the zygote also waits for it."""
        self._line.close()
        if self._zygote is not None:
            self._zygote.wait()
