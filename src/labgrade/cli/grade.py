"""`labgrade grade`: a class graded into records and pages."""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labgrade.cli.errors import ExitCode
from labgrade.cli.options import (
    AllowMissingLayerOption,
    CourseOption,
    DataRootOption,
    DatasetOption,
    DeviceOption,
    ExecutorOption,
    JobsOption,
    JsonOption,
    OutOption,
    SeedOption,
)

if TYPE_CHECKING:
    from labgrade.batch import BatchResult

SCHEMA = "labgrade.grade/1"
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def grade(  # noqa: PLR0913 - one parameter an option
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Hand-ins: files, class folders.")],
    *,
    lab: Annotated[str | None, typer.Option("--lab", metavar="LAB", help="The lab that all of it is for.")] = None,
    exercise: Annotated[
        list[str] | None, typer.Option("-k", "--exercise", metavar="EXERCISE", help="Only this exercise (repeatable).")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Grade anew, also where an equal record exists.")] = False,
    out: OutOption = None,
    jobs: JobsOption = None,
    seed: SeedOption = None,
    device: DeviceOption = None,
    data: DatasetOption = None,
    data_root: DataRootOption = None,
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
    from labgrade.cli.progress import batch_progress
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
            "executor": executor,
            "allow_missing_layers": allow_missing_layer,
        }
    )
    labs = [known.id for known in settings.course.labs]
    entries = find_entries(paths, labs=labs, lab=lab, out=settings.out)
    exercises = chosen_exercises(settings.course, {entry.lab for entry in entries}, exercise or ())
    from labgrade.batch import grade_batch

    with batch_progress(len(entries), quiet=as_json) as progress:
        result = grade_batch(entries, settings, exercises=exercises, again=again, progress=progress)
    if as_json:
        write_json(result)
    else:
        _tell(result)
    if result.not_run:
        raise typer.Exit(ExitCode.FAULT)


def single_threaded() -> None:
    """Keep this process, which will import torch and fork, on one thread, and its libraries' warnings quiet."""
    for name in THREAD_VARIABLES:
        os.environ[name] = "1"
    warnings.filterwarnings("ignore", module=r"(torch|torchvision)\b.*")


def write_json(result: BatchResult) -> None:
    """Print the run as the one JSON document that scripts read."""
    document = {"schema": SCHEMA, "submissions": [graded.as_json() for graded in result.graded]}
    sys.stdout.write(json.dumps(document, indent=1) + "\n")


def _tell(result: BatchResult) -> None:
    from labgrade.cli.tables import class_table

    class_table(result.graded)
    typer.echo(f"Report: {result.index}")
    if result.not_run:
        checks = "check was" if result.not_run == 1 else "checks were"
        typer.echo(f"{result.not_run} {checks} not run, by a fault of ours; those marks stay open. Run it again.", err=True)


