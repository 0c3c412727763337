"""`labgrade verify`: marks reproduced from records and stored bytes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labgrade.cli.errors import ExitCode
from labgrade.cli.options import (
    AllowMissingLayerOption,
    CourseOption,
    DataRootOption,
    DownloadOption,
    ExecutorOption,
    JsonOption,
)
from labgrade.cli.process import single_threaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labgrade.verify import Comparison

SCHEMA = "labgrade.verify/1"


def verify(  # noqa: PLR0913 - one parameter an option
    path: Annotated[
        Path, typer.Argument(metavar="RECORD|DIR", help="A record's file, or a folder of reports.")
    ],
    *,
    data_root: DataRootOption = None,
    download: DownloadOption = False,
    executor: ExecutorOption = None,
    allow_missing_layer: AllowMissingLayerOption = None,
    course: CourseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Grade again from records and the bytes kept beside them, and compare.

    Exit code 1 where a mark differs or a record was changed, 2 where a record is of an unknown lab, 3 where
    a check could not be run.
    """
    single_threaded()
    from labgrade.settings import load_settings
    from labgrade.verify import verify_records

    settings = load_settings(
        {
            "course": course,
            "data_root": data_root,
            "download": download or None,
            "executor": executor,
            "allow_missing_layers": allow_missing_layer,
        }
    )
    comparisons = verify_records(path, settings, told=None if as_json else _tell)
    if as_json:
        document = {"schema": SCHEMA, "records": [comparison.as_json() for comparison in comparisons]}
        sys.stdout.write(json.dumps(document, indent=1) + "\n")
    else:
        same = sum(comparison.same for comparison in comparisons)
        typer.echo(f"{same} of {len(comparisons)} records verified.")
    if code := _code(comparisons):
        raise typer.Exit(code)


def _code(comparisons: Sequence[Comparison]) -> int:
    """Return the exit code: what is wrong with marks before what could not be compared."""
    if any(comparison.differs for comparison in comparisons):
        return ExitCode.NO
    if any(comparison.state == "unknown lab" for comparison in comparisons):
        return ExitCode.USAGE
    return ExitCode.DONE if all(comparison.same for comparison in comparisons) else ExitCode.FAULT


def _tell(comparison: Comparison) -> None:
    from labgrade.intake.names import visible

    state = comparison.state if comparison.same else comparison.state.upper()
    typer.echo(f"{state}  {visible(str(comparison.path), 300)}")
    for line in comparison.why:
        typer.echo(f"    {visible(line, 400)}")
