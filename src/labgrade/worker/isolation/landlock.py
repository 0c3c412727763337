"""Landlock: file, TCP, abstract-socket and signal rights that a process gives up for good.

Needs no privilege and no namespace. It binds the calling thread and what it starts later, so it is applied
while a process has one thread. It can only allow: everything that no rule names is refused.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from labgrade.worker.isolation import syscalls

_EXECUTE: Final = 1 << 0
_WRITE_FILE: Final = 1 << 1
_READ_FILE: Final = 1 << 2
_READ_DIR: Final = 1 << 3
_MAKE_CHAR: Final = 1 << 6
_MAKE_BLOCK: Final = 1 << 11
_TRUNCATE: Final = 1 << 14
_IOCTL_DEV: Final = 1 << 15
_FILE_RIGHTS: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV

# Rights by the interface's version: 1 has thirteen, then renaming across folders, truncation, device ioctls.
_HANDLED: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_HANDLED_FROM_5: Final = (1 << 16) - 1
_BIND_AND_CONNECT_TCP: Final = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS: Final = 0b11

_TCP_FROM: Final = 4
_QUIET_FROM: Final = 7
SIGNALS_FROM: Final = 6
"""Interface version from which signals and abstract sockets that would leave are refused."""

LIST: Final = _READ_DIR
READ: Final = _READ_FILE | _READ_DIR
USE: Final = READ | _WRITE_FILE | _TRUNCATE | _IOCTL_DEV
# Everything but starting programs and making device nodes.
OWN: Final = _HANDLED_FROM_5 & ~(_EXECUTE | _MAKE_CHAR | _MAKE_BLOCK | _IOCTL_DEV)

_VERSION_FLAG: Final = 1
_PATH_BENEATH: Final = 1
_NO_AUDIT_LOG: Final = 1


def version() -> int:
    """The kernel's Landlock interface version, 0 where it has none."""
    try:
        return syscalls.call("landlock_create_ruleset", 0, 0, _VERSION_FLAG)
    except (OSError, KeyError):
        return 0


def restrict(rules: Iterable[tuple[str, int]], abi: int) -> None:
    """Give up every file right but those of `rules`, TCP, and reaching processes outside.

    Args:
        rules: (path, rights); paths that do not exist are passed over.
        abi: as `version` says. From 4 on TCP is refused, from 6 on abstract sockets and signals that
            would reach a process outside.

    Raises:
        OSError: the kernel refused it.
    """
    handled = _HANDLED.get(abi, _HANDLED_FROM_5)
    ruleset = _create(handled, abi)
    try:
        for path, rights in rules:
            _allow(ruleset, path, rights & handled)
        # A student's loop of refused calls must not fill the kernel's audit log.
        syscalls.call("landlock_restrict_self", ruleset, _NO_AUDIT_LOG if abi >= _QUIET_FROM else 0)
    finally:
        os.close(ruleset)


def _create(handled: int, abi: int) -> int:
    fields = [handled]
    if abi >= _TCP_FROM:
        fields.append(_BIND_AND_CONNECT_TCP)
    if abi >= SIGNALS_FROM:
        fields.append(_ABSTRACT_SOCKETS_AND_SIGNALS)
    attribute = (ctypes.c_uint64 * len(fields))(*fields)
    return syscalls.call("landlock_create_ruleset", ctypes.byref(attribute), ctypes.sizeof(attribute), 0)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        folder = Path(path).is_dir()
        rule = struct.pack("=Qi", rights if folder else rights & _FILE_RIGHTS, handle)
        syscalls.call("landlock_add_rule", ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(handle)
