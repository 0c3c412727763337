"""The zygote: exec'd afresh by a batch, imports what the lab needs once, then forks a worker a submission.

It stays single-threaded, sees only interpreter and libraries, is never root once it is confined, and is
told no path, no student and no seed. Its argv is constant; everything it needs comes over descriptor 0.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import time
from dataclasses import asdict
from typing import Any

import torch

from labgrade.wire.frames import Closed
from labgrade.worker import child, control, supervisor
from labgrade.worker.endings import run_and_exit
from labgrade.worker.executor import Limits
from labgrade.worker.hugepages import collapse_heap
from labgrade.worker.isolation import Confinement, View

_ALWAYS = ("labgrade.worker.child", "labgrade.worker.loading", "labgrade.probes", "numpy.random")
_LAST_WORKERS_SECONDS = 5


def main() -> None:
    """Serve worker requests until the batch closes its end."""
    parent = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    with contextlib.suppress(Closed):
        message, _ = control.receive(parent)
        zygote = _start(message)
        with contextlib.closing(zygote.confinement):
            control.send(parent, {"ready": True, "isolation": _report(zygote.confinement)})
            zygote.serve(parent)
    # Nothing is left to be done, and taking down an interpreter with torch in it costs half a second.
    os._exit(0)


def _start(message: control.Message) -> Zygote:
    for name in (*_ALWAYS, *message["preload"]):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    child.register_probes(message["probe_modules"])
    _warm()
    view = _view(message["view"])
    confinement = Confinement.prepare(view, disabled=frozenset(message["disabled"]))
    if message["huge_pages"]:
        collapse_heap()
    gc.collect()
    gc.freeze()
    return Zygote(confinement, Limits(**message["limits"]), message["spares"])


def _view(plain: dict[str, Any]) -> View:
    readable, masked, devices = (tuple(plain[name]) for name in ("readable", "masked", "devices"))
    return View(readable, masked, devices, plain["disk_bytes"])


def _warm() -> None:
    # What torch imports or builds on first use would otherwise be paid for in every fork.
    torch.set_num_threads(1)
    x = torch.ones(2, 2, requires_grad=True)
    torch.autograd.backward((x @ x).sum())
    str(x)
    torch.manual_seed(0)


def _report(confinement: Confinement) -> dict[str, Any]:
    report = confinement.probe()
    return {"layers": [asdict(layer) for layer in report.layers], "confines": sorted(report.confines)}


class Zygote:
    """Forks workers ahead of need and reaps them aside."""

    def __init__(self, confinement: Confinement, limits: Limits, spares: int) -> None:
        self.confinement = confinement
        self._limits = limits
        self._wanted = spares
        self._spares: list[tuple[socket.socket, int]] = []
        self._clients: dict[int, socket.socket] = {}

    def serve(self, parent: socket.socket) -> None:
        """Answer the batch and its jobs until the batch is gone."""
        wake = _child_signals()
        self._clients[parent.fileno()] = parent
        poll = select.poll()
        poll.register(wake, select.POLLIN)
        poll.register(parent, select.POLLIN)
        while parent.fileno() in self._clients:
            ready = poll.poll(0 if len(self._spares) < self._wanted else None)
            for descriptor, _ in ready:
                if descriptor == wake:
                    _reap(wake)
                elif not self._answer(self._clients[descriptor], poll):
                    poll.unregister(descriptor)
                    self._clients.pop(descriptor).close()
            if not ready:
                self._spares.append(self._fork())
        self._finish(wake)

    def _finish(self, wake: int) -> None:
        """Wait for workers that are ending; those that do not are killed with this process."""
        for line, _ in self._spares:
            line.close()
        deadline = time.monotonic() + _LAST_WORKERS_SECONDS
        while _reap(wake) and (left := deadline - time.monotonic()) > 0:
            select.select([wake], [], [], left)

    def _answer(self, client: socket.socket, poll: select.poll) -> bool:
        try:
            message, descriptors = control.receive(client)
            if message["op"] == "client":
                joined = socket.socket(fileno=descriptors[0])
                self._clients[joined.fileno()] = joined
                poll.register(joined, select.POLLIN)
            else:
                line, pid = self._spares.pop(0) if self._spares else self._fork()
                control.send(client, {"pid": pid}, [line.fileno()])
                line.close()
        except Closed:
            return False
        return True

    def _fork(self) -> tuple[socket.socket, int]:
        ours, theirs = control.pair()
        pid = self.confinement.clone()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            ours.close()
            run_and_exit(lambda: supervisor.run(theirs, self.confinement, self._limits))
        theirs.close()
        return ours, pid


def _child_signals() -> int:
    """Make SIGCHLD wake a poll; return the descriptor to poll."""
    read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    return read


def _reap(wake: int) -> bool:
    """Reap those that have ended; return whether others have not."""
    with contextlib.suppress(BlockingIOError):
        os.read(wake, 4096)
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True
