"""A folder as it lies on disk: walked level by level, links never followed."""

from __future__ import annotations

import os
import stat
from collections import deque
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from labgrade.intake.members import Candidate, is_junk, noted_path
from labgrade.intake.names import natural_key
from labgrade.intake.notes import Notes, Refused
from labgrade.intake.source import Source, is_link, read_member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labgrade.intake.limits import IntakeLimits

_Components = tuple[str, ...]


def folder_candidates(source: Source, limits: IntakeLimits, notes: Notes) -> Iterator[Candidate]:
    """Yield the files of a folder, the shallow ones first, in natural order.

    Raises:
        Refused: "too-many-files", or "unreadable" for the folder itself.
    """
    seen = 0
    folders: deque[_Components] = deque([()])
    while folders:
        components = folders.popleft()
        names = _names(source, components, limits.entries - seen, notes)
        seen += len(names)
        if seen > limits.entries:
            raise Refused("too-many-files", source.name, limit=f"{limits.entries:,}")
        for name in names:
            if is_junk(name):
                continue
            yield from _visit(source, (*components, name), folders, limits, notes)


def _visit(
    source: Source, inner: _Components, folders: deque[_Components], limits: IntakeLimits, notes: Notes
) -> Iterator[Candidate]:
    path, shown = Path(source.path, *inner), "/".join(inner)
    try:
        status = os.lstat(path)
    except OSError as error:
        notes.add("unreadable", shown, reason=error.strerror or "unknown reason")
        return
    if is_link(path, status):
        notes.add("link", shown)
    elif stat.S_ISREG(status.st_mode):
        yield from _candidate(path, inner, status.st_size, notes)
    elif not stat.S_ISDIR(status.st_mode):
        notes.add("special-file", shown)
    elif len(inner) >= limits.depth:
        notes.add("too-deep", shown, limit=str(limits.depth))
    else:
        folders.append(inner)


def _names(source: Source, components: _Components, most: int, notes: Notes) -> list[str]:
    path = Path(source.path, *components)
    if source.skip and str(path.resolve()) in source.skip:
        return []
    try:
        with os.scandir(path) as found:
            names = [entry.name for entry in islice(found, most + 1)]
    except OSError as error:
        _unreadable(source, components, error, notes)
        return []
    return sorted(names, key=natural_key)


def _unreadable(source: Source, components: _Components, error: OSError, notes: Notes) -> None:
    reason = error.strerror or "unknown reason"
    if not components:
        raise Refused("unreadable", source.name, reason=reason) from error
    notes.add("unreadable", "/".join(components), reason=reason)


def _candidate(on_disk: Path, components: _Components, size: int, notes: Notes) -> Iterator[Candidate]:
    shown = "/".join(components)
    path = noted_path(components, shown, notes)
    if path is not None:
        yield Candidate(path, size, partial(_read, on_disk, shown, notes))


def _read(path: Path, name: str, notes: Notes, limit: int) -> bytes:
    data, links = read_member(path, name, limit)
    if links > 1:
        notes.add("hard-link", name)
    return data
