"""Says which layers are in force, from what a throw-away submission managed to do."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
from dataclasses import replace
from typing import Any, Final, Protocol, TypedDict

from labgrade.worker.executor import IsolationReport, Limits
from labgrade.worker.isolation import namespaces
from labgrade.worker.isolation.acts import Sightings, before_locks, behind_locks
from labgrade.worker.isolation.verdict import report
from labgrade.worker.isolation.witness import Witness

_SECONDS: Final = 20.0
_SURVIVOR_SECONDS: Final = 0.1
_LIMITS: Final = replace(Limits(), processes=8, disk_bytes=1 << 20)


class Target(TypedDict):
    """What the acts aim at: everything by value, since the descriptors are closed inside."""

    zygote: int
    canary: tuple[str, int]
    mark: str
    folders: list[str]
    tcp: Any
    udp: Any
    abstract: Any
    unguarded: Any
    address_bytes: int | None
    threads_wanted: int
    disk_bytes: int


class Probed(Protocol):
    """What a probe needs of a confinement."""

    @property
    def has_pid_namespace(self) -> bool:
        """See `Confinement`, as the rest."""

    def clone(self) -> int:
        """Start a submission."""

    def enter(self, limits: Limits) -> str:
        """Complete its surroundings."""

    def lock_down(self, limits: Limits) -> None:
        """Give up the rest."""

    def address_bytes(self, limits: Limits) -> int | None:
        """The bound on a process's address space."""


def run_probe(confinement: Probed, witness: Witness, reasons: dict[str, str]) -> IsolationReport:
    """Run one throw-away submission through every forbidden act.

    Args:
        confinement: prepared.
        witness: still open.
        reasons: layer to why the kernel refused it.
    """
    target = _target(confinement, witness)
    sightings_end, write_end = os.pipe()
    survivor_end, hold_end = os.pipe()
    supervisor = confinement.clone()
    if supervisor == 0:
        _supervise(confinement, target, write_end, hold_end)
    os.close(write_end)
    os.close(hold_end)
    sightings = _receive(sightings_end, supervisor)
    os.waitpid(supervisor, 0)
    sightings["survivor"] = _meet_survivor(survivor_end, kill=not confinement.has_pid_namespace)
    sightings |= _outside(target)
    sightings["heard"] = ", ".join(witness.heard())
    sightings["marked"] = ", ".join(witness.marked())
    return report(sightings, reasons)


def _outside(target: Target) -> Sightings:
    """What the acts are compared with."""
    return {
        "ipc namespace outside": namespaces.identity("ipc"),
        "user namespace outside": namespaces.identity("user"),
        "zygote user": str(namespaces.outer_uid()),
        "threads wanted": str(target["threads_wanted"]),
    }


def _target(confinement: Probed, witness: Witness) -> Target:
    return Target(
        zygote=os.getpid(),
        canary=witness.canary,
        mark=witness.mark,
        folders=list(witness.folders),
        tcp=witness.tcp,
        udp=witness.udp,
        abstract=witness.abstract,
        unguarded=witness.unguarded,
        address_bytes=confinement.address_bytes(_LIMITS),
        threads_wanted=_LIMITS.processes + 4,
        disk_bytes=_LIMITS.disk_bytes,
    )


def _supervise(confinement: Probed, target: Target, write_end: int, hold_end: int) -> None:
    """Be the supervisor of the throw-away submission. Never returns."""
    try:
        confinement.enter(_LIMITS)
        loader = os.fork()
        if loader == 0:
            _load(confinement, target, write_end, hold_end)
        os.waitpid(loader, 0)
    except OSError as error:
        _send({"stopped": f"entering failed: {error}"}, write_end)
    finally:
        os._exit(0)


def _load(confinement: Probed, target: Target, write_end: int, hold_end: int) -> None:
    """Be the process in which student code would run. Never returns."""
    sightings: Sightings = {}
    try:
        sightings |= before_locks(target)
        confinement.lock_down(_LIMITS)
        _leave_survivor(write_end, hold_end)
        sightings |= behind_locks(target)
    except Exception as error:  # noqa: BLE001 - whatever it is, the report has to say it
        sightings["stopped"] = f"{type(error).__name__}: {error}"
    finally:
        _send(sightings, write_end)
        os._exit(0)


def _send(sightings: Sightings, write_end: int) -> None:
    os.write(write_end, json.dumps(sightings).encode("ascii"))


def _leave_survivor(write_end: int, hold_end: int) -> None:
    """Leave a process in a session of its own that nobody waits for, holding one end of a pipe."""
    ready_end, started_end = os.pipe()
    if os.fork():
        os.close(started_end)
        os.read(ready_end, 1)
        return
    os.close(write_end)
    os.setsid()
    os.write(hold_end, str(os.getpid()).encode("ascii"))
    os.close(started_end)
    while True:
        signal.pause()


def _receive(end: int, supervisor: int) -> Sightings:
    """Read until every writer is gone; a probe that hangs is killed and says so."""
    chunks = []
    while select.select([end], [], [], _SECONDS)[0]:
        chunk = os.read(end, 65_536)
        if not chunk:
            break
        chunks.append(chunk)
    else:
        os.kill(supervisor, signal.SIGKILL)
    os.close(end)
    if not chunks:
        return {"stopped": "the probe's process ended without an answer"}
    return _decode(b"".join(chunks))


def _decode(text: bytes) -> Sightings:
    found: dict[str, Any] = json.loads(text)
    return {str(act): str(what) for act, what in found.items()}


def _meet_survivor(end: int, *, kill: bool) -> str:
    """Whether the process left behind outlived the first one; where it did, end it.

    Args:
        end: the pipe whose other end it holds.
        kill: process ids seen inside are ours as well.
    """
    written = b""
    while select.select([end], [], [], _SURVIVOR_SECONDS)[0]:
        chunk = os.read(end, 64)
        if not chunk:
            os.close(end)
            return "died" if written else "never lived"
        written += chunk
    os.close(end)
    if kill and written.isdigit():
        with contextlib.suppress(OSError):
            os.kill(int(written), signal.SIGKILL)
    return "lives"
