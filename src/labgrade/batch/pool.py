"""Jobs: forks of the trusted process, made while it has one thread, that grade one unit after another.

A job that dies, or loses the zygote, takes nothing with it: what it worked on is tried again at the end,
alone and in a new job, so that it is clear what costs a job its life. After three losses in that way, a
record says that we failed.
"""

from __future__ import annotations

import contextlib
import select
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from labgrade.batch.job import Graded, Job
from labgrade.batch.process import JobProcess, SupportsClose, Unit, describe
from labgrade.errors import UserError, WorkerLost
from labgrade.worker.executor import Executor

FORKS = sys.platform == "linux"
"""Whether jobs are forks; elsewhere fork is missing, or unsafe after importing torch."""

_LOSSES_ALONE = 3


@dataclass
class Pool:
    """Hands units to jobs and yields results as they come. A context manager: no job outlives it.

    Args:
        job: what a job does.
        restart: ends the executor, whose zygote died, and makes another.
        size: number of jobs.
    """

    job: Job
    restart: Callable[[], Executor]
    size: int
    _units: Sequence[Unit] = ()
    _waiting: deque[Unit] = field(default_factory=deque)
    _doubtful: deque[Unit] = field(default_factory=deque)
    _processes: list[JobProcess] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.end(kill=kind is not None)

    def run(self, units: Sequence[Unit]) -> Iterator[Graded]:
        """Grade all units; yields a result an entry, in order of completion.

        Raises:
            UserError: the output folder cannot be written to.
        """
        if not FORKS:
            for unit in units:
                yield from self._here(unit)
            return
        self._units = units
        self._waiting.extend(units)
        while self._fill():
            yield from self._next()

    def _here(self, unit: Unit) -> Iterator[Graded]:
        """Grade a unit in this process."""
        while unit.done < len(unit.entries):
            try:
                for result in unit.results(self.job):
                    unit.done += 1
                    yield result
            except UserError:
                raise
            except Exception as error:  # noqa: BLE001 - a fault of ours, as in a job
                if isinstance(error, WorkerLost):
                    self._restart()
                yield from self._after_loss(unit, describe(error))

    def _after_loss(self, unit: Unit, fault: str) -> Iterator[Graded]:
        """Count a loss by itself; after the last one, record it as ours and go on behind it."""
        unit.losses += 1
        if unit.losses >= _LOSSES_ALONE:
            result = self.job.give_up(unit.entries[unit.done], WorkerLost(fault))
            unit.losses = 0
            unit.done += 1
            yield result

    def _fill(self) -> bool:
        """Give idle jobs what there is to do; return whether anything is under way."""
        if self._waiting:
            idle = [process for process in self._processes if process.unit is None]
            new = self._start(min(self.size - len(self._processes), len(self._waiting) - len(idle)))
            for process in (*idle, *new)[: len(self._waiting)]:
                process.assign(self._waiting.popleft())
        if self._doubtful and not self._busy:
            self._try_alone(self._doubtful.popleft())
        return self._busy

    @property
    def _busy(self) -> bool:
        return any(process.unit for process in self._processes)

    def _try_alone(self, unit: Unit) -> None:
        """Give a unit to a new job: those that are there may hold a zygote that died in the meantime."""
        while self._processes:
            self._processes.pop().end(kill=False)
        unit.alone = True
        for process in self._start(1):
            process.assign(unit)

    def _start(self, number: int) -> list[JobProcess]:
        if number <= 0:
            return []
        clients = self._clients(number)
        started = []
        for client in clients:
            job = self.job.with_executor(client)
            others: list[SupportsClose] = [process.line for process in self._processes]
            others += [other for other in clients if other is not client]
            started.append(JobProcess.start(job, self._units, others))
            self._processes.append(started[-1])
        for client in clients:
            client.close()
        return started

    def _clients(self, number: int) -> Sequence[Executor]:
        try:
            return self.job.executor.clients(number)
        except WorkerLost:
            self._restart()
            return self.job.executor.clients(number)

    def _restart(self) -> None:
        self.job = self.job.with_executor(self.restart())

    def _next(self) -> Iterator[Graded]:
        """Wait until a job speaks or ends."""
        poll = select.poll()
        by_descriptor = {process.line.fileno(): process for process in self._processes}
        for descriptor in by_descriptor:
            poll.register(descriptor, select.POLLIN)
        for descriptor, _ in poll.poll():
            yield from self._heard(by_descriptor[descriptor])

    def _heard(self, process: JobProcess) -> Iterator[Graded]:
        messages = process.messages()
        if messages is None:
            yield from self._lost(process)
            return
        for message in messages:
            if "refused" in message:
                raise UserError(*message["refused"])
            if "graded" in message:
                yield self._result(process, message["graded"])
            else:
                process.fault = message["fault"]

    def _result(self, process: JobProcess, plain: dict[str, Any]) -> Graded:
        unit = process.unit
        if unit is not None:
            unit.done += 1
            unit.losses = 0
            if unit.done == len(unit.entries):
                process.unit = None
        return Graded(**plain)

    def _lost(self, process: JobProcess) -> Iterator[Graded]:
        """A job ended: what it worked on is tried again when nothing else is left."""
        self._processes.remove(process)
        with contextlib.suppress(ChildProcessError):
            process.end(kill=False)
        unit = process.unit
        if unit is None:
            return
        if unit.alone:  # else what it was lost over may have been another one's doing
            yield from self._after_loss(unit, process.fault)
        if unit.done < len(unit.entries):
            self._doubtful.append(unit)
