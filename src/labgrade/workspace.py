"""Where a student begins: copies of a lab's stub and task, never over a file that is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from labgrade.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from labgrade.course import Lab


@dataclass(frozen=True)
class Started:
    """What a student begins with: the stub to fill in, and the task to read."""

    stub: Path
    task: Path


def start_lab(lab: Lab, folder: Path, *, notebook: bool = False) -> Started:
    """Copy a lab's stub and task into a folder, which is made where it does not exist.

    A file that is already there with the same content is left alone.

    Args:
        lab: the lab to begin.
        folder: where to put the copies.
        notebook: copy the stub as a notebook instead of a module.

    Raises:
        UserError: where another file has one of the names (then nothing is copied), the course lacks
            the lab's stub, or the folder cannot be written.
    """
    stub = lab.stub_notebook if notebook else lab.stub_module
    copies = {folder / source.name: _read(source, lab) for source in (stub, lab.task)}
    for path, data in copies.items():
        _refuse_overwriting(path, data)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, data in copies.items():
            _write_new(path, data)
    except OSError as error:
        raise UserError(
            f"cannot write here ({error.strerror})", str(folder), "Give another folder."
        ) from error
    return Started(folder / stub.name, folder / lab.task.name)


def _read(source: Path, lab: Lab) -> bytes:
    try:
        return source.read_bytes()
    except OSError as error:
        next_step = f"Whoever looks after the course runs: labgrade author build {lab.id}"
        raise UserError(f"the course lacks this file of {lab.id}", str(source), next_step) from error


def _refuse_overwriting(path: Path, data: bytes) -> None:
    occupied = path.exists() or path.is_symlink()
    if occupied and not (path.is_file() and path.read_bytes() == data):
        raise UserError(
            "there is already a file of that name, and it is not overwritten",
            str(path),
            "Give another folder, or move that file away first.",
        )


def _write_new(path: Path, data: bytes) -> None:
    if not path.exists():
        with path.open("xb") as file:
            file.write(data)
