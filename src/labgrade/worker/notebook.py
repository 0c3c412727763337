"""Notebooks: code cells by shape rather than by schema, and IPython's own syntax made plain Python.

Outputs, metadata and everything else a notebook carries are dropped. Cells are numbered among the code
cells, from 1, empty ones included: what a student counts on the screen.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from labgrade.worker.executor import LoadFinding
from labgrade.worker.source import Source, Unit, decode
from labgrade.worker.tracebacks import clean, place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.inputtransformer2 import TransformerManager

RUN_MAGICS: Final = frozenset(
    {"time", "timeit", "prun", "memit", "mprun", "lprun", "pyinstrument", "snakeviz"}
)
"""Line and cell magics that run Python code and measure something; the code runs, once."""

_BODY_MAGICS: Final = RUN_MAGICS | {"capture", "debug", "scalene", "heat", "wandb"}
_OPTIONS: Final = re.compile(r"\A(?:\s*(?:-[nrpDTsl]\s*\d+|-[a-zA-Z]+)(?=\s|\Z))*\s*")
_CELL_MAGIC: Final = re.compile(r"\s*%%(!|\w+)[ \t]*(.*)")
_CALL: Final = re.compile(r"get_ipython\(\)\.(\w+)\(['\"](\w*)")
_LINES_A_CELL: Final = 50_000  # IPython reads all lines again for each magic: this many lines in all
_SHOWN: Final = 5  # commands that a finding names
_KINDS: Final = {
    "magic": "IPython commands do nothing while grading",
    "shell": "Shell commands are not run while grading; needed packages must be among those installed here",
    "help": "Help requests do nothing while grading",
    "cell-magic": "Cells in another language, or that write files, are not run while grading",
}


class Plain(NamedTuple):
    """A cell as plain Python, and the IPython syntax that was in it, as (kind, what)."""

    code: str
    used: tuple[tuple[str, str], ...]


def read_notebook(path: str, data: bytes, *, alone: bool) -> Source:
    """Read the code cells of a notebook, of any format version that keeps cells in a list.

    Args:
        path: relative path of the notebook.
        data: its bytes.
        alone: whether it is the only file that runs; then cells are called just "cell 3".
    """
    text, findings = decode(path, data)
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as error:
        return Source(
            (), (*findings, _broken(path, f"{error.msg} at line {error.lineno}, column {error.colno}"))
        )
    except (ValueError, RecursionError) as error:
        return Source((), (*findings, _broken(path, clean(str(error), 200))))
    cells = _cells(notebook)
    if cells is None:
        return Source((), (*findings, _broken(path, "it has no list of cells")))
    units, used = [], []
    for number, raw in enumerate(_code_of(cells), start=1):
        label = f"cell {number}" if alone else f"{path} cell {number}"
        code, found = plain_python(raw)
        units.append(Unit(label, code, label, path))
        used += [(kind, what, label) for kind, what in found]
    return Source(tuple(units), (*findings, *_kernel_finding(path, notebook), *_magic_findings(used)))


def _broken(path: str, why: str) -> LoadFinding:
    return LoadFinding(
        "notebook-broken",
        f"This notebook cannot be read: {why}. Open it in Jupyter, save it, and hand it in again.",
        path,
    )


def _cells(notebook: Any) -> list[Any] | None:
    """The list of cells of format 4 (`cells`), 3 (`worksheets`), or of whatever looks like one."""
    if not isinstance(notebook, dict):
        return None
    for holder in (notebook, *(value for value in notebook.values() if isinstance(value, dict))):
        if isinstance(holder.get("cells"), list):
            return list(holder["cells"])
    sheets = notebook.get("worksheets")
    if not isinstance(sheets, list):
        return None
    return [cell for sheet in sheets if isinstance(sheet, dict) for cell in _cells(sheet) or ()]


def _code_of(cells: list[Any]) -> Iterator[str]:
    for cell in cells:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            yield _source_text(cell.get("source", cell.get("input")))


def _source_text(source: Any) -> str:
    """Source of a cell, which is a string or a list of strings."""
    parts = source if isinstance(source, list) else [source]
    text = "".join(part for part in parts if isinstance(part, str))
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _kernel_finding(path: str, notebook: dict[str, Any]) -> tuple[LoadFinding, ...]:
    language = _at(notebook, "metadata", "kernelspec", "language") or _at(
        notebook, "metadata", "language_info", "name"
    )
    if not isinstance(language, str) or language.lower() in {"", "python", "ipython", "python3"}:
        return ()
    say = f"This notebook says that its language is {clean(language, 40)}; its cells were read as Python."
    return (LoadFinding("kernel", say, path),)


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _magic_findings(used: list[tuple[str, str, str]]) -> Iterator[LoadFinding]:
    """One finding a kind, with the first few commands, at the first cell that has one."""
    for kind, say in _KINDS.items():
        mine = [(what, label) for found, what, label in used if found == kind]
        if mine:
            names = list(dict.fromkeys(clean(what, 60) for what, _ in mine))
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            yield LoadFinding(kind, f"{say}: {', '.join(names[:_SHOWN])}{more}.", place(mine[0][1], None))


def plain_python(code: str) -> Plain:
    """Turn IPython syntax into plain Python with the same line numbers. Never raises.

    Magics and `!` lines become calls of `get_ipython()`, which do nothing (but those in `RUN_MAGICS` run
    their code). `%%time` and the like keep the cell's body; any other cell magic empties the cell.
    """
    lines = code.split("\n")
    for number, line in enumerate(lines):
        magic = _CELL_MAGIC.fullmatch(line)
        if magic is None:
            if line.strip():
                break
            continue
        if magic[1] not in _BODY_MAGICS:
            return Plain("", (("cell-magic", f"%%{magic[1]}"),))
        lines[number] = _first_line(magic[1], magic[2])
    code = "\n".join(lines)
    return Plain(code, ()) if _is_python(code) else _transformed(code)


def _first_line(magic: str, line: str) -> str:
    """What the line of a cell magic itself does to the namespace."""
    if magic == "capture":
        name = line.rpartition(" ")[2]
        return f"{name} = get_ipython().captured()" if name.isidentifier() else ""
    rest = statement_of(line)
    return rest if magic == "timeit" and _is_python(rest) else ""


def statement_of(line: str) -> str:
    """Python code of `%timeit -n 10 f(x)`, without the options."""
    return _OPTIONS.sub("", line, count=1)


def _is_python(code: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False
    return True


def _transformed(code: str) -> Plain:
    """Let IPython transform the lines; each magic that it shortens leaves blank lines behind."""
    try:
        from IPython.core.inputtransformer2 import (  # noqa: PLC0415 - half of all notebooks need none of it
            TransformerManager,
            classic_prompt,
            ipython_prompt,
            leading_indent,
        )
    except ImportError:
        return Plain(code, ())
    lines = [f"{line}\n" for line in code.split("\n")]
    blank = next((number for number, line in enumerate(lines) if line.strip()), 0)
    rest = lines[blank:]
    rest = ipython_prompt(classic_prompt(leading_indent(rest)))
    rest, used = _without_magics(TransformerManager(), rest)
    return Plain("".join([*lines[:blank], *rest]), used)


def _without_magics(
    manager: TransformerManager, lines: list[str]
) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    used: list[tuple[str, str]] = []
    for _ in range(_LINES_A_CELL // (len(lines) + 1) + 1):
        try:
            changed, after = manager.do_one_token_transform(lines)
        except (SyntaxError, ValueError, RecursionError, MemoryError, IndexError):
            break
        if not changed:
            break
        at = next((i for i, (old, new) in enumerate(zip(lines, after, strict=False)) if old != new), 0)
        used += _kind_of(after[at])
        after[at + 1 : at + 1] = ["\n"] * (len(lines) - len(after))
        lines = after
    return lines, tuple(used)


def _kind_of(line: str) -> list[tuple[str, str]]:
    """Kind and name of the IPython call that a transformed line makes."""
    call = _CALL.search(line)
    if call is None or call[2] in RUN_MAGICS:
        return []
    method, name = call[1], call[2]
    if method in {"system", "getoutput"}:
        return [("shell", f"!{name}")]
    if name.startswith("pinfo") or name == "psearch":
        return [("help", "?")]
    return [("magic", f"%{name}")]
