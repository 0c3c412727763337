"""What the zygote holds outside the confinement, to see whether anything gets there."""

# Names and descriptors as the kernel takes them: text, not pathlib.
# ruff: noqa: PTH113, PTH116

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import tempfile
from dataclasses import dataclass, field
from typing import Any, Final

from labgrade.worker.isolation.view import Layout

# World-readable files that any system has some of, and that no view needs.
_CANARIES: Final = (
    "/etc/hostname",
    "/etc/os-release",
    "/etc/fstab",
    "/etc/shells",
    "/etc/services",
    "/etc/passwd",
)


@dataclass
class Witness:
    """Listeners, and folders of the machine that everybody may write to.

    Attributes:
        canary: (path, inode) of a file of the machine outside the view; ("", 0) where none was found.
        mark: a file name that only an escaped submission would create.
        folders: path of each folder watched to a descriptor of it, opened before the view was built.
        tcp: address of a listener on loopback; None where there is no network at all.
        udp: address of a datagram socket on loopback.
        abstract: address of a listener in the abstract namespace.
        unguarded: address of another, to be tried before the locks; being reached there does not count.
    """

    canary: tuple[str, int]
    mark: str
    folders: dict[str, int] = field(default_factory=dict)
    tcp: Any = None
    udp: Any = None
    abstract: Any = ""
    unguarded: Any = ""
    _listeners: list[socket.socket] = field(default_factory=list)

    @classmethod
    def place(cls, layout: Layout) -> Witness:
        """Set everything up. Before the view is built and before sockets are refused."""
        witness = cls(_canary(layout), f"labgrade-mark-{secrets.token_hex(8)}")
        for folder in dict.fromkeys((tempfile.gettempdir(), "/var/tmp", "/dev/shm")):  # noqa: S108
            with contextlib.suppress(OSError):
                witness.folders[folder] = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        witness._listen()
        return witness

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            self.abstract = self._bound(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self.mark}")
            self.unguarded = self._bound(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self.mark}-unguarded")
        with contextlib.suppress(OSError):
            self.tcp = self._bound(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
            self.udp = self._bound(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))

    def _bound(self, family: int, kind: int, address: Any) -> Any:
        listener = socket.socket(family, kind)
        self._listeners.append(listener)
        listener.settimeout(0)
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen(4)
        return listener.getsockname()

    def heard(self) -> list[str]:
        """Which listeners were reached."""
        guarded = (end for end in self._listeners if end.getsockname() != self.unguarded)
        return [_name(listener) for listener in guarded if _was_reached(listener)]

    def marked(self) -> list[str]:
        """Watched folders in which the mark appeared; it is removed."""
        found = []
        for folder, handle in self.folders.items():
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.mark, dir_fd=handle)
                found.append(folder)
        return found

    def close(self) -> None:
        """Let go of everything: in each submission, and in the zygote after the probe."""
        for listener in self._listeners:
            with contextlib.suppress(OSError):  # a supervisor may have closed every descriptor already
                listener.close()
        for handle in self.folders.values():
            with contextlib.suppress(OSError):
                os.close(handle)
        self._listeners.clear()
        self.folders.clear()


def _canary(layout: Layout) -> tuple[str, int]:
    for path in _CANARIES:
        if os.path.isfile(path) and not layout.is_visible(os.path.realpath(path)):
            return path, os.stat(path).st_ino
    return "", 0


def _name(listener: socket.socket) -> str:
    if listener.family == socket.AF_UNIX:
        return "abstract socket"
    return "TCP" if listener.type == socket.SOCK_STREAM else "UDP"


def _was_reached(listener: socket.socket) -> bool:
    try:
        if listener.type == socket.SOCK_STREAM:
            listener.accept()[0].close()
        else:
            listener.recv(64)
    except OSError:
        return False
    return True
