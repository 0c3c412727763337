"""One job: a fork of the trusted process that grades what it is told to, and the batch's line to it.

The fork was made when all work was known, so an order is a number: the unit, and where in it to go on.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from labgrade.batch.job import Graded, Job
from labgrade.errors import LabgradeError, UserError
from labgrade.intake.model import Entry
from labgrade.worker.endings import run_and_exit

_READ_BYTES = 1 << 20


@dataclass
class Unit:
    """Entries that are graded in a row: those of one student and lab, so that attempts get their order.

    Attributes:
        number: of the unit in its run.
        entries: in the order in which they count.
        since: an earlier record stands for one of them only from this sequence number on.
        done: how many of them have a result.
        losses: how often a job was lost over the next one that had nothing else to do.
        alone: it is tried by itself, after a loss.
    """

    number: int
    entries: tuple[Entry, ...]
    since: int = 0
    done: int = 0
    losses: int = 0
    alone: bool = False

    def results(self, job: Job) -> Iterable[Graded]:
        """Grade what is left, one entry after the other."""
        for position in range(self.done, len(self.entries)):
            final = position == len(self.entries) - 1
            yield job.run(self.entries[position], final=final, since=self.since)


class SupportsClose(Protocol):
    """Something to be closed."""

    def close(self) -> None:
        """Close it."""


@dataclass
class JobProcess:
    """The batch's end of a job.

    Attributes:
        pid: its process.
        line: the batch's end of a stream socket.
        unit: what it works on, or None.
        fault: what it said of its own end.
    """

    pid: int
    line: socket.socket
    unit: Unit | None = None
    fault: str = "the job ended"
    _heard: bytes = field(default=b"", repr=False)

    @classmethod
    def start(cls, job: Job, units: Sequence[Unit], others: Iterable[SupportsClose]) -> JobProcess:
        """Fork a job.

        Args:
            job: what it does.
            units: all there is to do.
            others: what belongs to other jobs, which the new one must not hold open.
        """
        ours, theirs = socket.socketpair()
        batch = os.getpid()
        pid = os.fork()
        if pid == 0:
            ours.close()
            for other in others:
                other.close()
            run_and_exit(lambda: _serve(job, units, theirs, batch))
        theirs.close()
        return cls(pid, ours)

    def assign(self, unit: Unit) -> None:
        """Give it a unit; a job that is gone shows when it is listened to."""
        self.unit = unit
        order = {"unit": unit.number, "done": unit.done}
        try:
            self.line.sendall(json.dumps(order).encode() + b"\n")
        except OSError:
            self.fault = "the job was gone"

    def messages(self) -> list[dict[str, Any]] | None:
        """Return what it said since, or None where it has ended."""
        try:
            data = self.line.recv(_READ_BYTES)
        except ConnectionResetError:
            data = b""
        if not data:
            return None
        *lines, self._heard = (self._heard + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def end(self, *, kill: bool) -> None:
        """Let it end, or make it, and reap it; what it wrote is whole either way."""
        self.line.close()
        if kill:
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def _serve(job: Job, units: Sequence[Unit], line: socket.socket, batch: int) -> None:
    _stay_with(batch)
    with line.makefile("rb") as orders:
        for raw in orders:
            order = json.loads(raw)
            unit = units[order["unit"]]
            unit.done = order["done"]
            message = _grade(job, unit, line)
            if message is not None:
                _say(line, message)
                return


def _stay_with(batch: int) -> None:
    """End with the batch, and by its word alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is the batch's to handle
    if sys.platform == "linux":
        from labgrade.worker.isolation.privileges import die_with_parent  # noqa: PLC0415 - only Linux has it

        die_with_parent()
        if os.getppid() != batch:
            os._exit(0)


def _grade(job: Job, unit: Unit, line: socket.socket) -> dict[str, Any] | None:
    """Grade a unit, telling each result; return what stopped it."""
    try:
        for result in unit.results(job):
            _say(line, {"graded": asdict(result)})
    except BrokenPipeError:
        os._exit(0)  # the batch is going
    except UserError as error:
        return {"refused": [error.what, error.where, error.next_step]}
    except Exception as error:  # noqa: BLE001 - a fault of ours; the batch tries elsewhere and records it at last
        if os.environ.get("LABGRADE_DEBUG"):
            traceback.print_exc()
        return {"fault": describe(error)}
    return None


def describe(error: Exception) -> str:
    """Return a fault of ours in one line, for the record's notes."""
    kind = "" if isinstance(error, LabgradeError) else f"{type(error).__name__}: "
    return f"{kind}{error}"[:500]


def _say(line: socket.socket, message: dict[str, Any]) -> None:
    line.sendall(json.dumps(message).encode() + b"\n")
