"""Which files of a submission run, and in what order."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from labgrade.intake.members import RUNNABLE
from labgrade.intake.names import fold, natural_key
from labgrade.intake.notes import Notes, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from labgrade.intake.model import Member

_HELPERS = re.compile(
    r"(test_.*|.*_test|conftest|setup|sitecustomize|usercustomize|__init__)\.py", re.IGNORECASE
)
_NOT_IN_IDS = re.compile(r"[^a-z0-9]+")


def choose_entries(members: Sequence[Member], lab: str, notes: Notes) -> tuple[str, ...]:
    """Return the paths of the members that run, in order; empty where none can.

    The file with the lab's name runs alone. Else the files at the shallowest level that has any
    run one after the other; tests and set-up files count only where there is nothing else.
    """
    runnable = [member.path for member in members if member.path.lower().endswith(RUNNABLE)]
    own = [path for path in runnable if not _HELPERS.fullmatch(_name(path))] or runnable
    if len(own) <= 1:
        return tuple(own)
    named = _named_as_lab([path for path in own if "/" not in path], lab)
    if named:
        return _lab_files(named, own, lab, notes)
    depth = min(path.count("/") for path in own)
    return _in_order([path for path in own if path.count("/") == depth], lab, notes)


def begins_with_lab(name: str, lab: str) -> bool:
    """Return whether a file's or folder's name begins with the lab's id, separators and case aside."""
    squashed, wanted = _squash(name), _squash(lab)
    follows = squashed[len(wanted) : len(wanted) + 1]
    # lab1 is not lab10
    return bool(wanted) and squashed.startswith(wanted) and not (wanted[-1].isdigit() and follows.isdigit())


def _named_as_lab(paths: Iterable[str], lab: str) -> list[str]:
    like = [path for path in paths if begins_with_lab(_stem(path), lab)]
    exact = [path for path in like if fold(_stem(path)) == fold(lab)]
    return sorted(exact or like, key=natural_key)


def _lab_files(named: list[str], own: list[str], lab: str, notes: Notes) -> tuple[str, ...]:
    stems = {fold(_stem(path)) for path in named}
    if len(stems) > 1:  # lab01_part1.py, lab01_part2.py: work in pieces
        return _in_order(named, lab, notes)
    main = next((path for path in named if path.lower().endswith(".ipynb")), named[0])
    if len(named) > 1:
        notes.add("two-versions", *named, main=quoted(main))
    others = sorted(set(own) - set(named), key=natural_key)
    if others:
        notes.add("main-file", *others, main=quoted(main))
    return (main,)


def _in_order(paths: list[str], lab: str, notes: Notes) -> tuple[str, ...]:
    ordered = tuple(sorted(paths, key=natural_key))
    if len(ordered) > 1:
        notes.add("several-files", *ordered, lab=lab)
    return ordered


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _stem(path: str) -> str:
    return PurePosixPath(path).stem


def _squash(name: str) -> str:
    return _NOT_IN_IDS.sub("", name.casefold())
