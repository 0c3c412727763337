"""The frame of the command line: global options, and what every ending becomes.

Exit codes: 0 done, 1 the command's own "no" (a check did not pass, marks differ, a stub drifted),
2 something the caller can put right, 3 a fault of labgrade or of the machine, 130 interrupted.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from labgrade import __version__
from labgrade.cli.commands import LazyGroup
from labgrade.cli.errors import ExitCode, explain, report_fault
from labgrade.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

EPILOG = "Exit codes: 0 done, 1 not passed or different, 2 wrong use, 3 a fault of ours, 130 interrupted."

app = typer.Typer(cls=LazyGroup, no_args_is_help=True, rich_markup_mode="rich", epilog=EPILOG)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer passes the flag by position
    if wanted:
        typer.echo(f"labgrade {__version__}")
        raise typer.Exit


@app.callback()
def labgrade(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Grade PyTorch lab exercises, and check your own before you hand them in."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: without the program's name; those of the process by default.
    """
    command = typer.main.get_command(app)
    try:
        command(args=arguments, prog_name="labgrade")
    except SystemExit as end:
        return _code(end)
    except UserError as error:
        explain(error)
        return ExitCode.USAGE
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the one place where a fault of our own ends
        report_fault(error)
        return ExitCode.FAULT
    return ExitCode.DONE


def _code(end: SystemExit) -> int:
    if end.code is None:
        return ExitCode.DONE
    if isinstance(end.code, int):
        return end.code
    sys.stderr.write(f"{end.code}\n")
    return ExitCode.NO
