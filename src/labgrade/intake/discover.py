"""Finding the hand-ins under the paths that a person gives; nothing is opened here."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from labgrade.errors import UserError
from labgrade.intake import sniff
from labgrade.intake.labs import absolute, lab_of_one, require_lab
from labgrade.intake.members import is_junk
from labgrade.intake.model import Entry
from labgrade.intake.names import fold, natural_key, readable, skeleton, visible
from labgrade.intake.notes import finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# What a class's folder holds besides hand-ins: the course's own lists and notes. Any other file
# may be somebody's work in a form that we cannot run, and that must be told.
_NOT_HAND_INS = frozenset(
    {".csv", ".tsv", ".xls", ".xlsx", ".ods", ".json", ".toml", ".ini", ".cfg", ".yaml", ".yml"}
    | {".md", ".log"}
)
_NOT_HAND_IN_STEMS = frozenset({"readme", "license", "licence", "makefile", "changelog"})


def find_entries(
    paths: Sequence[Path],
    *,
    labs: Sequence[str],
    lab: str | None,
    out: Path | None = None,
    one: bool = False,
) -> list[Entry]:
    """Return the hand-ins that lie at `paths`, in natural order, each once.

    A folder with `lab` given is a class: each direct entry is one student's. Without, it is a lab's
    folder by its own name or its parent's, or holds folders named as labs.

    Args:
        paths: files and folders as given.
        labs: ids of the course's labs.
        lab: the lab that all of it is for, or None to tell it from names.
        out: the output folder, which is never read.
        one: each path, file or folder, is exactly one hand-in.

    Raises:
        UserError: a path does not exist, the lab is unknown or cannot be told, nothing was found.
    """
    if lab is not None:
        require_lab(lab, labs)
    search = _Search(labs, lab, out)
    found = [entry for path in paths for entry in search.at(path, one=one)]
    if not found:
        raise _nothing_found(paths)
    return _with_doubtful_ids(_each_once(found))


class _Search:
    """One call's course and options."""

    def __init__(self, labs: Sequence[str], lab: str | None, out: Path | None) -> None:
        self._labs = labs
        self._lab = lab
        self._skip = (os.path.realpath(out),) if out is not None else ()

    def at(self, path: Path, *, one: bool) -> Iterator[Entry]:
        """Yield the entries at one path."""
        if not os.path.lexists(path):
            raise UserError(
                "There is no such file or folder.", visible(str(path), 300), "Check the path and your rights."
            )
        if self._is_output(path):
            return
        is_folder = stat.S_ISDIR(_mode(path, follow=True))
        if one:
            yield self._entry(path, self._lab or lab_of_one(path, self._labs), is_folder=is_folder)
        elif is_folder:
            yield from self._folder(path)
        elif _may_be_hand_in(path.name):
            yield self._entry(path, self._lab or lab_of_one(path, self._labs), is_folder=False)

    def _folder(self, path: Path) -> Iterator[Entry]:
        name, parent = absolute(path).name, absolute(path).parent.name
        if self._lab is not None:
            inner = path / self._lab
            yield from self._class(inner if stat.S_ISDIR(_mode(inner)) else path, self._lab)
        elif name in self._labs:
            yield from self._class(path, name)
        elif lab_folders := [lab for lab in self._labs if _is_lab_folder(path / lab)]:
            for lab in lab_folders:
                yield from self._class(path / lab, lab)
        elif parent in self._labs:
            yield self._entry(path, parent, is_folder=True)
        else:
            raise _no_lab_folder(path, self._labs)

    def _class(self, folder: Path, lab: str) -> Iterator[Entry]:
        for name in _names(folder):
            path, mode = folder / name, _mode(folder / name)
            is_folder = stat.S_ISDIR(mode)
            if is_junk(name) or (is_folder and self._is_output(path)):
                continue
            if not stat.S_ISREG(mode) or _may_be_hand_in(name):
                yield self._entry(path, lab, is_folder=is_folder)

    def _entry(self, path: Path, lab: str, *, is_folder: bool) -> Entry:
        name = path.name if path.name not in {"", ".."} else absolute(path).name
        student = unicodedata.normalize("NFC", readable(name if is_folder else sniff.stem(name)))
        return Entry(student or lab, lab, str(path), skip=self._skip)

    def _is_output(self, path: Path) -> bool:
        real = os.path.realpath(path)
        return any(real == out or real.startswith(out + os.sep) for out in self._skip)


def _names(folder: Path) -> list[str]:
    try:
        return sorted((path.name for path in folder.iterdir()), key=natural_key)
    except OSError as error:
        where = visible(str(folder), 300)
        raise UserError(
            f"The folder cannot be read ({error.strerror}).", where, "Check its permissions."
        ) from error


def _mode(path: Path, *, follow: bool = False) -> int:
    """Return the file type and mode, that of an ordinary file where they cannot be read."""
    try:
        return path.stat(follow_symlinks=follow).st_mode
    except OSError:  # told when the entry is read
        return stat.S_IFREG


def _is_lab_folder(path: Path) -> bool:
    mode = _mode(path)
    if stat.S_ISLNK(mode):
        raise UserError(
            "The lab's folder is a link, and links are not followed.",
            visible(str(path), 300),
            "Give the folder that it leads to, with --lab.",
        )
    return stat.S_ISDIR(mode)


def _may_be_hand_in(name: str) -> bool:
    if is_junk(name) or name.partition(".")[0].casefold() in _NOT_HAND_IN_STEMS:
        return False
    return sniff.suffix(name) not in _NOT_HAND_INS


def _each_once(entries: Sequence[Entry]) -> list[Entry]:
    kept: dict[str, Entry] = {}
    for entry in entries:
        path = absolute(Path(entry.path))
        kept.setdefault(os.path.normcase(path.parent.resolve() / path.name), entry)
    return list(kept.values())


def _with_doubtful_ids(entries: Sequence[Entry]) -> list[Entry]:
    """Add a finding to all entries of a lab that have one id, or ids that look alike."""
    same = _grouped(entries, fold)
    alike = _grouped(entries, skeleton)
    return [_with_id_findings(entry, same, alike) for entry in entries]


_Groups = dict[tuple[str, str], list[Entry]]


def _grouped(entries: Sequence[Entry], form: Callable[[str], str]) -> _Groups:
    groups: _Groups = defaultdict(list)
    for entry in entries:
        groups[entry.lab, form(entry.student)].append(entry)
    return groups


def _with_id_findings(entry: Entry, same: _Groups, alike: _Groups) -> Entry:
    equals = same[entry.lab, fold(entry.student)]
    similar = alike[entry.lab, skeleton(entry.student)]
    findings = list(entry.findings)
    if len(equals) > 1:
        findings.append(finding("duplicate-id", [Path(e.path).name for e in equals]))
    if len(similar) > len(equals):  # the other's name is not told: students read this
        findings.append(finding("similar-id", [entry.student]))
    return replace(entry, findings=tuple(findings))


def _no_lab_folder(path: Path, labs: Sequence[str]) -> UserError:
    return UserError(
        "Neither the folder nor any folder in it is named as a lab of this course.",
        visible(str(path), 300),
        f"Say with --lab which lab it is for; the labs are: {', '.join(labs) or 'none'}.",
    )


def _nothing_found(paths: Sequence[Path]) -> UserError:
    return UserError(
        "No hand-in was found: looked for .py, .ipynb and .zip files and for folders, one a student.",
        ", ".join(visible(str(path), 300) for path in paths[:3]) or "PATH",
        "Check that the path is right, and that it lies outside the output folder.",
    )
