"""`labgrade check`: a student's self-check."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labgrade.cli.errors import ExitCode
from labgrade.cli.options import (
    CourseOption,
    DataRootOption,
    DatasetOption,
    DeviceOption,
    DownloadOption,
    ExecutorOption,
    ExerciseOption,
    JsonOption,
)
from labgrade.cli.process import single_threaded
from labgrade.errors import UserError

if TYPE_CHECKING:
    from labgrade.record.model import GradeRecord
    from labgrade.selfcheck import SelfCheck

SCHEMA = "labgrade.check/1"
_PRINTED = ("lab", "score", "max_score", "findings", "exercises")


def check(  # noqa: PLR0913 - one parameter an option
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Your file, notebook, folder or zip.")],
    *,
    exercise: ExerciseOption = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again after every save, until Ctrl-C.")
    ] = False,
    lab: Annotated[
        str | None, typer.Option("--lab", metavar="LAB", help="The lab, where its name does not say.")
    ] = None,
    device: DeviceOption = None,
    data: DatasetOption = None,
    data_root: DataRootOption = None,
    download: DownloadOption = False,
    executor: ExecutorOption = None,
    course: CourseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check your own work before you hand it in.

    Runs the visible checks only, and says how many hidden ones run at grading. Exit code 0 where all
    visible checks passed, 1 where not.
    """
    if watch and as_json:
        raise UserError("--json prints one document, --watch many", "--watch", "Leave one of the two out.")
    single_threaded()
    from labgrade.cli.exercises import chosen_exercises
    from labgrade.intake import find_entries
    from labgrade.settings import load_settings

    settings = load_settings(
        {
            "course": course,
            "device": device,
            "dataset": data,
            "data_root": data_root,
            "download": download or None,
            "executor": executor,
        }
    )
    labs = [known.id for known in settings.course.labs]
    entry = find_entries([path], labs=labs, lab=lab, one=True)[0]
    exercises = chosen_exercises(settings.course, [entry.lab], exercise or ())
    from labgrade.selfcheck import self_check

    run = _watch if watch else _print if as_json else _show
    code = self_check(entry, settings, exercises, lambda checks: run(checks, path))
    if code:
        raise typer.Exit(code)


def _print(checks: SelfCheck, _path: Path) -> int:
    record = checks.run()
    plain = record.model_dump(mode="json", by_alias=True)
    document = {"schema": SCHEMA} | {name: plain[name] for name in _PRINTED}
    sys.stdout.write(json.dumps(document, indent=1) + "\n")
    return _code(record)


def _show(checks: SelfCheck, _path: Path, *, clear: bool = False) -> int:
    from labgrade.cli.feedback import show

    _note_missing(checks)
    record = _run(checks)
    show(record, checks.lab, clear=clear)
    return _code(record)


def _run(checks: SelfCheck) -> GradeRecord:
    from labgrade.cli.progress import exercise_progress

    with exercise_progress() as told:
        return checks.run(told)


def _note_missing(checks: SelfCheck) -> None:
    if missing := ", ".join(checks.missing()):
        note = f"Note: this machine does not confine {missing} of your code; for a self-check that is fine."
        typer.echo(note, err=True)


def _watch(checks: SelfCheck, path: Path) -> int:
    from labgrade.cli.feedback import show
    from labgrade.selfcheck import saves

    saved = saves(path)  # begun before the first check, so that a save during it is not missed
    code = _show(checks, path, clear=True)
    typer.echo(f"Watching {path}; Ctrl-C ends it.", err=True)
    with contextlib.suppress(KeyboardInterrupt):
        for _ in saved:
            record = _run(checks)
            code = _code(record)  # before it is shown: who reads it may interrupt at once
            show(record, checks.lab, clear=True)
    return code


def _code(record: GradeRecord) -> int:
    outcomes = {check.outcome for exercise in record.exercises for check in exercise.checks}
    if "not_run" in outcomes:
        return ExitCode.FAULT
    return ExitCode.DONE if outcomes == {"passed"} else ExitCode.NO
