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

from labgrade.wire.frames import Closed
from labgrade.worker import child, control
from labgrade.worker.endings import run_and_exit
from labgrade.worker.executor import Limits
from labgrade.worker.isolation import Confinement
from labgrade.worker.tree import ProcessTree

_PROGRESS_BYTES = 4
_STATE_BYTES = 5  # a statement's number, and whether loading began at all


def run(grader: socket.socket, confinement: Confinement, limits: Limits) -> None:
    """Be the supervisor of one submission until the grader closes its end."""
    _close_everything_but(grader.fileno())
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no handler of Python's for a student's process to set off
    workdir = confinement.enter(limits)
    with contextlib.suppress(Closed):
        Supervisor(grader, confinement, limits, workdir).serve()


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
        self._runner_pid = 0  # kept after its end, to tell its status from that of one killed before
        self._start_loader()

    def serve(self) -> None:
        """Answer until the grader is gone (then `Closed` is raised)."""
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == self._grader.fileno():
                    self._answer()
                elif descriptor == self._line.fileno():
                    self._hear_loader()
                elif descriptor == self._loader_end:
                    self._loader_ended()
                elif descriptor == self._runner:
                    self._runner_ended()

    def _start_loader(self) -> None:
        self._progress[:_STATE_BYTES] = bytes(_STATE_BYTES)
        self._line, theirs = control.pair()
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
            with contextlib.suppress(Closed):  # a dead loader is told of by its own event
                control.send(self._line, {"op": op}, descriptors)
        elif op == "usage":
            usage = self._tree.usage(exclude=(self._loader,) if self._runner is not None else ())
            control.send(self._grader, {"usage": usage})
        elif op == "total":
            control.send(self._grader, {"total": self._tree.usage()["cpu"]})
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

    def _hear_loader(self) -> None:
        # The loader has run student code by now: believe its pid only as far as a pid goes.
        try:
            message, descriptors = control.receive(self._line)
        except Closed:
            self._poll.unregister(self._line)
            return
        for descriptor in descriptors:
            os.close(descriptor)
        pid, status = message.get("pid"), message.get("status")
        if type(pid) is int and pid > 1 and "status" not in message:
            with contextlib.suppress(OSError):
                self._forget_runner()
                self._runner = os.pidfd_open(pid)
                self._runner_pid = pid
                self._poll.register(self._runner, select.POLLIN)
        elif type(status) is int and pid == self._runner_pid:
            control.send(self._grader, {"event": "exit", "status": status})

    def _runner_ended(self) -> None:
        self._forget_runner()
        with contextlib.suppress(Closed):
            control.send(self._line, {"op": "reap"})
        control.send(self._grader, {"event": "gone"})

    def _loader_ended(self) -> None:
        _, status = os.waitpid(self._loader, 0)
        progress = int.from_bytes(self._progress[:_PROGRESS_BYTES], "little")
        started = self._progress[_PROGRESS_BYTES] == 1
        self._poll.unregister(self._loader_end)
        os.close(self._loader_end)
        self._loader_end = -1
        control.send(
            self._grader, {"event": "exit", "status": status, "progress": progress, "started": started}
        )

    def _end(self) -> None:
        """Kill all that student code started, except the loader itself."""
        self._forget_runner()
        self._runner_pid = 0
        self._tree.kill(exclude=(self._loader,))
        with contextlib.suppress(Closed):
            control.send(self._line, {"op": "reap"})

    def _forget_runner(self) -> None:
        if self._runner is not None:
            self._poll.unregister(self._runner)
            os.close(self._runner)
            self._runner = None

    def _forget_loader(self) -> None:
        self._forget_runner()
        self._tree.kill()
        with contextlib.suppress(KeyError):
            self._poll.unregister(self._line)
        self._line.close()
        if self._loader_end >= 0:
            self._poll.unregister(self._loader_end)
            os.close(self._loader_end)
            with contextlib.suppress(ChildProcessError):
                os.kill(self._loader, signal.SIGKILL)
                os.waitpid(self._loader, 0)
