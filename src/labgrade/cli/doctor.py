"""`labgrade doctor`: what this machine can do, and what to do about what it cannot."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import typer

from labgrade.cli.grade import single_threaded
from labgrade.cli.options import CourseOption, DataRootOption, ExecutorOption, JsonOption

if TYPE_CHECKING:
    from labgrade.diagnosis import Finding

SCHEMA = "labgrade.doctor/1"
_SIGNS = {True: ("ok", "green"), False: ("missing", "yellow")}


def doctor(
    *,
    executor: ExecutorOption = None,
    data_root: DataRootOption = None,
    course: CourseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show torch, device, isolation layers and data sets, and what to do about what is missing.

    Each isolation layer is probed by trying the forbidden act in a throw-away process.
    """
    single_threaded()
    from labgrade.diagnosis import diagnose
    from labgrade.settings import load_settings

    settings = load_settings({"executor": executor, "data_root": data_root, "course": course})
    findings = diagnose(settings)
    if as_json:
        document = {"schema": SCHEMA, "findings": [finding.as_json() for finding in findings]}
        sys.stdout.write(json.dumps(document, indent=1) + "\n")
    else:
        _show(findings)


def _show(findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    topic = ""
    for finding in findings:
        if finding.topic != topic:
            topic = finding.topic
            console.print(Text(topic, "bold"))
        sign, style = _SIGNS[finding.ok]
        console.print(Text.assemble((f"  {sign:8}", style), f"{finding.name}: {finding.detail}"), soft_wrap=True)
        if finding.advice:
            console.print(Text(f"          → {finding.advice}", "cyan"), soft_wrap=True)
    missing = sum(not finding.ok for finding in findings)
    typer.echo("Everything is in place." if not missing else f"{missing} of {len(findings)} things are missing.")
