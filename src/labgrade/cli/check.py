"""`labgrade check`: a student's self-check."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labgrade.cli.errors import ExitCode
from labgrade.cli.grade import single_threaded
from labgrade.cli.options import CourseOption, DataRootOption, DatasetOption, DeviceOption, ExecutorOption, JsonOption

if TYPE_CHECKING:
    from labgrade.record.model import GradeRecord
    from labgrade.selfcheck import SelfCheck

SCHEMA = "labgrade.check/1"


def check(  # noqa: PLR0913 - one parameter an option
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Your file, notebook, folder or zip.")],
    *,
    exercise: Annotated[
        list[str] | None, typer.Option("-k", "--exercise", metavar="EXERCISE", help="Only this exercise (repeatable).")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Check again after every save, until Ctrl-C.")] = False,
    lab: Annotated[str | None, typer.Option("--lab", metavar="LAB", help="The lab, where its name does not say.")] = None,
    device: DeviceOption = None,
    data: DatasetOption = None,
    data_root: DataRootOption = None,
    executor: ExecutorOption = None,
    course: CourseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check your own work before you hand it in.

    Runs the visible checks only, and says how many hidden ones run at grading. Exit code 0 where all
    visible checks passed, 1 where not.
    """
    single_threaded()
    from labgrade.cli.exercises import chosen_exercises
    from labgrade.intake import find_entries
    from labgrade.settings import load_settings

    settings = load_settings(
        {"course": course, "device": device, "dataset": data, "data_root": data_root, "executor": executor}
    )
    entry = find_entries([path], labs=[known.id for known in settings.course.labs], lab=lab, one=True)[0]
    exercises = chosen_exercises(settings.course, [entry.lab], exercise or ())
    from labgrade.selfcheck import self_check

    code = self_check(entry, settings, exercises, lambda checks: _run(checks, path, watch=watch, as_json=as_json))
    if code:
        raise typer.Exit(code)


def _run(checks: SelfCheck, path: Path, *, watch: bool, as_json: bool) -> int:
    if checks.missing and not as_json:
        missing = ", ".join(checks.missing)
        typer.echo(f"Note: this machine does not confine {missing} of your code; for a self-check that is fine.", err=True)
    code = _once(checks, as_json=as_json)
    if watch:
        from labgrade.selfcheck import saves

        typer.echo(f"Watching {path}; Ctrl-C ends it.", err=True)
        for _ in saves(path):
            if sys.stdout.isatty():
                typer.clear()
            code = _once(checks, as_json=as_json)
    return code


def _once(checks: SelfCheck, *, as_json: bool) -> int:
    started = time.perf_counter()
    record = checks.run()
    if as_json:
        sys.stdout.write(json.dumps(_document(record), indent=1) + "\n")
    else:
        from labgrade.cli.feedback import show

        show(record, checks.lab, time.perf_counter() - started)
    outcomes = [check.outcome for exercise in record.exercises for check in exercise.checks]
    if "not_run" in outcomes:
        return ExitCode.FAULT
    return ExitCode.DONE if all(outcome == "passed" for outcome in outcomes) else ExitCode.NO


def _document(record: GradeRecord) -> dict[str, object]:
    plain = record.model_dump(mode="json", by_alias=True)
    return {"schema": SCHEMA, **{name: plain[name] for name in ("lab", "score", "max_score", "findings", "exercises")}}
