"""System calls that student code has no use for, refused by a filter in the kernel.

There are two filters. `base_filter` is installed once in the zygote and inherited for nothing by every
fork; `final_filter` is the small rest that a submission's supervisor still needs while it sets itself up.
Everything that is not named is allowed: an unknown new call of a C library must not cost a student marks.
"""

from __future__ import annotations

import ctypes
import errno
import socket
import stat
import struct
from collections.abc import Iterable, Sequence
from typing import Final

from labgrade.worker.isolation import syscalls

_LOAD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_AT_LEAST: Final = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_ANY_BIT: Final = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_AND: Final = 0x54  # BPF_ALU | BPF_AND | BPF_K
_RETURN: Final = 0x06  # BPF_RET | BPF_K

_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_ERRNO: Final = 0x00050000

_NUMBER_OFFSET: Final = 0
_ARCH_OFFSET: Final = 4
_ARGUMENTS_OFFSET: Final = 16
_X32_BIT: Final = 0x40000000
_ARCHITECTURE: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

_FILE_KIND: Final = 0o170000  # the bits of a mode that S_IFMT masks
_SET_MODE_FILTER: Final = 1
# The processor's speculation guard for sandboxes would slow honest training down, and a submission's
# processes hold no secret that is not the student's own.
_SPEC_ALLOW: Final = 4

_NEW_NAMESPACES: Final = (
    syscalls.CLONE_NEWNS
    | syscalls.CLONE_NEWCGROUP
    | syscalls.CLONE_NEWUTS
    | syscalls.CLONE_NEWIPC
    | syscalls.CLONE_NEWUSER
    | syscalls.CLONE_NEWPID
    | syscalls.CLONE_NEWNET
)

_PROGRAMS: Final = ("execve", "execveat")
_OTHER_PROCESSES: Final = (
    "kcmp",
    "pidfd_getfd",
    "process_madvise",
    "process_mrelease",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
)
_MOUNTS: Final = (
    "chroot",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fspick",
    "mount_setattr",
    "move_mount",
    "open_tree",
    "open_tree_attr",
    "pivot_root",
    "setns",
    "unshare",
)
_KERNEL: Final = (
    "acct",
    "add_key",
    "adjtimex",
    "bpf",
    "clock_adjtime",
    "clock_settime",
    "delete_module",
    "fanotify_init",
    "finit_module",
    "init_module",
    "io_uring_enter",
    "io_uring_register",
    "io_uring_setup",
    "ioperm",
    "iopl",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "migrate_pages",
    "modify_ldt",
    "move_pages",
    "name_to_handle_at",
    "open_by_handle_at",
    "perf_event_open",
    "personality",
    "quotactl",
    "quotactl_fd",
    "reboot",
    "request_key",
    "setdomainname",
    "sethostname",
    "settimeofday",
    "swapoff",
    "swapon",
    "syslog",
    "userfaultfd",
    "vhangup",
)
# Memory that no limit counts: neither the address space nor the private file system.
_UNCOUNTED_MEMORY: Final = ("memfd_create", "memfd_secret", "msgget", "semget", "shmat", "shmget")
_SIGNALS: Final = ("kill", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "tgkill", "tkill")
# Limits and priorities that a process may change of itself (id 0) but not of its supervisor, which runs
# as the same user: call to the position of the id.
_OF_ITSELF: Final = {
    "ioprio_set": 1,
    "prlimit64": 0,
    "sched_setattr": 0,
    "sched_setparam": 0,
    "sched_setscheduler": 0,
    "setpriority": 1,
}

Instruction = tuple[int, int, int, int]


def base_filter() -> Filter:
    """What neither a supervisor nor student code needs."""
    refused = (*_PROGRAMS, *_OTHER_PROCESSES, *_MOUNTS, *_KERNEL, *_UNCOUNTED_MEMORY)
    blocks = [_refuse(name) for name in refused]
    # Only local sockets: worker processes of a data loader talk through them.
    blocks += [_only(name, 0, socket.AF_UNIX) for name in ("socket", "socketpair")]
    blocks += [_only(name, position, 0) for name, position in _OF_ITSELF.items()]
    blocks += [_no_device_nodes("mknod", 1), _no_device_nodes("mknodat", 2)]
    # Its flags lie in memory, which a filter cannot read; "no such call" makes the C library use clone.
    blocks.append(_refuse("clone3", errno.ENOSYS))
    return Filter(blocks)


def final_filter(signals_to: int | None = None) -> Filter:
    """What only a supervisor needs, while it sets up.

    Args:
        signals_to: the only process id that signals may go to; None where something else confines them.
    """
    blocks = [_refuse("mount"), _refuse("umount2"), _no_new_namespaces()]
    if signals_to is not None:
        blocks += [_only(name, 0, signals_to) for name in _SIGNALS]
    return Filter(blocks)


class Filter:
    """A filter program, assembled once and installed any number of times."""

    def __init__(self, blocks: Iterable[Sequence[Instruction]]) -> None:
        program = [*_prologue(), *(step for block in blocks for step in block), _result(_ALLOW)]
        self._length = len(program)
        self._code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in program))
        header = struct.pack("@HP", self._length, ctypes.addressof(self._code))
        self._header = ctypes.create_string_buffer(header, len(header))

    def __len__(self) -> int:
        return self._length

    def install(self) -> None:
        """Bind this thread, and what it starts, to the filter. Needs no_new_privs.

        Raises:
            OSError: the kernel refused it.
        """
        syscalls.call("seccomp", _SET_MODE_FILTER, _SPEC_ALLOW, ctypes.byref(self._header))


def _prologue() -> list[Instruction]:
    """Foreign calling conventions number calls otherwise: they end the process. Then load the number."""
    steps: list[Instruction] = [
        (_LOAD, 0, 0, _ARCH_OFFSET),
        (_EQUAL, 1, 0, _ARCHITECTURE[syscalls.MACHINE]),
        _result(_KILL),
        (_LOAD, 0, 0, _NUMBER_OFFSET),
    ]
    if syscalls.MACHINE == "x86_64":
        steps += [(_AT_LEAST, 0, 1, _X32_BIT), _result(_KILL)]
    return steps


def _result(value: int) -> Instruction:
    return (_RETURN, 0, 0, value)


def _refusal(code: int = errno.EPERM) -> Instruction:
    return _result(_ERRNO | code)


def _argument(position: int) -> Instruction:
    """Load the low half of an argument; both machines are little-endian, and the kernel reads an int."""
    return (_LOAD, 0, 0, _ARGUMENTS_OFFSET + 8 * position)


def _when(name: str, body: Sequence[Instruction]) -> list[Instruction]:
    """`body`, which must return, for one call; nothing where this machine has no such call."""
    call = syscalls.number(name)
    return [] if call is None else [(_EQUAL, 0, len(body), call), *body]


def _refuse(name: str, code: int = errno.EPERM) -> list[Instruction]:
    return _when(name, [_refusal(code)])


def _only(name: str, position: int, allowed: int) -> list[Instruction]:
    return _when(name, [_argument(position), (_EQUAL, 0, 1, allowed), _result(_ALLOW), _refusal()])


def _no_new_namespaces() -> list[Instruction]:
    return _when("clone", [_argument(0), (_ANY_BIT, 0, 1, _NEW_NAMESPACES), _refusal(), _result(_ALLOW)])


def _no_device_nodes(name: str, position: int) -> list[Instruction]:
    kind: Instruction = (_AND, 0, 0, _FILE_KIND)
    tests: list[Instruction] = [(_EQUAL, 1, 0, stat.S_IFCHR), (_EQUAL, 0, 1, stat.S_IFBLK)]
    return _when(name, [_argument(position), kind, *tests, _refusal(), _result(_ALLOW)])
