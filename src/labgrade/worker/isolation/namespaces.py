"""Namespaces of a submission: one `clone` puts a child into all of them, as their first process."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Final

from labgrade.errors import ExecutorUnavailable
from labgrade.worker.isolation import privileges, syscalls
from labgrade.worker.isolation.syscalls import (
    CLONE_NEWCGROUP,
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
)

_REASON_BYTES: Final = 512
STUDENT: Final = 1000  # user and group id inside

FLAGS: Final = {
    "user namespace": CLONE_NEWUSER,
    "mount namespace": CLONE_NEWNS,
    "pid namespace": CLONE_NEWPID,
    "network namespace": CLONE_NEWNET,
    "ipc namespace": CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
}


def flags_without(disabled: frozenset[str]) -> int:
    """The CLONE_NEW* flags of the layers that are not disabled; none without the user namespace."""
    if "user namespace" in disabled:
        return 0
    return sum(flag for name, flag in FLAGS.items() if name not in disabled)


def rehearse(act: Callable[[], None]) -> str:
    """Do something irreversible in a throw-away child; "" where it works, else the error it met."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            act()
        except (OSError, ExecutorUnavailable) as error:
            os.write(write, str(error).encode("utf-8", "replace")[:_REASON_BYTES])
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, encoding="utf-8", errors="replace") as end:
        reason = end.read()
    status = os.waitpid(child, 0)[1]
    return reason or ("" if status == 0 else f"ended with status {status}")


def own_mounts() -> None:
    """Move this process to a mount namespace of its own; without the right to, to a user namespace as well.

    Raises:
        OSError: the kernel refused both.
    """
    if os.geteuid() == 0:
        try:
            syscalls.unshare(CLONE_NEWNS)
        except PermissionError:  # root of a container, without the right to mount
            pass
        else:
            return
    enter_user_namespace(CLONE_NEWNS)


def enter_user_namespace(flags: int) -> None:
    """Move this process to a new user namespace (and others), keeping its one user and group.

    Root is called nobody inside: without its capabilities it could not be mapped once more, by a
    submission's own namespace.

    Raises:
        OSError: the kernel refused it.
    """
    outside = os.geteuid(), os.getegid()
    syscalls.unshare(flags | CLONE_NEWUSER)
    write_id_maps((outside[0] or privileges.NOBODY, outside[1] or privileges.NOBODY), outside)


def write_id_maps(inside: tuple[int, int], outside: tuple[int, int]) -> None:
    """Map one user and one group of the parent namespace into this process's own.

    Args:
        inside: user and group id seen inside.
        outside: the effective ids of this process before it entered.

    Raises:
        OSError: the kernel refused it.
    """
    privileges.set_dumpable(dumpable=True)
    # An unprivileged process may map a group only after it gave up changing its groups.
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{inside[0]} {outside[0]} 1"),
        ("gid_map", f"{inside[1]} {outside[1]} 1"),
    ):
        write_kernel_file(f"/proc/self/{name}", text)


def write_kernel_file(path: str, text: str) -> None:
    """Write a file of /proc with one `write`, as the kernel wants it."""
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(handle, text.encode("ascii"))
    finally:
        os.close(handle)


def forbid_nesting() -> None:
    """No user namespace inside this one, whoever asks."""
    try:
        write_kernel_file("/proc/sys/user/max_user_namespaces", "0")
    except OSError:
        return  # /proc is read-only in some containers; seccomp refuses the call as well


def fork_into(flags: int) -> int:
    """Fork as `os.fork` does, the child being the first process of new namespaces.

    `os.fork` cannot ask for namespaces, and `unshare` needs a second fork for a pid namespace: with a
    zygote of half a gigabyte that would double the cost of a submission. Handlers that libraries
    registered with `pthread_atfork` do not run here; they run in the supervisor's ordinary fork, before
    student code.

    Returns:
        0 in the child, its process id in the parent.

    Raises:
        OSError: the kernel refused it.
    """
    interpreter = ctypes.pythonapi
    interpreter.PyOS_BeforeFork()
    child = -1
    try:
        child = syscalls.clone(flags, signal.SIGCHLD)
    finally:
        if child == 0:
            interpreter.PyOS_AfterFork_Child()
        else:
            interpreter.PyOS_AfterFork_Parent()
    return child


def identity(name: str) -> str:
    """The kernel's name of a namespace that this process is in, for comparing; "" where unknown.

    Args:
        name: as below /proc/self/ns.
    """
    try:
        return str(Path(f"/proc/self/ns/{name}").readlink())
    except OSError:
        return ""


def outer_uid() -> int:
    """This process's user, as the namespace around its own calls it."""
    for line in Path("/proc/self/uid_map").read_text(encoding="utf-8").splitlines():
        inside, outside, count = map(int, line.split())
        if inside <= os.getuid() < inside + count:
            return outside + os.getuid() - inside
    return os.getuid()
