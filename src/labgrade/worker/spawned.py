"""The spawned worker's side: load one program, then serve requests, over standard input and output."""

from __future__ import annotations

import contextlib
import importlib
import os
import tempfile
from pathlib import Path

from labgrade.wire.frames import UNLIMITED, Closed, Connection, Frame
from labgrade.worker import messages
from labgrade.worker.child import register_probes, remember, serve
from labgrade.worker.files import place
from labgrade.worker.loading import load
from labgrade.worker.pipes import PipeStream
from labgrade.worker.surroundings import prepare_process


def main() -> None:
    """Serve the grader at the other end of the pipes until it closes them."""
    stream = PipeStream(os.dup(0), os.dup(1))
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    connection = Connection(stream, UNLIMITED)
    with contextlib.suppress(Closed), tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        start = connection.receive().head
        for name in start["preload"]:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        register_probes(start["probe_modules"])
        prepare_process(Path(folder))
        connection.send(Frame({"ready": True}))
        order = messages.read_load_order(connection.receive())
        place(order.program.files, Path(folder))
        loaded = load(
            order.program,
            budget_seconds=order.budget_seconds,
            output_bytes=order.output_bytes,
            progress=lambda statement: connection.send(Frame({"progress": statement})),
            skip=order.skip,
            definitions_after=order.definitions_after,
        )
        snapshot = remember([Path(folder)])
        connection.send(messages.load_reply(loaded.report))
        serve(connection, loaded, snapshot)
