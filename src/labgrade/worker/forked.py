"""A submission in a forked worker, as the grader sees it: loading, exercises, requests.

All waiting happens here, in the trusted process, against clocks that student code cannot touch: CPU
seconds as the supervisor reads them outside the student's process, and idle time for what only sleeps.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import select
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labgrade.budget import USUAL, WALL_FACTOR, Allowance
from labgrade.errors import StudentCrashed, StudentTimedOut, WorkerLost
from labgrade.wire.frames import LARGE, Closed, Connection, Frame, FrameLimits
from labgrade.wire.strict_json import WireError
from labgrade.worker import control, messages
from labgrade.worker.clock import Clock, OverMemory
from labgrade.worker.endings import OUR_FAULT
from labgrade.worker.executor import OVER, Limits, LoadFinding, LoadReport, Program

_TICK_SECONDS = 0.1
_MAX_LOADS = 5
_SHORT_LOAD = 5.0
_LAST_WORDS_SECONDS = 0.5
_LOAD_GRACE = 6.0
"""Seconds beyond the load budget before the loader, which interrupts itself, is killed."""


class ForkedSubmission:
    """A worker with a loaded submission, behind its supervisor's socket."""

    def __init__(self, line: socket.socket, program: Program, limits: Limits) -> None:
        self._line = line
        self._limits = limits
        self._shared: Connection | None = None
        self._begun = False
        self._passed_over: list[control.Message] = []  # events that came while an answer was waited for
        self._order = messages.LoadOrder(program, limits.load_seconds, limits.output_bytes)
        self.report = LoadReport(frozenset(), (), "")
        self.cpu_seconds = 0.0

    # -- loading ---------------------------------------------------------------------------------

    def load(self) -> None:
        """Load the program; where a statement ends the process, load again without it.

        A process that had to be stopped gets little time again, and the last attempt runs definitions alone:
        top-level code can cost its own statements, never the functions beside them.
        """
        skip: set[int] = set()
        lost: list[LoadFinding] = []
        budget, after = self._limits.load_seconds, None
        for attempt in range(_MAX_LOADS):
            after = -1 if attempt == _MAX_LOADS - 1 else after
            self._order = dataclasses.replace(
                self._order, budget_seconds=budget, skip=frozenset(skip), definitions_after=after
            )
            try:
                report = self._load_once(self._order)
            except _Ended as ended:
                lost.append(LoadFinding(ended.code, ended.message))
                self._command("new_loader", "loader")
                if ended.progress is not None:
                    skip.add(ended.progress)
                after = -1 if ended.progress is None else max(skip)
                budget = min(budget, _SHORT_LOAD) if ended.stopped else budget
            else:
                findings = (*dict.fromkeys(lost), *report.findings)
                self.report = dataclasses.replace(report, findings=findings)
                return
        self.report = LoadReport(frozenset(), tuple(dict.fromkeys(lost)), "")

    def _load_once(self, order: messages.LoadOrder) -> LoadReport:
        with self._channel("load") as connection:
            try:
                connection.send(messages.load_order(order), timeout=60)
            except (Closed, TimeoutError):
                raise WorkerLost("a loader did not take its order") from None
            seconds = order.budget_seconds + _LOAD_GRACE
            # The loader interrupts itself first, also a sleep; see `budget.WALL_FACTOR`.
            clock = Clock(
                seconds, self._limits.memory_bytes, WALL_FACTOR * order.budget_seconds + _LOAD_GRACE
            )
            try:
                return messages.read_load_reply(self._await(connection, clock), self._limits.output_bytes)
            except (StudentTimedOut, OverMemory) as over:
                memory = isinstance(over, OverMemory)
                why = "used more memory than it may" if memory else "could not be interrupted in its time"
                message = f"A top-level statement {why}; it was left out."
                code = "top-level-memory" if memory else "top-level-budget"
                raise _Ended(code, message, self._progress_after_kill(), stopped=True) from None
            except WireError as error:
                message = f"Loading ended with a malformed report ({error}); only definitions were loaded."
                raise _Ended("load-failed", message, None) from None
            except StudentCrashed as crash:
                which = "Top-level code" if crash.progress is None else "A top-level statement"
                message = f"{which} ended the process ({crash.cause}); it was left out."
                raise _Ended("top-level-exit", message, crash.progress) from None

    def _progress_after_kill(self) -> int:
        self._send({"op": "kill_loader"})
        return int(self._hear("exit")["progress"])

    # -- exercises -------------------------------------------------------------------------------

    @contextlib.contextmanager
    def exercise(self, *, fresh: bool, seconds: float, seed: int) -> Iterator[ForkedChannel]:
        """Open a channel for one exercise; see `LoadedSubmission.exercise`."""
        channel = ForkedChannel(self, fresh=fresh, seconds=seconds, seed=seed)
        try:
            yield channel
        finally:
            channel.over = True
            if channel.broken or (fresh and channel.asked):
                self._close_shared()

    def runner(self, *, fresh: bool) -> Connection:
        """Return a connection to a process for an exercise: another than before, or the shared one."""
        if fresh or self._shared is None:
            self._close_shared()
            self._shared = self._new_runner()
        return self._shared

    def _new_runner(self) -> Connection:
        if self.report.forkable:
            return self._open_channel("exercise")
        if self._begun:
            # Forking this process would hang its child: load the module afresh instead, as it loaded before.
            self._command("new_loader", "loader")
            with contextlib.suppress(_Ended):
                self._load_once(self._order)
        self._begun = True
        return self._open_channel("serve")

    def _close_shared(self) -> None:
        if self._shared is not None:
            self._shared.close()
            self._shared = None
            self._command("end", "ended")

    def settle(self) -> None:
        """Read what the submission used in all, before its processes are gone."""
        self.cpu_seconds = float(self._command("total", "total"))

    # -- talking to the supervisor ----------------------------------------------------------------

    @contextlib.contextmanager
    def _channel(self, op: str) -> Iterator[Connection]:
        connection = self._open_channel(op)
        try:
            yield connection
        finally:
            connection.close()

    def _open_channel(self, op: str) -> Connection:
        ours, theirs = control.stream_pair()
        self._send({"op": op}, [theirs.fileno()])
        theirs.close()
        return Connection(ours, FrameLimits())

    @property
    def memory_bytes(self) -> int:
        """What the submission's processes may hold together."""
        return self._limits.memory_bytes

    def usage(self) -> Mapping[str, float]:
        """Return what the submission's processes use now, as the supervisor sees it."""
        return self._command("usage", "usage")  # type: ignore[no-any-return]

    def _command(self, op: str, answer: str) -> Any:
        self._send({"op": op})
        heard = self._hear(answer)[answer]
        if op in ("end", "new_loader"):
            self._passed_over.clear()  # what they told of is over
        return heard

    def _send(self, message: control.Message, descriptors: Sequence[int] = ()) -> None:
        try:
            control.send(self._line, message, descriptors)
        except Closed:
            raise WorkerLost("the supervisor ended") from None

    def _hear(self, key: str) -> control.Message:
        """Return the first message of the supervisor with that key; others are kept for whom they concern."""
        for number, message in enumerate(self._passed_over):
            if key in message or message.get("event") == key:
                return self._passed_over.pop(number)
        while True:
            message = self._event()
            if key in message or message.get("event") == key:
                return message
            self._passed_over.append(message)

    def _await(self, connection: Connection, clock: Clock) -> Frame:
        """Wait for a frame on the channel, for the end of its process, or for the end of its time."""
        poll = select.poll()
        poll.register(connection, select.POLLIN)
        poll.register(self._line, select.POLLIN)
        crash: StudentCrashed | None = None
        due = time.monotonic() + _TICK_SECONDS
        while True:
            ready = {descriptor for descriptor, _ in poll.poll(_TICK_SECONDS * 1_000)}
            if connection.fileno() in ready or crash:
                try:
                    frame = connection.pump()
                except Closed:
                    raise crash or self._crash() from None
                if frame is not None:
                    return frame
                if crash:
                    raise crash
            elif self._line.fileno() in ready or self._passed_over:
                # Its process ended; a daemon of it may still hold the channel open.
                crash = self._crash()
            # By the clock, not only when nothing came: a frame may arrive byte by byte for ever.
            if time.monotonic() >= due and not crash:
                clock.tick(self.usage())
                due = time.monotonic() + _TICK_SECONDS

    def _crash(self) -> StudentCrashed:
        """The channel was closed: wait a moment for the supervisor to say how the process ended."""
        poll = select.poll()
        poll.register(self._line, select.POLLIN)
        deadline = time.monotonic() + _LAST_WORDS_SECONDS
        while time.monotonic() < deadline and (self._passed_over or poll.poll(_LAST_WORDS_SECONDS * 1_000)):
            message = self._passed_over.pop(0) if self._passed_over else self._event()
            if message.get("event") == "exit":
                if not message.get("started", True):
                    raise WorkerLost("a loader ended before any student code ran")
                status = int(message["status"])
                # Our own code stumbled over what student code had done before: no statement can be named.
                told = status >> 8 != OUR_FAULT
                return StudentCrashed(_cause(status), message.get("progress") if told else None)
        return StudentCrashed("it closed its channel")

    def _event(self) -> control.Message:
        try:
            return control.receive(self._line)[0]
        except Closed:
            raise WorkerLost("the supervisor ended") from None


def _cause(status: int) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        with contextlib.suppress(ValueError):
            return f"signal {number}, {signal.Signals(number).name}"
        return f"signal {number}"
    return f"exit status {os.WEXITSTATUS(status)}"


class _Ended(Exception):
    """Loading did not come to its end.

    Attributes:
        code, message: of the finding.
        progress: the statement that ran, or None where that is not known.
        stopped: we stopped it, for time or memory.
    """

    def __init__(self, code: str, message: str, progress: int | None, *, stopped: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.progress = progress
        self.stopped = stopped


class ForkedChannel:
    """Requests and replies with one runner, which is there from the first request on."""

    _connection: Connection
    _clock: Clock

    def __init__(self, owner: ForkedSubmission, *, fresh: bool, seconds: float, seed: int) -> None:
        self._owner = owner
        self._fresh = fresh
        self._seconds = seconds
        self._seed = seed
        self._number = 0
        self.broken = False
        self.over = False

    @property
    def asked(self) -> bool:
        """Whether anything was."""
        return self._number > 0

    def _begin(self) -> None:
        """Take a runner; reset and reseed it."""
        self._connection = self._owner.runner(fresh=self._fresh)
        self._clock = Clock(self._seconds, self._owner.memory_bytes)
        with contextlib.suppress(Closed, TimeoutError):
            self._connection.send(messages.begin(self._seed), timeout=5)

    def ask(self, op: str, arguments: dict[str, Any], allowance: Allowance = USUAL) -> Any:
        """Run a probe in the worker; see `executor.Channel.ask`."""
        if self.over:
            raise LookupError(OVER)
        if self.broken:
            raise StudentCrashed("it had ended before")
        if not self.asked:
            self._begin()
        self._number += 1
        self._connection.limits = LARGE if allowance.large else FrameLimits()
        try:
            with self._timed(allowance) as clock:
                self._send(messages.request(self._number, op, arguments, large=allowance.large))
                frame = self._owner._await(self._connection, clock)  # noqa: SLF001
            return messages.read_reply(frame, self._number)
        except (StudentCrashed, StudentTimedOut):
            self.broken = True
            raise
        except WireError as error:
            self.broken = True
            raise StudentCrashed(f"its reply was malformed: {error}") from None

    @contextlib.contextmanager
    def _timed(self, allowance: Allowance) -> Iterator[Clock]:
        """Choose the clock of a request: the exercise's, or for the time being one of its own."""
        self._clock.begin()
        if not allowance.seconds:
            yield self._clock
            return
        self._clock.pause(self._owner.usage())
        yield Clock(allowance.seconds, self._owner.memory_bytes)
        self._clock.resume(self._owner.usage())

    def _send(self, frame: Frame) -> None:
        try:
            self._connection.send(frame, timeout=30)
        except TimeoutError:
            raise StudentTimedOut(30, "wall") from None
        except Closed:
            raise self._owner._crash() from None  # noqa: SLF001
