"""`labgrade grade`: a class graded into records and pages."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labgrade.cli.errors import ExitCode, warn
from labgrade.cli.options import (
    AllowMissingLayerOption,
    CourseOption,
    DataRootOption,
    DatasetOption,
    DeviceOption,
    DownloadOption,
    ExecutorOption,
    ExerciseOption,
    JobsOption,
    JsonOption,
    OutOption,
    SeedOption,
)
from labgrade.cli.process import single_threaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labgrade.batch import BatchResult
    from labgrade.intake.model import Entry
    from labgrade.settings import Settings

SCHEMA = "labgrade.grade/1"


def grade(  # noqa: PLR0913 - one parameter an option
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Hand-ins: files, class folders.")],
    *,
    lab: Annotated[
        str | None, typer.Option("--lab", metavar="LAB", help="The lab that all of it is for.")
    ] = None,
    exercise: ExerciseOption = None,
    again: Annotated[
        bool, typer.Option("--again", help="Grade anew, also where an equal record exists.")
    ] = False,
    out: OutOption = None,
    jobs: JobsOption = None,
    seed: SeedOption = None,
    device: DeviceOption = None,
    data: DatasetOption = None,
    data_root: DataRootOption = None,
    download: DownloadOption = False,
    executor: ExecutorOption = None,
    allow_missing_layer: AllowMissingLayerOption = None,
    course: CourseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Grade hand-ins into records and an HTML report.

    A folder given with --lab is a class: each file, zip or subfolder in it is one student's. Without --lab,
    subfolders named as labs are looked for. A run that was killed goes on where it was.
    """
    single_threaded()
    from labgrade.cli.exercises import chosen_exercises
    from labgrade.intake import find_entries
    from labgrade.settings import load_settings

    settings = load_settings(
        {
            "course": course,
            "out": out,
            "jobs": jobs,
            "seed": seed,
            "device": device,
            "dataset": data,
            "data_root": data_root,
            "download": download or None,
            "executor": executor,
            "allow_missing_layers": allow_missing_layer,
        }
    )
    labs = [known.id for known in settings.course.labs]
    entries = find_entries(paths, labs=labs, lab=lab, out=settings.out)
    exercises = chosen_exercises(settings.course, {entry.lab for entry in entries}, exercise or ())
    result = _graded(entries, settings, exercises, again=again, quiet=as_json)
    if as_json:
        document = {"schema": SCHEMA, "submissions": [graded.as_json() for graded in result.graded]}
        sys.stdout.write(json.dumps(document, indent=1) + "\n")
    else:
        _tell(result, limited=bool(exercise))
    _warn(result)
    if result.not_run:
        raise typer.Exit(ExitCode.FAULT)


def _graded(
    entries: Sequence[Entry], settings: Settings, exercises: Sequence[str], *, again: bool, quiet: bool
) -> BatchResult:
    from labgrade.cli.progress import batch_progress

    try:
        with batch_progress(len(entries), quiet=quiet) as progress:
            from labgrade.batch import grade_batch

            return grade_batch(entries, settings, exercises=exercises, again=again, progress=progress)
    except KeyboardInterrupt:
        typer.echo("Interrupted. What was graded is kept; the same command goes on from there.", err=True)
        raise


def _tell(result: BatchResult, *, limited: bool) -> None:
    from labgrade.cli.tables import class_table

    class_table(result.graded)
    typer.echo(f"Report: {result.index}")
    if limited:
        typer.echo("These records hold the chosen exercises only, and are the current ones now.", err=True)


def _warn(result: BatchResult) -> None:
    for line in result.damaged:
        warn(f"{line}; it was passed over.")
    if result.not_run:
        checks = "check was" if result.not_run == 1 else "checks were"
        warn(f"{result.not_run} {checks} not run, by a fault of ours; those marks stay open. Run it again.")
