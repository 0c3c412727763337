"""Errors as people see them: one clear message on standard error, and a TIP with the next step."""

from __future__ import annotations

import enum
import os
import sys
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labgrade.errors import UserError

DEBUG_VARIABLE = "LABGRADE_DEBUG"


class ExitCode(enum.IntEnum):
    """The exit codes that every command shares."""

    DONE = 0
    NO = 1
    USAGE = 2
    FAULT = 3
    INTERRUPTED = 130


def explain(error: UserError) -> None:
    """Print what is wrong and where, and what to do next, on standard error."""
    where = f"{error.where}: " if error.where else ""
    _print_line("labgrade", f"{where}{error.what}", "bold red")
    if error.next_step:
        _print_line("TIP", error.next_step, "bold cyan")


def report_fault(error: Exception) -> None:
    """Print that labgrade itself failed; the traceback only where `LABGRADE_DEBUG` is set."""
    _print_line("labgrade", f"a fault of labgrade itself: {type(error).__name__}: {error}", "bold red")
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(error)
        return
    tip = f"Please report it with what {DEBUG_VARIABLE}=1 in the environment adds to this message."
    _print_line("TIP", tip, "bold cyan")


def warn(text: str) -> None:
    """Print one line about something that does not stop the command, on standard error."""
    _print_line("warning", text, "bold yellow")


def printable(text: str) -> str:
    """Return the text with control characters escaped, fit for a terminal.

    Paths and messages may hold what a student wrote.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _print_line(label: str, text: str, style: str) -> None:
    from rich.console import Console
    from rich.text import Text

    line = Text.assemble((f"{label}:", style), f" {printable(text)}")
    Console(file=sys.stderr).print(line, soft_wrap=True)
