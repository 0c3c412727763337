"""`labgrade author`: for instructors who write labs."""

from __future__ import annotations

from typing import Annotated

import typer

from labgrade.cli.options import CourseOption

app = typer.Typer(name="author", add_completion=False, no_args_is_help=True, rich_markup_mode="rich")


@app.callback()
def author() -> None:
    """For instructors who write labs."""


@app.command()
def build(
    labs: Annotated[
        list[str] | None, typer.Argument(metavar="LAB", help="Labs to build; all of the course by default.")
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 where a stub has drifted from its source.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Write the stubs of labs, module and notebook, from reference_solutions/LAB.py."""
    from labgrade.authoring.build import generated_files
    from labgrade.course import find_course

    drifted = [
        file
        for lab in find_course(course).select(labs or [])
        for file in generated_files(lab)
        if not file.up_to_date
    ]
    for file in drifted:
        typer.echo(f"{'drifted' if check else 'wrote'}: {file.path}")
        if not check:
            file.write()
    if check and drifted:
        typer.echo("Run: labgrade author build")
        raise typer.Exit(1)
