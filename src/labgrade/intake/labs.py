"""Which lab a path is for, told from names."""

from __future__ import annotations

import os
import re
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from labgrade.errors import UserError
from labgrade.intake import sniff
from labgrade.intake.choose import begins_with_lab
from labgrade.intake.members import RUNNABLE, is_junk
from labgrade.intake.names import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = re.compile(r"(?<![a-z])lab[\s_-]*0*(\d{1,6})(?!\d)", re.IGNORECASE | re.ASCII)
_LOOKED_AT = 10_000


def absolute(path: Path) -> Path:
    """Return the path from the root, without `.` and `..`, links not followed."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links


def require_lab(lab: str, labs: Sequence[str]) -> str:
    """Return `lab`; raises UserError where the course has no such lab."""
    if lab not in labs:
        raise UserError(f'There is no lab "{lab}".', "--lab", f"The labs are: {', '.join(labs) or 'none'}.")
    return lab


def lab_of_name(name: str, labs: Sequence[str]) -> str | None:
    """Return the one lab that a file's or folder's name means ("lab1 (2).ipynb"), or None."""
    full = [lab for lab in labs if begins_with_lab(name, lab)]
    if full:
        return max(full, key=len)
    number = _number(name)
    same = [lab for lab in labs if number is not None and _number(lab) == number]
    return same[0] if len(same) == 1 else None


def lab_of_one(path: Path, labs: Sequence[str]) -> str:
    """Return the lab of a single hand-in: by the folder it is in, its name, or the files in it.

    Raises:
        UserError: where none of these names exactly one lab.
    """
    place = absolute(path)
    if place.parent.name in labs:
        return place.parent.name
    named = lab_of_name(place.name, labs)
    if named is not None:
        return named
    inside = _labs_inside(path, labs)
    if len(inside) == 1:
        return inside.pop()
    if place.parent.parent.name in labs:  # one file of a folder that was handed in
        return place.parent.parent.name
    raise _unknown_lab(path, labs)


def _unknown_lab(path: Path, labs: Sequence[str]) -> UserError:
    return UserError(
        "It cannot be told which lab this is for: neither its name nor its folder's is one of the labs.",
        visible(str(path), 300),
        f"Say it with --lab; the labs are: {', '.join(labs) or 'none'}.",
    )


def _labs_inside(folder: Path, labs: Sequence[str]) -> set[str]:
    try:
        if folder.is_symlink():
            return set()
        with os.scandir(folder) as found:
            names = [entry.name for entry in islice(found, _LOOKED_AT)]
    except OSError:
        return set()
    runnable = (name for name in names if sniff.suffix(name) in RUNNABLE and not is_junk(name))
    return {lab for name in runnable if (lab := lab_of_name(name, labs)) is not None}


def _number(name: str) -> int | None:
    match = _NUMBER.search(name)
    return int(match[1]) if match else None
