"""Linux system calls that Python has no function for, through the C library.

Every wrapper raises `OSError` with the call's name where the kernel refuses. The library is bound with
`PyDLL`, so the interpreter lock is held across a call: none of these calls blocks, and `clone` must not be
interrupted by another thread between the two fork hooks of the interpreter.
"""

from __future__ import annotations

import ctypes
import os
import platform
from functools import cache
from typing import Any, Final

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWCGROUP: Final = 0x02000000
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWIPC: Final = 0x08000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWPID: Final = 0x20000000
CLONE_NEWNET: Final = 0x40000000
CLONE_NEWTIME: Final = 0x00000080
CLONE_CHILD_CLEARTID: Final = 0x00200000
CLONE_CHILD_SETTID: Final = 0x01000000

MS_RDONLY: Final = 0x1
MS_NOSUID: Final = 0x2
MS_NODEV: Final = 0x4
MS_NOEXEC: Final = 0x8
MS_REMOUNT: Final = 0x20
MS_BIND: Final = 0x1000
MS_REC: Final = 0x4000
MS_PRIVATE: Final = 0x40000
MNT_DETACH: Final = 0x2

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_CHILD_SUBREAPER: Final = 36
PR_SET_NO_NEW_PRIVS: Final = 38
PR_GET_TID_ADDRESS: Final = 40
PR_CAP_AMBIENT: Final = 47
PR_CAP_AMBIENT_CLEAR_ALL: Final = 4

MACHINE: Final = platform.machine()

# Names to numbers, (x86_64, aarch64); None where the architecture has no such call. From 424 on all
# architectures share one numbering.
_NUMBERS: Final[dict[str, tuple[int | None, int | None]]] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "capset": (126, 91),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "clone": (56, 220),
    "clone3": (435, 435),
    "delete_module": (176, 106),
    "execve": (59, 221),
    "execveat": (322, 281),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioperm": (173, None),
    "iopl": (172, None),
    "ioprio_set": (251, 30),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "kill": (62, 129),
    "landlock_add_rule": (445, 445),
    "landlock_create_ruleset": (444, 444),
    "landlock_restrict_self": (446, 446),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "migrate_pages": (256, 238),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "pivot_root": (155, 41),
    "prlimit64": (302, 261),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "sched_setattr": (314, 274),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "seccomp": (317, 277),
    "semget": (64, 190),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "setpriority": (141, 140),
    "settimeofday": (164, 170),
    "shmat": (30, 196),
    "shmget": (29, 194),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "tgkill": (234, 131),
    "tkill": (200, 130),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "vhangup": (153, 58),
}


def supported() -> bool:
    """Whether the numbers of this machine's system calls are known."""
    return MACHINE in {"x86_64", "aarch64"}


def number(name: str) -> int | None:
    """The number of a system call on this machine, or None where it has no such call.

    Raises:
        KeyError: the name is not in the table, or the machine is not supported.
    """
    return _NUMBERS[name][{"x86_64": 0, "aarch64": 1}[MACHINE]]


@cache
def _libc() -> Any:
    library = ctypes.PyDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def _checked(result: int, name: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def _word(argument: Any) -> Any:
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def call(name: str, *arguments: Any) -> int:
    """Make a system call by name; integers are passed as machine words, anything else as ctypes does.

    Raises:
        OSError: the kernel refused it.
    """
    result: int = _libc().syscall(ctypes.c_long(number(name) or -1), *map(_word, arguments))
    return _checked(result, name)


def prctl(option: int, *arguments: int) -> int:
    """`prctl(2)` with up to four integer arguments.

    Raises:
        OSError: the kernel refused it.
    """
    padded = [*arguments, 0, 0, 0, 0][:4]
    return _checked(_libc().prctl(option, *map(ctypes.c_ulong, padded)), "prctl")


def mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """`mount(2)`.

    Raises:
        OSError: the kernel refused it.
    """
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind, options)]
    done = _libc().mount(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3])
    _checked(done, f"mount {target}")


def unmount(target: str) -> None:
    """Detach a mount, and all below it, from the tree.

    Raises:
        OSError: the kernel refused it.
    """
    _checked(_libc().umount2(os.fsencode(target), MNT_DETACH), f"umount {target}")


def pivot_root(new_root: str, put_old: str) -> None:
    """Make the mount `new_root` the root of this mount namespace; the old one appears at `put_old`.

    Raises:
        OSError: the kernel refused it.
    """
    call("pivot_root", os.fsencode(new_root), os.fsencode(put_old))


def unshare(flags: int) -> None:
    """`unshare(2)`: move this process to new namespaces.

    Raises:
        OSError: the kernel refused it.
    """
    _checked(_libc().unshare(ctypes.c_int(flags)), "unshare")


@cache
def thread_id_address() -> int:
    """Where the C library caches the thread id of the main thread, or 0 where the kernel does not say.

    The library's own fork has the kernel refresh that word in the child; a bare `clone` must do the same.
    """
    address = ctypes.c_long(0)
    if _libc().prctl(PR_GET_TID_ADDRESS, ctypes.byref(address), 0, 0, 0) != 0:
        return 0
    return address.value


def clone(flags: int, signal: int) -> int:
    """`clone(2)` without a new stack: a fork into new namespaces. Knows nothing of the interpreter.

    Args:
        flags: the CLONE_NEW* namespaces.
        signal: sent to the parent when the child ends.

    Returns:
        0 in the child, the child's process id in the parent.

    Raises:
        OSError: the kernel refused it.
    """
    address = thread_id_address()
    if address:
        flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID
    tail = (0, address) if MACHINE == "aarch64" else (address, 0)
    return call("clone", flags | signal, 0, 0, *tail)
