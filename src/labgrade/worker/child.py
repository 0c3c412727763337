"""The processes that student code owns: the loader, and the runners it forks.

Everything here runs after the lock-down, and from the first line of student code on nothing that it says
is believed. It answers requests; it decides nothing.
"""

from __future__ import annotations

import contextlib
import importlib
import mmap
import os
import socket
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labgrade.probes import BUILTIN_PROBES, Call, Probe, objects
from labgrade.wire.frames import UNLIMITED, Closed, Connection, Frame
from labgrade.wire.values import LARGE_REPLY, REPLY, pack, unpack
from labgrade.worker import control, messages
from labgrade.worker.endings import run_and_exit
from labgrade.worker.executor import Limits
from labgrade.worker.files import Snapshot, place
from labgrade.worker.loading import Loaded, load
from labgrade.worker.surroundings import prepare_process, reseed, reset_between_exercises
from labgrade.worker.tracebacks import call_advice, describe_exception

if TYPE_CHECKING:
    from labgrade.worker.isolation import Confinement

_PROBES = {probe.op: probe for probe in BUILTIN_PROBES}


def register_probes(modules: Iterable[str]) -> None:
    """Make the probes at the top level of plug-ins' modules answer in this process and its forks.

    Raises:
        ImportError: a module is not there.
    """
    for name in modules:
        found = vars(importlib.import_module(name)).values()
        _PROBES.update({value.op: value for value in found if isinstance(value, Probe)})


def run_loader(
    line: socket.socket, confinement: Confinement, limits: Limits, workdir: str, progress: mmap.mmap
) -> None:
    """Lock down, then load and fork as the supervisor asks; returns when it is gone."""
    confinement.lock_down(limits)
    prepare_process(Path(workdir))
    loader = Loader(line, [Path(folder) for folder in confinement.writable], progress)
    with contextlib.suppress(Closed):
        while True:
            loader.answer(*control.receive(line))


class Loader:
    """Loads one program; forks runners of it."""

    def __init__(self, line: socket.socket, folders: Sequence[Path], progress: mmap.mmap) -> None:
        self._line = line
        self._folders = folders
        self._progress = progress
        self._loaded: Loaded | None = None
        self._snapshot: Snapshot | None = None

    def answer(self, message: control.Message, descriptors: list[int]) -> None:
        """Do one thing that the supervisor asks."""
        if message["op"] == "reap":
            self._reap()
            return
        connection = Connection(socket.socket(fileno=descriptors[0]), UNLIMITED)
        if message["op"] == "load":
            self._load(connection)
        elif message["op"] == "serve":
            self._serve(connection)
        else:
            self._fork(connection, message["number"])
        connection.close()

    def _load(self, connection: Connection) -> None:
        order = messages.read_load_order(connection.receive())
        place(order.program.files, self._folders[0])
        # From here on the student's code may end this process; before, only we can.
        control.send(self._line, {"started": True})
        self._loaded = load(
            order.program,
            budget_seconds=order.budget_seconds,
            output_bytes=order.output_bytes,
            progress=self._note,
            skip=order.skip,
            definitions_after=order.definitions_after,
        )
        self._snapshot = remember(self._folders)
        connection.send(messages.load_reply(self._loaded.report))

    def _note(self, statement: int) -> None:
        self._progress[:4] = statement.to_bytes(4, "little")

    def _fork(self, connection: Connection, number: int) -> None:
        pid = os.fork()
        if pid == 0:
            self._line.close()
            run_and_exit(lambda: self._serve(connection))
        control.send(self._line, {"pid": pid, "number": number})

    def _serve(self, connection: Connection) -> None:
        if self._loaded is not None:
            serve(connection, self._loaded, self._snapshot)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError, Closed):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                control.send(self._line, {"pid": pid, "status": status})


def remember(folders: Sequence[Path]) -> Snapshot | None:
    """Remember a submission's folders after loading; None where its code left them unreadable."""
    try:
        return Snapshot(folders)
    except OSError:
        return None


def serve(connection: Connection, loaded: Loaded, snapshot: Snapshot | None) -> None:
    """Answer requests on one channel until it is closed.

    The first exercise of a process finds the folders as loading left them. That is so in every process, so
    that nothing here tells student code whether its answer was asked for before.

    Args:
        connection: to the grader.
        loaded: the submission.
        snapshot: its folders after loading.
    """
    fresh = snapshot
    with contextlib.suppress(Closed):
        while True:
            frame = connection.receive()
            op = frame.head["op"]
            if op == "begin":
                reset_between_exercises()
                objects.forget()
                if fresh is not None:
                    fresh.restore()
                    fresh = None
                if snapshot is not None:
                    snapshot.enter()
                reseed(int(frame.head["seed"]))
            else:
                connection.send(answer(frame, loaded))


def answer(frame: Frame, loaded: Loaded) -> Frame:
    """Run one probe on the student's function and pack what it returned, or what it raised."""
    tensors: dict[str, Any] = {}
    reply: dict[str, Any] = {"id": frame.head["id"]}
    try:
        asked = unpack(frame.head["arguments"], frame.tensors)
        on = asked.get("on")
        function = objects.target(on) if on else loaded.namespace[asked["function"]]
        call = Call(function, *(objects.resolve(asked[part]) for part in ("args", "kwargs", "options")))
        value = _PROBES[frame.head["op"]].answer(call)
        reply["value"] = pack(value, tensors, LARGE_REPLY if frame.head["large"] else REPLY)
    except BaseException as error:  # noqa: BLE001 - also SystemExit and what hostile code derives from BaseException
        tensors.clear()
        told = describe_exception(error, loaded.filenames)
        reply["error"] = {**told, "advice": call_advice(error, told)}
    return Frame(reply, tensors)
