"""The submission's files as numbered lines, and the way from a finding to its line."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from labgrade.reports.text import visible

MAX_FILES = 30
MAX_LINES = 4_000
"""Lines shown of all files together."""
MAX_LINE = 500
"""Characters shown of a line."""
MAX_BYTES = 4 * 1024 * 1024
"""Bytes of a file that are looked at."""

_CELL = re.compile(r"(?:(?P<path>.*) )?cell (?P<cell>\d{1,6})(?:, line (?P<line>\d{1,6}))?")
_LINE = re.compile(r"(?P<path>.*):(?P<line>\d{1,6})")
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """Lines that are numbered together: a module, or one code cell.

    Attributes:
        anchor: id of the block in the page; a line's is `{anchor}-L{number}`.
        cell: number of the code cell, from 1, or None for a module.
        lines: fit to be shown.
        more: lines that were left out at the end.
    """

    anchor: str
    cell: int | None
    lines: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True)
class CodeFile:
    """One file of a submission.

    Attributes:
        path: its path in the submission, fit to be shown.
        blocks: its code; empty for data files.
        note: what is to be said instead of, or before, the code.
    """

    path: str
    blocks: tuple[Block, ...]
    note: str = ""


@dataclass(frozen=True)
class CodeView:
    """All files of a submission, those that ran first."""

    files: tuple[CodeFile, ...] = ()

    def anchor_of(self, where: str | None) -> str:
        """Return the id of the line that "lab01.py:12" or "cell 3, line 2" names; "" where none is shown."""
        found = _CELL.fullmatch(where or "") or _LINE.fullmatch(where or "")
        if found is None:
            return ""
        parts = found.groupdict()
        cell = int(parts["cell"]) if parts.get("cell") else None
        for block in self._blocks(visible(parts["path"] or ""), cell):
            line = int(parts["line"]) if parts["line"] else 1
            return f"{block.anchor}-L{line}" if 1 <= line <= len(block.lines) else ""
        return ""

    def _blocks(self, path: str, cell: int | None) -> list[Block]:
        files = [f for f in self.files if path in ("", f.path, PurePosixPath(f.path).name)]
        return [block for file in files for block in file.blocks if block.cell == cell]


def code_view(files: Sequence[tuple[str, bytes]], entries: Sequence[str] = ()) -> CodeView:
    """Return a submission's (path, bytes) pairs for a page: entries first, then the rest by path."""
    order = {path: place for place, path in enumerate(entries)}
    ranked = sorted(files, key=lambda file: (order.get(file[0], len(order)), file[0]))
    budget, views = MAX_LINES, []
    for place, (path, data) in enumerate(ranked[:MAX_FILES], 1):
        view = _file(f"f{place}", path, data, budget)
        budget -= sum(len(block.lines) for block in view.blocks)
        views.append(view)
    if len(ranked) > MAX_FILES:
        views.append(CodeFile(f"{len(ranked) - MAX_FILES} more files", (), "Not shown."))
    return CodeView(tuple(views))


def _file(anchor: str, path: str, data: bytes, budget: int) -> CodeFile:
    name = visible(path)
    if not path.endswith((".py", ".ipynb")):
        return CodeFile(name, (), f"{len(data):,} bytes, not shown.")
    if len(data) > MAX_BYTES:
        return CodeFile(name, (), f"{len(data):,} bytes, too long to be shown.")
    text = decoded(data)
    if path.endswith(".py"):
        return CodeFile(name, (_block(anchor, None, text, budget),))
    cells = _cells(text)
    if cells is None:
        return CodeFile(name, (_block(anchor, None, text, budget),), "Not a readable notebook; its raw text:")
    blocks = []
    for number, source in enumerate(cells, 1):
        blocks.append(_block(f"{anchor}-c{number}", number, source, budget))
        budget -= len(blocks[-1].lines)
    return CodeFile(name, tuple(blocks), "" if blocks else "A notebook without code cells.")


def _block(anchor: str, cell: int | None, text: str, budget: int) -> Block:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    kept = lines[: max(budget, 0)]
    return Block(anchor, cell, tuple(visible(_cut(line)) for line in kept), len(lines) - len(kept))


def _cut(line: str) -> str:
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}… ({len(line):,} characters)"


def decoded(data: bytes) -> str:
    """Decode a source file as Python would, and where that fails, in some way that shows it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _declared(data)


def _declared(data: bytes) -> str:
    cookie = _COOKIE.search(b"\n".join(data.split(b"\n", 2)[:2])[:400])
    try:
        return data.decode(cookie[1].decode("ascii") if cookie else "latin-1", "replace")
    except (LookupError, ValueError, UnicodeError):
        return data.decode("latin-1")


def _cells(text: str) -> list[str] | None:
    """Return the sources of a notebook's code cells, or None where it is no notebook."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        return None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        return None
    return [_source(cell) for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    parts = source if isinstance(source, list) else [source]
    return "".join(part for part in parts if isinstance(part, str))
