"""The executor for every platform: one spawned process a submission, restarted after a crash.

Slower than a fork (each process imports torch), and without the Linux layers: what it confines is said
plainly in its report. The protocol on the pipes is the fork executor's own.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from labgrade.budget import USUAL, Allowance
from labgrade.errors import StudentCrashed, StudentTimedOut, WorkerLost
from labgrade.wire.frames import LARGE, Closed, Connection, Frame, FrameLimits
from labgrade.wire.strict_json import WireError
from labgrade.worker import messages
from labgrade.worker.environment import worker_environment
from labgrade.worker.executor import (
    OVER,
    IsolationReport,
    Layer,
    Limits,
    LoadFinding,
    LoadReport,
    Program,
)
from labgrade.worker.pipes import ThreadedStream

_COMMAND = "from labgrade.worker.spawned import main; main()"
_TICK = 0.1
_WALL_FACTOR = 3.0
"""CPU time of others cannot be read everywhere: a limit is wall time, with room for a busy machine."""
_START_SECONDS = 120.0
_LAST_WORDS_SECONDS = 0.5
_MAX_RELOADS = 4


class SpawnExecutor:
    """Starts a process a submission."""

    name = "spawn"

    def __init__(self, preload: Sequence[str], probe_modules: Sequence[str] = ()) -> None:
        self._preload = tuple(preload)
        self._probe_modules = tuple(probe_modules)

    def isolation(self) -> IsolationReport:
        """Return what a process of its own gives: the student's code is apart from the marks, and no more."""
        layer = Layer(
            "separate process", in_force=True, detail="no confinement of files, network, processes or memory"
        )
        return IsolationReport((layer,), frozenset())

    def clients(self, number: int) -> list[SpawnExecutor]:
        """Return executors for `number` jobs; they share nothing."""
        return [SpawnExecutor(self._preload, self._probe_modules) for _ in range(number)]

    @contextlib.contextmanager
    def open(self, program: Program, limits: Limits) -> Iterator[SpawnedSubmission]:
        """Load a program in a new process, which is ended with the context."""
        start = Frame({"preload": list(self._preload), "probe_modules": list(self._probe_modules)})
        loaded = SpawnedSubmission(start, program, limits)
        try:
            loaded.load()
            yield loaded
        finally:
            loaded.end()

    def close(self) -> None:
        """Nothing outlives `open`."""


class _Worker:
    """A spawned process and its pipes."""

    def __init__(self, start: Frame) -> None:
        their_input, our_output = os.pipe()
        our_input, their_output = os.pipe()
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and a constant
            [sys.executable, "-I", "-c", _COMMAND],
            stdin=their_input,
            stdout=their_output,
            stderr=None if os.environ.get("LABGRADE_DEBUG") else subprocess.DEVNULL,
            env=worker_environment(),
        )
        for descriptor in (their_input, their_output):
            os.close(descriptor)
        self._stream = ThreadedStream(our_input, our_output)
        self._connection = Connection(self._stream, FrameLimits())
        self._make_ready(start)

    def _make_ready(self, start: Frame) -> None:
        # Until it is ready no student code ran: whatever goes wrong is ours.
        try:
            self.send(start, _START_SECONDS)
            self.receive(time.monotonic() + _START_SECONDS)
        except (StudentCrashed, StudentTimedOut, WireError) as error:
            self.end()
            raise WorkerLost(f"a worker could not be started: {error}") from None

    def send(self, frame: Frame, seconds: float) -> None:
        """Send a frame; a process that does not read it in time is killed."""
        timer = threading.Timer(seconds, self.process.kill)
        timer.start()
        try:
            self._connection.send(frame)
        except (Closed, OSError):
            raise self.crash() from None
        finally:
            timer.cancel()

    def receive(self, deadline: float, *, large: bool = False) -> Frame:
        """Wait for a frame until `deadline` (monotonic).

        Raises:
            StudentTimedOut, StudentCrashed, WireError.
        """
        self._connection.limits = LARGE if large else FrameLimits()
        while True:
            try:
                frame = self._connection.pump()
            except Closed:
                raise self.crash() from None
            if frame is not None:
                return frame
            self._stream.wait(_TICK)
            if time.monotonic() > deadline:
                raise StudentTimedOut(0, "wall")

    def crash(self) -> StudentCrashed:
        """Return how the process ended; one that closed its pipes may go on."""
        try:
            status = self.process.wait(_LAST_WORDS_SECONDS)
        except subprocess.TimeoutExpired:
            return StudentCrashed("it closed its channel")
        return StudentCrashed(f"signal {-status}" if status < 0 else f"exit status {status}")

    def end(self) -> None:
        """Kill and reap the process."""
        self.process.kill()
        self.process.wait()
        self._stream.close()


class SpawnedSubmission:
    """A process with a loaded submission."""

    def __init__(self, start: Frame, program: Program, limits: Limits) -> None:
        self._start = start
        self._program = program
        self._limits = limits
        self._skip: set[int] = set()
        self._worker: _Worker | None = None
        self._used = False
        self.report = LoadReport(frozenset(), (), "")
        self.cpu_seconds = 0.0

    def load(self) -> None:
        """Load the program; where a statement ends the process, load again without it."""
        lost: list[LoadFinding] = []
        for _ in range(_MAX_RELOADS):
            finding = self._load_once()
            if finding is None:
                self.report = dataclasses.replace(self.report, findings=(*lost, *self.report.findings))
                return
            lost.append(finding)
        self.report = LoadReport(frozenset(), tuple(lost), "")

    def _load_once(self) -> LoadFinding | None:
        self.end()
        self._worker, self._used = _Worker(self._start), False
        after = max(self._skip, default=None)
        order = messages.LoadOrder(
            self._program, self._limits.load_seconds, self._limits.output_bytes, frozenset(self._skip), after
        )
        statement = 0
        try:
            self._worker.send(messages.load_order(order), _START_SECONDS)
            deadline = time.monotonic() + _START_SECONDS + _WALL_FACTOR * order.budget_seconds
            while True:
                frame = self._worker.receive(deadline)
                if set(frame.head) != {"progress"}:
                    self.report = messages.read_load_reply(frame, self._limits.output_bytes)
                    return None
                statement = int(frame.head["progress"])
        except (StudentCrashed, StudentTimedOut, WireError, TypeError, ValueError) as error:
            self._skip.add(statement)
            message = f"A top-level statement ended the process ({error}); it was left out."
            return LoadFinding("top-level-exit", message)

    @contextlib.contextmanager
    def exercise(self, *, fresh: bool, seconds: float, seed: int) -> Iterator[SpawnedChannel]:
        """Open a channel for one exercise; see `LoadedSubmission.exercise`."""
        channel = SpawnedChannel(self, fresh=fresh, seconds=seconds, seed=seed)
        try:
            yield channel
        finally:
            channel.over = True
            if channel.broken:
                self.end()

    def ready_worker(self, *, fresh: bool) -> _Worker:
        """Return a process for an exercise, started anew where it has to be fresh."""
        if self._worker is None or (fresh and self._used):
            self._load_once()
        if self._worker is None:
            raise WorkerLost("a worker ended before it could be used")
        self._used = True
        return self._worker

    def end(self) -> None:
        """End the process."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None


class SpawnedChannel:
    """Requests and replies with a spawned process, which is there from the first request on."""

    _worker: _Worker

    def __init__(self, owner: SpawnedSubmission, *, fresh: bool, seconds: float, seed: int) -> None:
        self._owner = owner
        self._fresh = fresh
        self._seconds = seconds
        self._seed = seed
        self._left = seconds * _WALL_FACTOR
        self._number = 0
        self.broken = False
        self.over = False

    def _begin(self) -> None:
        """Take a process; reset and reseed it."""
        self._worker = self._owner.ready_worker(fresh=self._fresh)
        with contextlib.suppress(StudentCrashed):
            self._worker.send(messages.begin(self._seed), self._left)

    def ask(self, op: str, arguments: dict[str, Any], allowance: Allowance = USUAL) -> Any:
        """Run a probe in the worker; see `executor.Channel.ask`."""
        if self.over:
            raise LookupError(OVER)
        if self.broken:
            raise StudentCrashed("it had ended before")
        if not self._number:
            self._begin()
        self._number += 1
        started = time.monotonic()
        left = allowance.seconds * _WALL_FACTOR or self._left
        try:
            self._worker.send(messages.request(self._number, op, arguments, large=allowance.large), left)
            frame = self._worker.receive(started + left, large=allowance.large)
            return messages.read_reply(frame, self._number)
        except StudentTimedOut:
            self.broken = True
            raise StudentTimedOut(allowance.seconds or self._seconds, "wall") from None
        except StudentCrashed:
            self.broken = True
            raise
        except WireError as error:
            self.broken = True
            raise StudentCrashed(f"its reply was malformed: {error}") from None
        finally:
            if not allowance.seconds:
                self._left -= time.monotonic() - started
