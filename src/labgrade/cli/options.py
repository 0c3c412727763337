"""Options that commands share, each with one name and one help text.

Values are not checked here: `labgrade.settings` does, for options, environment and course alike.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CourseOption = Annotated[
    Path | None,
    typer.Option(
        "--course",
        metavar="FOLDER",
        help="The course: the folder that holds course.toml.",
        show_default=False,
    ),
]
ExerciseOption = Annotated[
    list[str] | None,
    typer.Option("-k", "--exercise", metavar="EXERCISE", help="Only this exercise (repeatable)."),
]
DatasetOption = Annotated[
    str | None,
    typer.Option(
        "--data", metavar="NAME", help="Data set of the image exercises: digits, mnist, fashion_mnist."
    ),
]
DataRootOption = Annotated[
    str | None,
    typer.Option("--data-root", metavar="FOLDERS", help="Folders searched for data, as in PATH."),
]
DownloadOption = Annotated[
    bool, typer.Option("--download", help="Download the data set where no folder has it.")
]
DeviceOption = Annotated[
    str | None, typer.Option("--device", metavar="cpu|cuda|auto", help="Where student code runs.")
]
JobsOption = Annotated[
    int | None,
    typer.Option("--jobs", metavar="N", help="Submissions graded at one time; as many as cores by default."),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Folder of records and pages; reports by default."),
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", help="The run's secret, a whole number; drawn where not given."),
]
ExecutorOption = Annotated[
    str | None, typer.Option("--executor", metavar="auto|fork|spawn", help="How student code is started.")
]
AllowMissingLayerOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-missing-layer",
        metavar="NAME",
        help="Grade although this is not confined: files, network, process tree, memory (repeatable).",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
