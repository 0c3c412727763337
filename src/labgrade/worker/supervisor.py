"""The supervisor: PID 1 of a submission's namespaces, our code, never the student's.

It forks loaders, passes them the channels that the grader opens, says when a process ended, adds up what
the tree uses, and kills. It decides nothing: the grader asks, it answers. When the grader closes its end,
it exits, and with it everything in its namespace.

From the grader                      To the grader
    load, serve, exercise (+ channel)    {"event": "gone"}: the runner ended
    usage, total                         {"event": "exit", "status", "progress"}: and how, or the loader did
    end, kill_loader                     {"usage": …}, {"total": …}, {"ended": true}
    new_loader                           {"loader": true}
"""

from __future__ import annotations

import contextlib
import mmap
import os
import select
import signal
import socket
from collections.abc import Sequence

from labgrade.wire.frames import Closed
from labgrade.worker import child, control
from labgrade.worker.endings import run_and_exit
from labgrade.worker.executor import Limits
from labgrade.worker.isolation import Confinement
from labgrade.worker.tree import ProcessTree

_PROGRESS_BYTES = 4
_MAX_PID = 1 << 22
_MAX_STATUS = 0xFFFF


def run(grader: socket.socket, confinement: Confinement, limits: Limits) -> None:
    """Be the supervisor of one submission until the grader closes its end."""
    _close_everything_but(grader.fileno())
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no handler of Python's for a student's process to set off
    workdir = confinement.enter(limits)
    supervisor = Supervisor(grader, confinement, limits, workdir)
    with contextlib.suppress(Closed):
        supervisor.serve()
    supervisor.finish()


def _close_everything_but(keep: int) -> None:
    os.closerange(3, keep)
    os.closerange(keep + 1, 65_536)
    nothing = os.open(os.devnull, os.O_RDWR)
    # A developer may want to see our own tracebacks from inside.
    for descriptor in (0, 1) if "LABGRADE_DEBUG" in os.environ else (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)


class Supervisor:
    """Serves one grader; holds one loader at a time and knows its runner."""

    def __init__(self, grader: socket.socket, confinement: Confinement, limits: Limits, workdir: str) -> None:
        self._grader = grader
        self._confinement = confinement
        self._limits = limits
        self._workdir = workdir
        self._progress = mmap.mmap(-1, mmap.PAGESIZE)
        self._tree = ProcessTree(whole_namespace=confinement.has_pid_namespace)
        self._poll = select.poll()
        self._poll.register(grader, select.POLLIN)
        self._runner: int | None = None  # pidfd
        self._runners = 0  # asked for so far; each has its number
        self._runner_pid = 0  # kept after its end, to tell its status from that of one killed before
        self._start_loader()

    def serve(self) -> None:
        """Answer until the grader is gone (then `Closed` is raised)."""
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == self._grader.fileno():
                    self._answer()
                    break  # it may have closed the others, and given out their numbers again
                if descriptor == self._line.fileno():
                    self._hear_loader()
                elif descriptor == self._loader_end:
                    self._loader_ended()
                elif descriptor == self._runner:
                    self._runner_ended()

    def finish(self) -> None:
        """End and reap everything, so that what it used counts as used by this process.

        The kernel ends what a namespace holds when its PID 1 exits, but nobody learns what that used.
        """
        self._forget_loader()

    def _start_loader(self) -> None:
        self._progress[:_PROGRESS_BYTES] = bytes(_PROGRESS_BYTES)
        self._started = False
        self._awaited = 0
        self._line, theirs = control.pair()
        # A loader that does not read must not hold us; what it misses is its own loss.
        self._line.setblocking(False)  # noqa: FBT003 - the socket's own signature
        self._loader = os.fork()
        if self._loader == 0:
            self._line.close()
            self._grader.close()
            run_and_exit(
                lambda: child.run_loader(
                    theirs, self._confinement, self._limits, self._workdir, self._progress
                )
            )
        theirs.close()
        self._loader_end = os.pidfd_open(self._loader)
        self._poll.register(self._line, select.POLLIN)
        self._poll.register(self._loader_end, select.POLLIN)

    def _answer(self) -> None:
        message, descriptors = control.receive(self._grader)
        op = message["op"]
        if op in ("load", "serve", "exercise"):
            if op == "exercise":
                self._runners += 1
                self._awaited = self._runners
            self._tell_loader({"op": op, "number": self._runners}, descriptors)
        elif op == "usage":
            usage = self._tree.usage(exclude=(self._loader,) if self._runner is not None else ())
            control.send(self._grader, {"usage": usage})
        elif op == "total":
            # What is no longer there, a loader that ended say, is in the time of our own children.
            ended = os.times()
            total = self._tree.usage()["cpu"] + ended.children_user + ended.children_system
            control.send(self._grader, {"total": total})
        elif op == "kill_loader":
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._loader, signal.SIGKILL)  # its end is told of by its own event
        elif op == "end":
            self._end()
            control.send(self._grader, {"ended": True})
        elif op == "new_loader":
            self._forget_loader()
            self._start_loader()
            control.send(self._grader, {"loader": True})
        for descriptor in descriptors:
            os.close(descriptor)

    def _tell_loader(self, message: control.Message, descriptors: Sequence[int] = ()) -> None:
        with contextlib.suppress(Closed, BlockingIOError):  # a dead loader is told of by its own event
            control.send(self._line, message, descriptors)

    def _hear_loader(self) -> None:
        try:
            message, descriptors = control.receive(self._line)
        except Closed:
            self._poll.unregister(self._line)
            return
        for descriptor in descriptors:
            os.close(descriptor)
        if "started" in message:
            self._started = True  # said before the first line of student code, and never taken back
        elif "status" in message:
            self._tell_status(message.get("pid"), message["status"])
        else:
            self._watch_runner(message.get("pid"), message.get("number"))

    # From its first statement on the loader is the student's: believe a pid only as far as a pid goes, once
    # an exercise, and a status only as far as a status goes.

    def _watch_runner(self, pid: object, number: object) -> None:
        # A runner may have answered, and its exercise be over, before its loader tells of it.
        if not self._awaited or number != self._awaited or type(pid) is not int or not 1 < pid < _MAX_PID:
            return
        self._awaited = 0
        with contextlib.suppress(OSError):
            self._forget_runner()
            self._runner = os.pidfd_open(pid)
            self._runner_pid = pid
            self._poll.register(self._runner, select.POLLIN)

    def _tell_status(self, pid: object, status: object) -> None:
        known = self._runner_pid and pid == self._runner_pid
        if known and type(status) is int and 0 <= status <= _MAX_STATUS:
            self._runner_pid = 0
            control.send(self._grader, {"event": "exit", "status": status})

    def _runner_ended(self) -> None:
        self._forget_runner()
        self._tell_loader({"op": "reap"})
        control.send(self._grader, {"event": "gone"})

    def _loader_ended(self) -> None:
        _, status = os.waitpid(self._loader, 0)
        progress = int.from_bytes(self._progress[:_PROGRESS_BYTES], "little")
        self._poll.unregister(self._loader_end)
        os.close(self._loader_end)
        self._loader_end = -1
        control.send(
            self._grader, {"event": "exit", "status": status, "progress": progress, "started": self._started}
        )

    def _end(self) -> None:
        """Kill all that student code started, except the loader itself."""
        self._forget_runner()
        self._runner_pid = self._awaited = 0
        self._tree.kill(exclude=(self._loader,))
        self._tell_loader({"op": "reap"})

    def _forget_runner(self) -> None:
        if self._runner is not None:
            self._poll.unregister(self._runner)
            os.close(self._runner)
            self._runner = None

    def _forget_loader(self) -> None:
        self._forget_runner()
        with contextlib.suppress(KeyError):
            self._poll.unregister(self._line)
        self._line.close()
        if self._loader_end >= 0:
            self._poll.unregister(self._loader_end)
            os.close(self._loader_end)
            os.kill(self._loader, signal.SIGKILL)
            os.waitpid(self._loader, 0)
        self._tree.kill()
