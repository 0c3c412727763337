# ruff: noqa: INP001, T201 - a script beside the pages
"""Writes the generated parts of docs/reference.md again: commands and settings, from the code.

.venv/bin/python docs/make_reference.py            write
.venv/bin/python docs/make_reference.py --check    say whether the page is up to date; exit 1 where not
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labgrade.cli.commands import COMMANDS, load
from labgrade.settings import SETTINGS

PAGE = Path(__file__).resolve().parent / "reference.md"


def main() -> None:
    """Write the page, or with `--check` compare it."""
    text = PAGE.read_text(encoding="utf-8")
    fresh = with_parts(text)
    if "--check" in sys.argv[1:]:
        sys.exit(None if fresh == text else "docs/reference.md is out of date: python docs/make_reference.py")
    PAGE.write_text(fresh, encoding="utf-8", newline="\n")
    print(PAGE)


def with_parts(text: str) -> str:
    """Return the page with its generated parts as the code has them now."""
    for name, lines in (("commands", commands()), ("settings", settings())):
        between = re.compile(rf"(<!-- {name}: generated -->\n).*?(<!-- end -->)", re.DOTALL)
        part = "\n".join(lines)
        found = between.search(text)
        if found is None:
            sys.exit(f"docs/reference.md has no place for the {name}")
        text = f"{text[: found.start()]}{found[1]}{part}\n{found[2]}{text[found.end() :]}"
    return text


def commands() -> Iterator[str]:
    """Yield a section a command."""
    for entry in COMMANDS:
        command = load(entry)
        inner: dict[str, Any] = getattr(command, "commands", {})
        for name, sub in inner.items() if inner else ((None, command),):
            yield from _command(f"{entry.name} {name}" if name else entry.name, sub)


def _command(name: str, command: Any) -> Iterator[str]:
    arguments = [p for p in command.params if not _is_option(p)]
    usage = " ".join(p.metavar if p.required else f"[{p.metavar}]" for p in arguments)
    yield f"\n### labgrade {name}\n"
    yield f"    labgrade {name} {usage}".rstrip() + " [options]\n"
    yield f"{command.help}\n"
    yield "| | |\n|---|---|"
    for parameter in command.params:
        yield f"| {_spelling(parameter)} | {_cell(parameter.help)} |"


def _is_option(parameter: Any) -> bool:
    return bool(parameter.opts[0].startswith("-"))


def _spelling(parameter: Any) -> str:
    if not _is_option(parameter):
        return f"`{_cell(parameter.metavar)}`"
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    return names if parameter.is_flag else f"{names} `{_cell(parameter.metavar)}`"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def settings() -> Iterator[str]:
    """Yield the table of settings."""
    yield "| option | variable | key in `course.toml` | what |\n|---|---|---|---|"
    for setting in SETTINGS:
        key = f"`{setting.key}`" if setting.key else "–"
        yield f"| `{setting.option}` | `{setting.variable}` | {key} | {setting.meaning} |"


if __name__ == "__main__":
    main()
