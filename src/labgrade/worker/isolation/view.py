"""What student code may see of the file system, as data: nothing here touches a mount."""

# Paths are compared and joined as text; links must not be followed behind our back: no pathlib.
# ruff: noqa: PTH100, PTH110, PTH112, PTH114, PTH115, PTH118, PTH119, PTH120

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
# Dynamic linker, time zones, and the processor tables that libgomp and cpuinfo read at first use.
_SYSTEM_DATA = (
    "/etc/ld.so.cache",
    "/usr/share/zoneinfo",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
)
_SYSTEM_PREFIXES = {"/", "/usr", "/usr/local"}
_DEVICES = ("null", "zero", "full", "random", "urandom")
_GPU_DEVICES = ("nvidia*", "nvidia-caps/*", "kfd", "dri/render*")
"""Nodes of GPU drivers below /dev, as patterns."""
_GPU_DATA = ("/sys/bus/pci", "/sys/class/drm", "/sys/module/nvidia")
"""What drivers read about their cards."""
# Copies of the labels of a default data set that come with a library.
_LABELS_IN_PACKAGES = ("sklearn/datasets/data",)


@dataclass(frozen=True)
class View:
    """The files that a submission's processes can see.

    Attributes:
        readable: absolute files and folders, visible read-only at the same paths; need not all exist.
        masked: files and folders that look empty. The innermost entry decides: a masked folder within a
            readable one is covered, a readable one within a masked one stays visible.
        devices: nodes below /dev.
        disk_bytes: upper bound of the private file system, whatever a lab's limits ask for.
    """

    readable: tuple[str, ...]
    masked: tuple[str, ...] = ()
    devices: tuple[str, ...] = _DEVICES
    disk_bytes: int = 256 << 20

    @property
    def has_gpu(self) -> bool:
        """Whether the nodes of a GPU driver are in view."""
        return any(name.startswith(("nvidia", "dri", "kfd")) for name in self.devices)


def default_view(masked: Sequence[str] = (), *, gpu: bool = False, dev: Path = Path("/dev")) -> View:
    """The running interpreter, its packages and the system's libraries.

    Args:
        masked: what the caller wants hidden as well: course root, data roots, output.
        gpu: student code may use a GPU: the nodes of its driver are in view.
        dev: where device nodes lie.

    Returns:
        A view that shows no home, no /etc, no /var, no temporary folder, and no package of our own.
    """
    packages = list(_package_folders())
    labels = [f"{folder}/{name}" for folder in packages for name in _LABELS_IN_PACKAGES]
    own_package = str(Path(__file__).resolve().parents[2])
    readable = dict.fromkeys([*_interpreter_libraries(), *packages, *_SYSTEM_LIBRARIES, *_SYSTEM_DATA])
    # What lies below nothing readable is not in view anyway; a worker need not even know its name.
    hidden = [path for path in (*labels, own_package, *masked) if _lies_below(path, readable)]
    if gpu:
        readable |= dict.fromkeys(_GPU_DATA)
    devices = (*_DEVICES, *(_gpu_nodes(dev) if gpu else ()))
    return View(readable=tuple(readable), masked=tuple(hidden), devices=devices)


def _gpu_nodes(dev: Path) -> list[str]:
    found = (node for pattern in _GPU_DEVICES for node in dev.glob(pattern))
    return sorted(str(node.relative_to(dev)) for node in found if not node.is_dir())


def _lies_below(path: str, folders: Iterable[str]) -> bool:
    real = Path(os.path.realpath(path))
    return any(real.is_relative_to(os.path.realpath(folder)) for folder in folders)


def _package_folders() -> Iterator[str]:
    library = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    for entry in sys.path:
        name = os.path.basename(entry)
        if name in {"site-packages", "dist-packages", "lib-dynload"} or entry in library:
            yield os.path.abspath(entry)


def _interpreter_libraries() -> Iterator[str]:
    for prefix in dict.fromkeys((sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)):
        if prefix not in _SYSTEM_PREFIXES:
            yield from (f"{prefix}/lib", f"{prefix}/lib64")


@dataclass(frozen=True)
class Layout:
    """A view resolved against this machine's file system, once.

    Attributes:
        shown: real paths that are visible.
        hidden: real paths that are covered.
        links: symbolic links on the way to visible paths, by absolute name, with their text.
    """

    shown: frozenset[str]
    hidden: frozenset[str]
    links: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, view: View) -> Layout:
        """Resolve links and drop what does not exist; what is both readable and masked is masked."""
        links: dict[str, str] = {}
        shown = {_resolve(path, links) for path in view.readable if os.path.exists(path)}
        hidden = {os.path.realpath(path) for path in view.masked if os.path.exists(path)}
        return cls(frozenset(shown - hidden), frozenset(hidden), tuple(sorted(links.items())))

    def is_visible(self, path: str) -> bool:
        """Whether a real path can be read in the view."""
        return self._ruling(path) in self.shown

    @cached_property
    def steps(self) -> tuple[tuple[str, bool], ...]:
        """What must be mounted, parents first: (real path, shown or hidden)."""
        ordered = sorted(self.shown | self.hidden)
        return tuple((path, path in self.shown) for path in ordered if self._changes(path))

    def grants(self) -> Iterator[tuple[str, bool]]:
        """The same view as a list of grants that need no covering: (path, whole tree or names only).

        For a layer that can only allow. A shown folder with something hidden inside becomes its entries,
        without the hidden one; its own names may be listed.
        """
        for path, shown in self.steps:
            if shown:
                yield from self._grants_below(path)

    def _grants_below(self, path: str) -> Iterator[tuple[str, bool]]:
        if not any(_inside(hidden, path) for hidden in self.hidden):
            yield path, True
            return
        yield path, False
        for entry in _entries(path):
            if entry not in self.hidden and not os.path.islink(entry):
                yield from self._grants_below(entry)

    def _ruling(self, path: str) -> str | None:
        return next((p for p in _upwards(path) if p in self.shown or p in self.hidden), None)

    def _changes(self, path: str) -> bool:
        outer = path != "/" and self.is_visible(os.path.dirname(path))
        return outer != (path in self.shown)


def _upwards(path: str) -> Iterator[str]:
    yield path
    while path != "/":
        path = os.path.dirname(path)
        yield path


def _inside(path: str, folder: str) -> bool:
    return path != folder and folder in _upwards(path)


def _entries(folder: str) -> Iterable[str]:
    return [entry.path for entry in os.scandir(folder)] if os.path.isdir(folder) else []


def _resolve(path: str, links: dict[str, str]) -> str:
    """The real path; every link passed on the way is added to `links`."""
    done = "/"
    pending = [part for part in reversed(os.path.abspath(path).split("/")) if part]
    while pending:
        part = pending.pop()
        step = os.path.dirname(done) if part == ".." else os.path.join(done, part)
        if part != ".." and os.path.islink(step):
            links[step] = os.readlink(step)
            done = "/" if links[step].startswith("/") else done
            pending += [piece for piece in reversed(links[step].split("/")) if piece not in {"", "."}]
        else:
            done = step
    return done
