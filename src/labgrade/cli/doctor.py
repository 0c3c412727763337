"""`labgrade doctor`: what this machine can do, and what to do about what it cannot."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import typer

from labgrade.cli.options import CourseOption, DataRootOption, ExecutorOption, JsonOption
from labgrade.cli.process import single_threaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labgrade.diagnosis import Finding

SCHEMA = "labgrade.doctor/1"


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


def _show(findings: Sequence[Finding]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    topic = ""
    for finding in findings:
        if finding.topic != topic:
            topic = finding.topic
            console.print(Text(topic, "bold"))
        console.print(Text.assemble(_sign(finding), f"{finding.name}: {finding.detail}"), soft_wrap=True)
        if finding.advice:
            console.print(Text(f"           → {finding.advice}", "cyan"), soft_wrap=True)
    missing = [finding.name for finding in findings if finding.needed and not finding.ok]
    typer.echo(f"Grading lacks: {', '.join(missing)}." if missing else "All that grading needs is in place.")


def _sign(finding: Finding) -> tuple[str, str]:
    if finding.ok:
        return "  ok       ", "green"
    return ("  missing  ", "yellow") if finding.needed else ("  absent   ", "dim")
