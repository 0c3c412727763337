"""Private folders on the real disk, for machines that grant no mount namespace.

One base folder a zygote, one folder in it a submission. A submission's is removed by the zygote once its
first process was waited for, the base when the zygote closes; a base whose zygote was killed is removed by
the next one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PREFIX: Final = "labgrade-"


class Scratch:
    """The base folder of one zygote."""

    def __init__(self) -> None:
        _remove_abandoned()
        self._path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        self._owner = os.getpid()
        self._of_process: dict[int, Path] = {}
        self._count = 0

    @property
    def path(self) -> Path:
        """The base folder; nothing in it is a submission's to read but its own folder."""
        return self._path

    def give_to(self, uid: int, gid: int) -> None:
        """Let the user that the zygote becomes own the base folder."""
        os.chown(self._path, uid, gid)

    def reserve(self) -> Path:
        """The next submission's folder, not made yet; names are never used twice."""
        self._count += 1
        return self._path / str(self._count)

    def belongs_to(self, folder: Path, process: int) -> None:
        """Note that `folder` may go once `process`, a child of ours, is gone."""
        self._of_process[process] = folder

    def tidy(self) -> None:
        """Remove the folders of processes that ended and were waited for."""
        for process in [process for process in self._of_process if not _exists(process)]:
            _remove(self._of_process.pop(process))

    def close(self) -> None:
        """Remove everything; does nothing in a fork of the owner."""
        if os.getpid() == self._owner:
            _remove(self._path)


def make_folders(folder: Path) -> tuple[str, str]:
    """Make a submission's folder; returns its working and its temporary directory."""
    places = folder / "student", folder / "tmp"
    for place in (folder, *places):
        place.mkdir(mode=0o700)
    return str(places[0]), str(places[1])


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:
        return  # a student nested folders a thousand deep; the next run's sweep meets them again


def _remove_abandoned() -> None:
    for folder in _bases():
        process = folder.name.removeprefix(_PREFIX).split("-")[0]
        if process.isdecimal() and not _exists(int(process)):
            _remove(folder)


def _bases() -> Iterator[Path]:
    own = {os.geteuid(), 65534} if os.geteuid() == 0 else {os.geteuid()}
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if not folder.is_symlink() and folder.is_dir() and folder.stat().st_uid in own:
            yield folder
