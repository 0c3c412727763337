"""The pages, and the code blocks on them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
PAGES = [
    *(REPOSITORY / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md")),
    *sorted(DOCS.rglob("*.md")),
]

_FENCE = re.compile(r"^```(?P<info>[^\n`]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that it is part of (`file=…`) or "", and its text."""

    language: str
    file: str
    text: str


def name_of(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> list[Block]:
    """Every fenced block of a page, in order."""
    found = []
    for match in _FENCE.finditer(text_of(page)):
        language, _, rest = match["info"].strip().partition(" ")
        found.append(Block(language, rest.removeprefix("file="), match["text"]))
    return found


def files(page: Path) -> dict[str, str]:
    """The files that a page's blocks make; blocks of one file follow each other."""
    made: dict[str, list[str]] = {}
    for block in blocks(page):
        if block.file:
            made.setdefault(block.file, []).append(block.text)
    return {name: "\n\n".join(parts) for name, parts in made.items()}


def console_lines(page: Path) -> list[str]:
    """Command lines of a page's `console` blocks: prompts taken off, output and comments left out."""
    lines = [
        line for block in blocks(page) if block.language == "console" for line in block.text.splitlines()
    ]
    commands = (line.removeprefix("$ ").partition("  #")[0].strip() for line in lines if _is_command(line))
    return [command for command in commands if command]


def _is_command(line: str) -> bool:
    return line.startswith(("$ ", "labgrade ", "pytest ", "make ", "pip ", "pipx "))
