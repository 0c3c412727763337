"""Giving up what a process may do: user, capabilities, set-user-id programs, being looked into."""

from __future__ import annotations

import os
import signal
import struct
from typing import Final

from labgrade.worker.isolation import syscalls

NOBODY: Final = 65534
_CAPABILITY_VERSION: Final = 0x20080522


def become_nobody() -> None:
    """Leave root for good: user, group and supplementary groups."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def drop_capabilities() -> None:
    """Empty the effective, permitted, inheritable and ambient sets.

    The bounding set matters to programs started later only, and none gains anything under no_new_privs.
    """
    syscalls.prctl(syscalls.PR_CAP_AMBIENT, syscalls.PR_CAP_AMBIENT_CLEAR_ALL)
    syscalls.call("capset", struct.pack("=Ii", _CAPABILITY_VERSION, 0), bytes(24))


def forbid_new_privileges() -> None:
    """No program that this process starts gains a privilege; seccomp asks for it."""
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)


def set_dumpable(*, dumpable: bool) -> None:
    """Whether processes of the same user may read this one's memory, environment and descriptors.

    Id maps can be written only while it is dumpable; a user change makes it undumpable.
    """
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, int(dumpable))


def die_with_parent() -> None:
    """Be killed when the parent ends."""
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ended, where no pid namespace does it."""
    syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)
