"""The confined file tree: built once in the zygote, completed by two mounts in each submission.

The zygote's root becomes a small read-only tmpfs with the visible folders bound at their own paths. What
a submission may write (working directory, /tmp, /dev/shm) is one tmpfs, so that one budget covers all
three; /tmp and /dev/shm are links into it, which saves two mounts a submission.
"""

# Paths below a root that is being built, as the kernel takes them: text, not pathlib.
# ruff: noqa: PTH102, PTH103, PTH108, PTH110, PTH112, PTH116, PTH120, PTH123, PTH208, PTH211

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
from typing import Final

from labgrade.worker.isolation import syscalls
from labgrade.worker.isolation.syscalls import (
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_RDONLY,
    MS_REC,
    MS_REMOUNT,
)
from labgrade.worker.isolation.view import Layout

_PRIVATE: Final = "/private"
_HOME: Final = "/home/student"
_OWN: Final = f"{_PRIVATE}/student"
_TEMPORARY: Final = f"{_PRIVATE}/tmp"  # noqa: S108 - in a file system that only we write to
_SHARED: Final = f"{_PRIVATE}/shm"

# Exists everywhere, and what it held before is in sight again after the first pivot.
_STAGE: Final = "/proc"
_OLD: Final = "/old"
_NEW: Final = "/new"
_STUDENT_UID: Final = 1000
_INODES: Final = 32_768
_COPIED_BYTES: Final = 1 << 20
_AT_FDCWD: Final = -100
_AT_RECURSIVE: Final = 0x8000

_ETC: Final = {
    "passwd": f"student:x:{_STUDENT_UID}:{_STUDENT_UID}:student:{_HOME}:/bin/false\n",
    "group": f"student:x:{_STUDENT_UID}:\n",
    "hosts": "127.0.0.1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_LINKS: Final = {
    "/tmp": _TEMPORARY,  # noqa: S108 - the name of a link that we make
    "/dev/shm": _SHARED,  # noqa: S108
    "/dev/fd": "/proc/self/fd",
    "/dev/stdin": "/proc/self/fd/0",
    "/dev/stdout": "/proc/self/fd/1",
    "/dev/stderr": "/proc/self/fd/2",
}


def enter_view(layout: Layout, devices: tuple[str, ...]) -> None:
    """Make the view the root of this process's (new, own) mount namespace.

    Raises:
        OSError: a mount was refused; the process is then in no defined state and should end.
    """
    mask = os.umask(0o022)
    syscalls.mount("none", "/", None, MS_REC | MS_PRIVATE)
    _stage()
    masks = [path for path, shown in layout.steps if not _place(path, shown=shown)]
    _add_links((*layout.links, *_LINKS.items()), layout)
    _add_system(devices)
    for path in masks:
        _seal(_NEW + path)
    _finish()
    os.umask(mask)


def _stage() -> None:
    syscalls.mount("labgrade", _STAGE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
    os.mkdir(_STAGE + _OLD)
    os.mkdir(_STAGE + _NEW)
    syscalls.pivot_root(_STAGE, _STAGE + _OLD)
    os.chdir("/")
    # Without MS_NODEV: the device nodes are bound on files of this tmpfs.
    syscalls.mount("labgrade", _NEW, "tmpfs", MS_NOSUID, "mode=755,size=16m")


def _finish() -> None:
    os.chdir(_NEW)
    # The old root comes to lie on top of the new one and is taken off: no path leads to it any more.
    syscalls.pivot_root(".", ".")
    syscalls.unmount(".")
    os.chdir("/")
    _seal("/")


def _place(path: str, *, shown: bool) -> bool:
    """Show or cover one path; False where a cover was mounted that must be sealed at the end."""
    source, target = _OLD + path, _NEW + path
    folder = os.path.isdir(source)
    _make_target(target, folder=folder)
    if shown:
        _show(source, target)
    elif folder:
        syscalls.mount("labgrade", target, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755")
        return False
    else:
        _bind_empty_file(target)
    return True


def _make_target(target: str, *, folder: bool) -> None:
    if os.path.lexists(target):
        return
    os.makedirs(target if folder else os.path.dirname(target), exist_ok=True)
    if not folder:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))


def _show(source: str, target: str) -> None:
    found = os.stat(source)
    if stat.S_ISREG(found.st_mode) and found.st_size <= _COPIED_BYTES and not os.path.ismount(target):
        shutil.copyfile(source, target)
        return
    syscalls.mount(source, target, None, MS_BIND | MS_REC)
    _seal_tree(target)


def _bind_empty_file(target: str) -> None:
    empty = f"{_NEW}/.empty"
    os.close(os.open(empty, os.O_CREAT | os.O_WRONLY, 0o644))
    syscalls.mount(empty, target, None, MS_BIND)
    _seal(target)
    os.unlink(empty)


def _seal_tree(target: str) -> None:
    """Read-only, with every mount below it."""
    attributes = (ctypes.c_uint64 * 4)(MS_RDONLY | MS_NOSUID | MS_NODEV, 0, 0, 0)
    size = ctypes.sizeof(attributes)
    try:
        syscalls.call(
            "mount_setattr", _AT_FDCWD, os.fsencode(target), _AT_RECURSIVE, ctypes.byref(attributes), size
        )
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
        _seal(target)


def _seal(target: str) -> None:
    # Flags that a more privileged owner set may not be dropped by a remount, so they are repeated.
    kept = os.statvfs(target).f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC | os.ST_NOATIME | os.ST_RELATIME)
    flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | (kept & ~os.ST_RELATIME)
    syscalls.mount("none", target, None, flags | (_MS_RELATIME if kept & os.ST_RELATIME else 0))


_MS_RELATIME: Final = 1 << 21


def _add_links(links: tuple[tuple[str, str], ...], layout: Layout) -> None:
    for name, text in links:
        target = _NEW + name
        if not os.path.lexists(target) and not layout.is_visible(os.path.dirname(name)):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(text, target)


def _add_system(devices: tuple[str, ...]) -> None:
    for name, text in _ETC.items():
        path = f"{_NEW}/etc/{name}"
        _make_target(path, folder=False)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    for folder in (_PRIVATE, _HOME):
        _make_target(_NEW + folder, folder=True)
    for name in devices:
        _add_device(f"/dev/{name}")
    # Writable: a submission writes its id maps here before it mounts its own.
    _make_target(f"{_NEW}/proc", folder=True)
    syscalls.mount(f"{_OLD}/proc", f"{_NEW}/proc", None, MS_BIND | MS_REC)


def _add_device(path: str) -> None:
    if os.path.exists(_OLD + path):
        _make_target(_NEW + path, folder=os.path.isdir(_OLD + path))
        syscalls.mount(_OLD + path, _NEW + path, None, MS_BIND | MS_REC)


def mount_private(disk_bytes: int) -> tuple[str, str, str]:
    """Mount a submission's own writable file system.

    Args:
        disk_bytes: its size, all writable folders together.

    Returns:
        The folders for work, for temporary files and for shared memory.

    Raises:
        OSError: a mount was refused.
    """
    options = f"mode=755,size={disk_bytes},nr_inodes={_INODES}"
    syscalls.mount("private", _PRIVATE, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)
    for folder in (_OWN, _TEMPORARY, _SHARED):
        os.mkdir(folder, 0o700)
    if os.listdir(_HOME):  # the interpreter lies in the home of somebody called student
        return _OWN, _TEMPORARY, _SHARED
    syscalls.mount(_OWN, _HOME, None, MS_BIND)
    return _HOME, _TEMPORARY, _SHARED


def mount_proc() -> bool:
    """Mount the /proc of this pid namespace; False where the kernel refuses.

    It does where parts of the outer /proc are covered, as container runtimes do.
    """
    try:
        syscalls.mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    except OSError:
        return False
    return True
