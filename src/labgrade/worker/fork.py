"""The Linux executor: one exec'd zygote a batch, a confined worker a submission, a fork an exercise.

All waiting happens here, in the trusted process, against clocks that student code cannot touch: CPU
seconds as the supervisor reads them outside the student's process, and idle time for what only sleeps.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from labgrade.errors import ExecutorUnavailable, StudentCrashed, StudentTimedOut, WorkerLost
from labgrade.wire.frames import Closed, Connection, Frame, FrameLimits
from labgrade.wire.strict_json import WireError
from labgrade.worker import control, messages
from labgrade.worker.environment import worker_environment
from labgrade.worker.executor import IsolationReport, Layer, Limits, LoadFinding, LoadReport, Program
from labgrade.worker.isolation import View

_COMMAND = "from labgrade.worker.zygote import main; main()"
_TICK = 0.1
_LOAD_GRACE = 6.0
"""Seconds beyond the load budget before the loader, which interrupts itself, is killed."""
_MAX_RELOADS = 4
_LAST_WORDS_MS = 500


class ForkExecutor:
    """Talks to a zygote over one control socket.

    Args:
        preload: modules that the zygote imports before it forks.
        limits: for every worker.
        view: what workers may read.
        huge_pages: collapse the zygote's heap; pays from about thirty submissions on.
        spares: workers that are forked ahead of need.
        disabled: isolation layers to leave out (tests, and `doctor`).
    """

    name = "fork"

    def __init__(
        self,
        preload: Sequence[str],
        limits: Limits,
        view: View,
        *,
        huge_pages: bool = False,
        spares: int = 1,
        disabled: Sequence[str] = (),
    ) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the zygote
        self._control, theirs = control.pair()
        self._zygote: subprocess.Popen[bytes] | None = subprocess.Popen(
            [sys.executable, "-I", "-c", _COMMAND],
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get("LABGRADE_DEBUG") else self._errors,
            env=worker_environment(),
            cwd="/",
        )
        theirs.close()
        start = {
            "preload": list(preload),
            "limits": asdict(limits),
            "view": asdict(view),
            "huge_pages": huge_pages,
            "spares": spares,
            "disabled": list(disabled),
        }
        control.send(self._control, start)
        self._isolation: IsolationReport | None = None

    def isolation(self) -> IsolationReport:
        """Return what the zygote's probe saw; waits until the zygote is ready."""
        if self._isolation is None:
            try:
                message, _ = control.receive(self._control)
            except Closed:
                raise ExecutorUnavailable(
                    f"The worker process could not be started: {self._last_error()}",
                    next_step="Run `labgrade doctor`, or set LABGRADE_EXECUTOR=spawn.",
                ) from None
            report = message["isolation"]
            layers = tuple(Layer(**layer) for layer in report["layers"])
            self._isolation = IsolationReport(layers, frozenset(report["confines"]))
        return self._isolation

    def clients(self, number: int) -> list[ForkExecutor]:
        """Return executors for `number` jobs that will be forked from this process."""
        self.isolation()
        return [self._client() for _ in range(number)]

    def _client(self) -> ForkExecutor:
        ours, theirs = control.pair()
        control.send(self._control, {"op": "client"}, [theirs.fileno()])
        theirs.close()
        client = object.__new__(ForkExecutor)
        client._control, client._zygote, client._isolation = ours, None, self._isolation
        return client

    @contextlib.contextmanager
    def open(self, program: Program, limits: Limits) -> Iterator[ForkedSubmission]:
        """Load a program in a new worker; everything of it is gone when the context ends."""
        self.isolation()
        try:
            control.send(self._control, {"op": "worker"})
            _, descriptors = control.receive(self._control)
        except Closed:
            raise WorkerLost("the zygote ended") from None
        with socket.socket(fileno=descriptors[0]) as line:
            loaded = ForkedSubmission(line, program, limits)
            loaded.load()
            yield loaded
            loaded.settle()

    def close(self) -> None:
        """Close the control socket; the owner also waits for the zygote."""
        self._control.close()
        if self._zygote is not None:
            self._zygote.wait()
            self._errors.close()

    def _last_error(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read()[-4_000:].decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a word"


class ForkedSubmission:
    """A worker with a loaded submission, behind its supervisor's socket."""

    def __init__(self, line: socket.socket, program: Program, limits: Limits) -> None:
        self._line = line
        self._program = program
        self._limits = limits
        self._shared: Connection | None = None
        self._begun = False
        self.report = LoadReport(frozenset(), (), "")
        self.cpu_seconds = 0.0

    # -- loading ---------------------------------------------------------------------------------

    def load(self) -> None:
        """Load the program; where a statement ends the process, load again without it."""
        skip: set[int] = set()
        lost: list[LoadFinding] = []
        for _ in range(_MAX_RELOADS):
            after = max(skip, default=None)
            order = messages.LoadOrder(
                self._program, self._limits.load_seconds, self._limits.output_bytes, frozenset(skip), after
            )
            try:
                report = self._load_once(order)
            except _Ended as ended:
                skip.add(ended.progress)
                lost.append(LoadFinding(ended.code, ended.message))
                self._command("new_loader", "loader")
            else:
                self.report = LoadReport(report.names, (*lost, *report.findings), report.output, report.forkable)
                return
        self.report = LoadReport(frozenset(), tuple(lost), "")

    def _load_once(self, order: messages.LoadOrder) -> LoadReport:
        with self._channel("load") as connection:
            connection.send(messages.load_order(order), timeout=60)
            clock = _Clock(order.budget_seconds + _LOAD_GRACE)
            try:
                return messages.read_load_reply(self._await(connection, clock), self._limits.output_bytes)
            except StudentTimedOut:
                self._command("end", "ended")
                message = "Top-level code could not be interrupted after its time was up; that statement was left out."
                raise _Ended("top-level-budget", message, self._progress_after_kill()) from None
            except WireError as error:
                raise _Ended("load-failed", f"Loading ended with a malformed report ({error}).", 0) from None
            except StudentCrashed as crash:
                message = f"A top-level statement ended the process ({crash.cause}); it was left out."
                raise _Ended("top-level-exit", message, crash.progress) from None

    def _progress_after_kill(self) -> int:
        control.send(self._line, {"op": "kill_loader"})
        return int(self._hear("exit")["progress"])

    # -- exercises -------------------------------------------------------------------------------

    @contextlib.contextmanager
    def exercise(self, *, fresh: bool, seconds: float, seed: int) -> Iterator[ForkedChannel]:
        """Open a channel for one exercise; see `LoadedSubmission.exercise`."""
        if fresh or self._shared is None:
            self._close_shared()
            self._shared = self._new_runner()
        channel = ForkedChannel(self, self._shared, _Clock(seconds, self._limits.memory_bytes))
        try:
            channel.begin(seed, wipe=fresh)
            yield channel
        finally:
            if fresh or channel.broken:
                self._close_shared()

    def _new_runner(self) -> Connection:
        if self.report.forkable:
            return self._open_channel("exercise")
        if self._begun:
            # Forking this process would hang its child: load the module afresh instead.
            self._command("new_loader", "loader")
            order = messages.LoadOrder(self._program, self._limits.load_seconds, self._limits.output_bytes)
            with contextlib.suppress(_Ended):
                self._load_once(order)
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

    def usage(self) -> Mapping[str, float]:
        """Return what the submission's processes use now, as the supervisor sees it."""
        return self._command("usage", "usage")  # type: ignore[no-any-return]

    def _command(self, op: str, answer: str) -> Any:
        self._send({"op": op})
        return self._hear(answer)[answer]

    def _send(self, message: control.Message, descriptors: Sequence[int] = ()) -> None:
        try:
            control.send(self._line, message, descriptors)
        except Closed:
            raise WorkerLost("the supervisor ended") from None

    def _hear(self, key: str) -> control.Message:
        """Return the next message of the supervisor with that key, passing over events that came first."""
        while True:
            message = self._event()
            if key in message or message.get("event") == key:
                return message

    def _await(self, connection: Connection, clock: _Clock) -> Frame:
        """Wait for a frame on the channel, for the end of its process, or for the end of its time."""
        poll = select.poll()
        poll.register(connection, select.POLLIN)
        poll.register(self._line, select.POLLIN)
        crash: StudentCrashed | None = None
        while True:
            ready = {descriptor for descriptor, _ in poll.poll(_TICK * 1_000)}
            if connection.fileno() in ready or crash:
                try:
                    frame = connection.pump()
                except Closed:
                    raise crash or self._crash() from None
                if frame is not None:
                    return frame
                if crash:
                    raise crash
            elif self._line.fileno() in ready:
                # Its process ended; a daemon of it may still hold the channel open.
                crash = self._crash()
            elif not ready:
                clock.tick(self.usage())

    def _crash(self) -> StudentCrashed:
        """The channel was closed: wait a moment for the supervisor to say how the process ended."""
        poll = select.poll()
        poll.register(self._line, select.POLLIN)
        while poll.poll(_LAST_WORDS_MS):
            message = self._event()
            if message.get("event") == "exit":
                crash = StudentCrashed(_cause(int(message["status"])))
                crash.progress = int(message.get("progress", 0))
                return crash
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
    return f"exit status {os.waitstatus_to_exitcode(status)}"


class _Ended(Exception):
    """Loading ended the loader at statement `progress`."""

    def __init__(self, code: str, message: str, progress: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.progress = progress


class _Clock:
    """Counts an exercise's CPU seconds, and the seconds in which nothing of it ran."""

    def __init__(self, seconds: float, memory_bytes: int = 1 << 62) -> None:
        self._seconds = seconds
        self._memory = memory_bytes
        self._start = time.monotonic()
        self._base: float | None = None
        self._idle = 0.0
        self._last = self._start

    def tick(self, usage: Mapping[str, float]) -> None:
        """Take a reading.

        Raises:
            StudentTimedOut: where CPU or idle seconds are used up.
            StudentCrashed: where memory is.
        """
        now = time.monotonic()
        if self._base is None:
            # One thread uses at most the time that passed: what came before that is another exercise's.
            self._base = max(0.0, usage["cpu"] - (now - self._start))
        if not usage["running"]:
            self._idle += now - self._last
        self._last = now
        if usage["cpu"] - self._base > self._seconds:
            raise StudentTimedOut(self._seconds, "cpu")
        if self._idle > self._seconds:
            raise StudentTimedOut(self._seconds, "wall")
        if usage["resident"] > self._memory:
            raise StudentCrashed("it used more memory than it may")


class ForkedChannel:
    """Requests and replies with one runner."""

    def __init__(self, owner: ForkedSubmission, connection: Connection, clock: _Clock) -> None:
        self._owner = owner
        self._connection = connection
        self._clock = clock
        self._number = 0
        self.broken = False

    def begin(self, seed: int, *, wipe: bool) -> None:
        """Reset and reseed the runner."""
        with contextlib.suppress(Closed, TimeoutError):
            self._connection.send(messages.begin(seed, wipe=wipe), timeout=5)

    def ask(self, op: str, arguments: dict[str, Any]) -> Any:
        """Run a probe in the worker; see `executor.Channel.ask`."""
        if self.broken:
            raise StudentCrashed("it had ended before")
        self._number += 1
        try:
            self._send(messages.request(self._number, op, arguments))
            frame = self._owner._await(self._connection, self._clock)  # noqa: SLF001
            return messages.read_reply(frame, self._number)
        except (StudentCrashed, StudentTimedOut):
            self.broken = True
            raise
        except WireError as error:
            self.broken = True
            raise StudentCrashed(f"its reply was malformed: {error}") from None

    def _send(self, frame: Frame) -> None:
        try:
            self._connection.send(frame, timeout=30)
        except TimeoutError:
            raise StudentTimedOut(30, "wall") from None
        except Closed:
            raise self._owner._crash() from None  # noqa: SLF001
