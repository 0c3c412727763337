"""`labgrade new`: a lab's stub and task, copied to where a student works."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labgrade.cli.options import CourseOption


def new(
    lab: Annotated[str, typer.Argument(metavar="LAB", help="Id of the lab, such as lab01_tensors.")],
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="Where to put it; a new folder with the lab's id by default."),
    ] = None,
    *,
    notebook: Annotated[
        bool, typer.Option("--notebook/--module", help="Copy the stub as a notebook or as a Python module.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Copy a lab's stub and task, to begin working on it.

    Nothing is ever overwritten: where another file has the same name, nothing is copied.
    """
    from labgrade.course import find_course
    from labgrade.workspace import start_lab

    chosen = find_course(course).lab(lab)
    started = start_lab(chosen, folder or Path(chosen.id), notebook=notebook)
    typer.echo(f"{chosen.title}: {len(chosen.exercises)} exercises, {chosen.marks} marks.")
    typer.echo(f"Read   {started.task}")
    typer.echo(f"Write  {started.stub}")
    typer.echo(f"Then   labgrade check {started.stub}")
