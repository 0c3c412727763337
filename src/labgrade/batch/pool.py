"""Jobs: forks of the trusted process, made while it has one thread, that grade entries one at a time.

A job that dies, or loses the zygote, takes nothing with it: its entry goes to another job, and after
three tries a record says that we failed.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

from labgrade.batch.job import Graded, Job
from labgrade.errors import WorkerLost
from labgrade.intake.model import Entry
from labgrade.worker.endings import run_and_exit
from labgrade.worker.executor import Executor

_TRIES = 3


@dataclass
class Unit:
    """Entries that one job grades in a row: those of one student and lab, so that attempts get their order."""

    entries: list[Entry]
    tries: int = 0
    done: int = 0


@dataclass
class _Process:
    pid: int
    line: socket.socket
    unit: Unit | None = None
    heard: bytes = b""


@dataclass
class Pool:
    """Hands units to jobs and yields results as they come.

    Args:
        job: what a job does.
        executor: the batch's, of which each job gets a client.
        restart: makes a new executor where the zygote died.
        size: number of jobs.
    """

    job: Job
    executor: Executor
    restart: Callable[[], Executor]
    size: int
    _waiting: deque[Unit] = field(default_factory=deque)
    _processes: list[_Process] = field(default_factory=list)

    def run(self, units: Sequence[Unit]) -> Iterator[Graded]:
        """Grade all units; yields a result an entry, in order of completion."""
        if sys.platform != "linux":
            yield from self._here(units)
            return
        self._waiting.extend(units)
        size = min(self.size, len(units))
        try:
            while self._waiting or any(process.unit for process in self._processes):
                self._fill(size)
                yield from self._next()
        finally:
            for process in self._processes:
                process.line.close()
                _wait(process.pid)

    def _here(self, units: Sequence[Unit]) -> Iterator[Graded]:
        """Grade in this process, one after the other: elsewhere fork is missing, or unsafe after importing torch."""
        for unit in units:
            for entry in unit.entries:
                yield _grade(self.job, entry, last_try=True)

    def _fill(self, size: int) -> None:
        missing = min(size - len(self._processes), len(self._waiting))
        if missing > 0:
            self._start(missing)
        for process in self._processes:
            if process.unit is None and self._waiting:
                self._assign(process, self._waiting.popleft())

    def _start(self, number: int) -> None:
        try:
            clients = self.executor.clients(number)
        except WorkerLost:
            self.executor.close()
            self.executor = self.restart()
            clients = self.executor.clients(number)
        for client in clients:
            ours, theirs = socket.socketpair()
            pid = os.fork()
            if pid == 0:
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is the batch's to handle
                for other in self._processes:
                    other.line.close()
                ours.close()
                job = self.job.with_executor(client)
                run_and_exit(lambda: _serve(job, theirs))
            theirs.close()
            self._processes.append(_Process(pid, ours))
        for client in clients:
            client.close()

    def _assign(self, process: _Process, unit: Unit) -> None:
        process.unit = unit
        order = {"entries": [_plain(entry) for entry in unit.entries[unit.done :]], "last": unit.tries >= _TRIES - 1}
        try:
            process.line.sendall(json.dumps(order).encode() + b"\n")
        except OSError:
            self._lost(process)

    def _next(self) -> Iterator[Graded]:
        poll = select.poll()
        by_descriptor = {process.line.fileno(): process for process in self._processes}
        for descriptor in by_descriptor:
            poll.register(descriptor, select.POLLIN)
        for descriptor, _ in poll.poll():
            process = by_descriptor[descriptor]
            try:
                data = process.line.recv(1 << 20)
            except ConnectionResetError:
                data = b""
            if not data:
                self._lost(process)
                continue
            process.heard += data
            yield from self._results(process)

    def _results(self, process: _Process) -> Iterator[Graded]:
        while b"\n" in process.heard:
            line, process.heard = process.heard.split(b"\n", 1)
            assert process.unit is not None
            process.unit.done += 1
            if process.unit.done == len(process.unit.entries):
                process.unit = None
            yield Graded(**json.loads(line))

    def _lost(self, process: _Process) -> None:
        """A job ended: give its unit back, to be tried by another."""
        self._processes.remove(process)
        process.line.close()
        _wait(process.pid)
        if process.unit is not None:
            process.unit.tries += 1
            self._waiting.appendleft(process.unit)


def _wait(pid: int) -> None:
    os.waitpid(pid, 0)


def _plain(entry: Entry) -> dict[str, object]:
    return asdict(entry) | {"findings": [finding.model_dump() for finding in entry.findings]}


def _entry(plain: dict[str, object]) -> Entry:
    from labgrade.record.model import Finding

    findings = plain.pop("findings")
    assert isinstance(findings, list)
    return Entry(**plain, findings=tuple(Finding(**finding) for finding in findings))  # type: ignore[arg-type]


def _serve(job: Job, line: socket.socket) -> None:
    if sys.platform == "linux":
        from labgrade.worker.isolation.privileges import die_with_parent

        die_with_parent()  # a batch that was killed must not go on writing
    with line.makefile("rb") as orders:
        for raw in orders:
            order = json.loads(raw)
            for plain in order["entries"]:
                graded = _grade(job, _entry(plain), last_try=order["last"])
                line.sendall(json.dumps(asdict(graded)).encode() + b"\n")


def _grade(job: Job, entry: Entry, *, last_try: bool) -> Graded:
    try:
        return job.run(entry, last_try=last_try)
    except WorkerLost:
        raise
    except Exception as error:
        # A fault of ours on one submission: tried again in a new process, in the end recorded as ours.
        if not last_try:
            raise
        return job.give_up(entry, error)
