"""The commands by name, loaded only when one of them runs.

`labgrade --help` lists them from this table alone. A command's module is imported when the command
runs, and imports what is heavy (torch, pydantic, pytest) inside its functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from typer._click import Command as ClickCommand
    from typer._click import Context


@dataclass(frozen=True)
class Entry:
    """One command of the command line.

    Attributes:
        name: as typed.
        target: `module:attribute`; a function, or a `typer.Typer` for a group of commands.
        summary: the line in `labgrade --help`.
    """

    name: str
    target: str
    summary: str


COMMANDS = (
    Entry("new", "labgrade.cli.new:new", "Copy a lab's stub and task, to begin working on it."),
    Entry("check", "labgrade.cli.check:check", "Check your own work before you hand it in."),
    Entry("grade", "labgrade.cli.grade:grade", "Grade a class into records and an HTML report."),
    Entry("verify", "labgrade.cli.verify:verify", "Grade again from records and compare."),
    Entry("report", "labgrade.cli.report:report", "Build every page again from the records."),
    Entry("doctor", "labgrade.cli.doctor:doctor", "Show what this machine can do."),
    Entry("author", "labgrade.cli.author:app", "For instructors who write labs."),
)
"""In the order of `--help`. A new command is one line here and a module of its name."""


def load(entry: Entry) -> ClickCommand:
    """Import a command's module and return the command."""
    module, _, attribute = entry.target.partition(":")
    target = getattr(import_module(module), attribute)
    if isinstance(target, typer.Typer):
        return typer.main.get_command(target)
    single = typer.Typer(add_completion=False, rich_markup_mode="rich")
    single.command(entry.name, help=_paragraphs(target.__doc__ or ""))(target)
    return typer.main.get_command(single)


def _paragraphs(doc: str) -> str:
    """Join the lines of each paragraph: typer would keep the source's line ends in the help."""
    return "\n\n".join(" ".join(part.split()) for part in cleandoc(doc).split("\n\n"))


class LazyGroup(TyperGroup):
    """A group whose commands are listed from `COMMANDS` and imported when they run."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for entry in COMMANDS:
            self.add_command(TyperCommand(entry.name, help=entry.summary))

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, ClickCommand | None, list[str]]:
        """Find the command that the arguments name, and import it."""
        name, command, rest = super().resolve_command(ctx, args)
        entry = next((entry for entry in COMMANDS if entry.name == name), None)
        return name, load(entry) if entry else command, rest
