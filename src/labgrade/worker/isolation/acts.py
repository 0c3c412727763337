"""The forbidden acts that a probe tries from inside. Each says how it was refused, or that it was not."""

# The acts are system calls, tried as plainly as a student's code would.
# ruff: noqa: PTH101, PTH108, PTH109, PTH116, PTH118, PTH120, PTH123, PTH208

from __future__ import annotations

import _thread
import contextlib
import errno
import mmap
import os
import socket
from collections.abc import Callable, Mapping
from typing import Any, Final

from labgrade.worker.isolation import namespaces, syscalls

Sightings = dict[str, str]
"""Act to what happened: DONE, or the name of the error that stopped it."""

DONE: Final = "done"
_TRACE_ATTACH: Final = 16
_PERSONALITY_QUERY: Final = 0xFFFFFFFF
_TIMEOUT: Final = 0.5
_OWN_PROCESSES: Final = 2  # supervisor and loader
# So that a small machine's own refusal to promise memory is not taken for a limit of ours.
_UNRESERVED: Final = mmap.MAP_PRIVATE | 0x4000


def try_act(act: Callable[[], object]) -> str:
    """Do it, and say what happened."""
    try:
        act()
    except MemoryError:
        return "MemoryError"
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    return DONE


def before_locks(target: Mapping[str, Any]) -> Sightings:
    """Acts by which namespaces, capabilities and hidden memory are told from the later locks.

    Args:
        target: what to aim at; see `probe.Target`.
    """
    return {
        "become root": try_act(lambda: os.setresuid(0, 0, 0)),
        "mount": try_act(lambda: syscalls.mount("none", os.getcwd(), "tmpfs", 0)),
        "supervisor memory": try_act(lambda: _open(f"/proc/{os.getppid()}/mem")),
        "abstract socket": try_act(lambda: _connect(socket.AF_UNIX, target["unguarded"])),
        "see canary": _see(target["canary"]),
        "process 1 is": "ours" if os.getppid() == 1 else "another",
        "proc": "own" if _listed_processes() <= _OWN_PROCESSES else "the machine's",
        "ipc namespace": namespaces.identity("ipc"),
        "user namespace": namespaces.identity("user"),
        "user": str(os.getuid()),
    }


def behind_locks(target: Mapping[str, Any]) -> Sightings:
    """Acts of student code, with every lock on."""
    return {**_file_acts(target), **_network_acts(target), **_process_acts(target), **_resource_acts(target)}


def _file_acts(target: Mapping[str, Any]) -> Sightings:
    acts = {f"write {folder}": try_act(_creator(folder, target["mark"])) for folder in target["folders"]}
    beside = os.path.dirname(os.environ["TMPDIR"])
    return {
        **acts,
        "read canary": try_act(lambda: _open(target["canary"][0])),
        "write beside": try_act(_creator(beside, "mark")),
        "write own": try_act(_creator(os.getcwd(), "mark")),
    }


def _network_acts(target: Mapping[str, Any]) -> Sightings:
    return {
        "TCP": try_act(lambda: _connect(socket.AF_INET, target["tcp"])),
        "UDP": try_act(lambda: _send(target["udp"])),
        "abstract": try_act(lambda: _connect(socket.AF_UNIX, target["abstract"])),
        "internet socket": try_act(lambda: socket.socket(socket.AF_INET).close()),
    }


def _process_acts(target: Mapping[str, Any]) -> Sightings:
    zygote, supervisor = target["zygote"], os.getppid()
    return {
        "signal zygote": try_act(lambda: os.kill(zygote, 0)),
        "signal supervisor": try_act(lambda: os.kill(supervisor, 0)),
        "zygote memory": try_act(lambda: _open(f"/proc/{zygote}/mem")),
        "supervisor memory, locked": try_act(lambda: _open(f"/proc/{supervisor}/mem")),
        "trace": try_act(lambda: syscalls.call("ptrace", _TRACE_ATTACH, supervisor, 0, 0)),
        # Not a program: without a filter the error is another one, and this process goes on.
        "start a program": try_act(lambda: os.execv(_not_a_program(), ["x"])),  # noqa: S606
        "personality": try_act(lambda: syscalls.call("personality", _PERSONALITY_QUERY)),
        "new user namespace": try_act(lambda: syscalls.unshare(syscalls.CLONE_NEWUSER)),
    }


def _resource_acts(target: Mapping[str, Any]) -> Sightings:
    size = target["address_bytes"]
    return {
        "memory": try_act(lambda: mmap.mmap(-1, size, flags=_UNRESERVED)) if size else "no limit",
        "threads": str(_count_threads(target["threads_wanted"])),
        "disk": try_act(lambda: _fill(target["disk_bytes"] + 1)),
    }


def _open(path: str) -> None:
    os.close(os.open(path, os.O_RDONLY | os.O_CLOEXEC))


def _see(canary: tuple[str, int]) -> str:
    """A file of the same name may be ours; the same inode is not."""
    with contextlib.suppress(OSError):
        return DONE if os.stat(canary[0]).st_ino == canary[1] else "another file"
    return "ENOENT"


def _creator(folder: str, name: str) -> Callable[[], object]:
    path = os.path.join(folder, name)
    return lambda: os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _connect(family: int, address: Any) -> None:
    with socket.socket(family) as end:
        end.settimeout(_TIMEOUT)
        end.connect(address)


def _send(address: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.sendto(b"x", address)


def _listed_processes() -> int:
    return sum(name.isdecimal() for name in os.listdir("/proc"))


def _not_a_program() -> str:
    path = os.path.join(os.getcwd(), "text")
    with open(path, "w", encoding="utf-8") as file:
        file.write("text")
    os.chmod(path, 0o700)
    return path


def _count_threads(wanted: int) -> int:
    """How many can be started: the kernel counts threads as it counts processes, and they cost less."""
    gate = _thread.allocate_lock()
    gate.acquire()
    before = _thread.stack_size(1 << 18)
    started = 0
    with contextlib.suppress(RuntimeError):
        while started < wanted:
            _thread.start_new_thread(gate.acquire, ())
            started += 1
    _thread.stack_size(before)
    return started


def _fill(size: int) -> None:
    path = os.path.join(os.environ["TMPDIR"], "large")
    with open(path, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
    os.unlink(path)
