"""From a file's bytes to the statements that run: decoding, and a parser that loses only what is damaged."""

from __future__ import annotations
import __future__

import ast
import functools
import io
import operator
import re
import tokenize
import warnings
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from labgrade.worker.executor import LoadFinding
from labgrade.worker.tracebacks import NAME_LIMIT, clean, place

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDE_BOMS: Final = (
    (BOM_UTF32_LE, "utf-32"),
    (BOM_UTF32_BE, "utf-32"),
    (BOM_UTF16_LE, "utf-16"),
    (BOM_UTF16_BE, "utf-16"),
)
_FALLBACKS: Final = ("cp1252", "latin-1")  # the second takes any byte
_ALLOW_INCOMPLETE: Final = 0x4000  # codeop.PyCF_ALLOW_INCOMPLETE_INPUT
_GLUED: Final = re.compile(r"[ \t#]|(?:else|elif|except|finally)\b|$")
_BINDING: Final = re.compile(
    r"^(?:(?:async\s+)?(?:def|class)\s+(\w+)|(\w+)\s*(?::[^=]*)?=(?!=))", re.MULTILINE
)
_CLOSERS: Final = re.compile(r"[\"')\]}]")
_NAMED_LINE: Final = re.compile(r"(\bon line )(\d+)")
_TRIPLE: Final = re.compile(r"\"{3}|'{3}")
_TOO_DEEP: Final = "too long or too deeply nested for Python to read"


@dataclass(frozen=True)
class Unit:
    """A piece of source that is read as a whole: a module, or one code cell of a notebook.

    Attributes:
        label: what a student calls it: "lab01.py", "cell 3", or "lab01.ipynb cell 3" among several files.
            Cells are counted among the notebook's code cells, from 1.
        code: Python text; its line numbers are those of the module or cell.
        filename: for `compile`.
        file: path of the file it came from.
    """

    label: str
    code: str
    filename: str
    file: str


class Source(NamedTuple):
    """What a file holds: its units in order, and what had to be said about it."""

    units: tuple[Unit, ...]
    findings: tuple[LoadFinding, ...]


class Decoded(NamedTuple):
    """Text of a file with line feeds alone, and a finding where it was not plain Python source text."""

    text: str
    findings: tuple[LoadFinding, ...]


class Statement(NamedTuple):
    """A top-level statement that parsed."""

    unit: Unit
    node: ast.stmt


def read_module(path: str, data: bytes) -> Source:
    """Read a `.py` file; a percent-format module is a plain module."""
    text, findings = decode(path, data)
    return Source((Unit(path, text, path, path),), findings)


def decode(path: str, data: bytes) -> Decoded:
    """Decode as Python does (BOM, encoding declaration, UTF-8), and where that fails, without loss.

    UTF-16 and UTF-32 are recognised by their BOM. Line ends become line feeds, NUL bytes are dropped.
    """
    text, problem = _decode_text(data)
    text = text.encode("utf-8", "replace").decode("utf-8").removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        text, problem = text.replace("\0", ""), problem or "it holds NUL bytes, which were left out"
    if not problem:
        return Decoded(text, ())
    return Decoded(text, (LoadFinding("encoding", f"This file is not plain UTF-8 text: {problem}.", path),))


def _decode_text(data: bytes) -> tuple[str, str]:
    """Text, and what was wrong with the bytes ("" where nothing was)."""
    for bom, encoding in _WIDE_BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace"), f"it was read as {encoding.upper()}"
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding), ""
    except (SyntaxError, ValueError, LookupError):
        return _decode_anyhow(data)


def _decode_anyhow(data: bytes) -> tuple[str, str]:
    for encoding in ("utf-8", *_FALLBACKS):
        try:
            text = data.removeprefix(BOM_UTF8).decode(encoding)
        except UnicodeDecodeError:
            continue
        return text, f"it was read as {encoding}"
    raise AssertionError("latin-1 decodes every byte")


def statements(unit: Unit) -> list[Statement | LoadFinding]:
    """Top-level statements of `unit` in order, and findings in the place of what does not parse.

    Where the whole does not parse, it is cut at the lines that begin in the first column, and each block
    that parses alone is kept: a partial submission is graded for what is there.
    """
    whole = _parse(unit.code)
    if isinstance(whole, list):
        return [Statement(unit, part) for node in whole for part in _one_by_one(node)]
    return list(_Blocks(unit).read())


def _one_by_one(node: ast.stmt) -> list[ast.stmt]:
    """Split `import a, b`, which means the same as two statements: a missing `a` must not cost `b`."""
    if isinstance(node, ast.Import):
        return [ast.copy_location(ast.Import([alias]), node) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        parts = (ast.ImportFrom(node.module, [alias], node.level) for alias in node.names)
        return [ast.copy_location(part, node) for part in parts]
    return [node]


class _Damage(NamedTuple):
    """Why a text does not parse. Line and column count from 1 in that text; 0 where unknown."""

    message: str
    line: int
    column: int

    def shifted(self, lines: int) -> _Damage:
        """The same damage in a text with `lines` more above; Python's own words may name a line as well."""
        words = _NAMED_LINE.sub(lambda found: f"{found[1]}{int(found[2]) + lines}", self.message)
        return _Damage(words, self.line + lines, self.column)


def _parse(text: str) -> list[ast.stmt] | _Damage:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text).body
    except SyntaxError as error:
        return _Damage(clean(error.msg, 300), error.lineno or 1, error.offset or 0)
    except (RecursionError, MemoryError):
        return _Damage(_TOO_DEEP, 1, 0)
    except (ValueError, OverflowError) as error:
        return _Damage(clean(str(error), 300), 1, 0)


def _is_incomplete(text: str) -> bool:
    """Whether more lines could make `text` parse: a bracket or a string is open, a body is missing."""
    flags = ast.PyCF_ONLY_AST | _ALLOW_INCOMPLETE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "", "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        return error.msg == "incomplete input"
    except (ValueError, OverflowError, RecursionError, MemoryError):
        return False
    return False


class _Blocks:
    """Reads a text that does not parse as a whole, block by block."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._lines = unit.code.split("\n")
        inner = (i for i, line in enumerate(self._lines) if i and not _GLUED.match(line.lstrip("\f")))
        self._starts = [0, *inner, len(self._lines)]
        # Growing blocks is quadratic in the worst case; past this many characters the rest is not grown.
        self._effort = 20 * len(unit.code) + 1_000_000

    def read(self) -> Iterator[Statement | LoadFinding]:
        """Yield statements and findings in the order of the source."""
        damaged: tuple[int, int, _Damage] | None = None  # first line, line after the last, why
        block = 0
        while block < len(self._starts) - 1:
            after, nodes = self._grow(block)
            first, end = self._starts[block], self._starts[after]
            damage: _Damage | None = None
            if isinstance(nodes, _Damage):
                damage, nodes, first = self._salvage(first, end, nodes)
            if nodes and damaged:
                yield self._finding(*damaged)
                damaged = None
            for node in nodes:
                yield from (Statement(self._unit, part) for part in _one_by_one(node))
            if damage:
                damaged = (damaged[0], end, damaged[2]) if damaged else (first, end, damage)
            block = after
        if damaged:
            yield self._finding(*damaged)

    def _grow(self, block: int) -> tuple[int, list[ast.stmt] | _Damage]:
        """Parse the shortest run of blocks from `block` on that parses; else the block alone is damaged.

        Returns:
            The block after the run, and its statements or the damage.
        """
        first = self._starts[block]
        alone = parsed = self._parse(first, self._starts[block + 1])
        after = block + 1
        while isinstance(parsed, _Damage) and self._incomplete(first, self._starts[after]):
            after = self._next_end(block, after, _TRIPLE if "triple-quoted" in parsed.message else _CLOSERS)
            if not after:
                break
            parsed = self._parse(first, self._starts[after])
        return (block + 1, alone) if isinstance(parsed, _Damage) else (after, parsed)

    def _next_end(self, block: int, after: int, closers: re.Pattern[str]) -> int:
        """The next block end at which a statement open since `block` may be complete; 0 where there is none.

        A header or decorator needs the next block; an open bracket or string needs a line that closes it.
        """
        for end in range(after + 1, len(self._starts)):
            if end <= block + 3:
                return end
            if self._effort > 0 and closers.search(self._text(self._starts[end - 1], self._starts[end])):
                return end
        return 0

    def _salvage(self, first: int, end: int, damage: _Damage) -> tuple[_Damage, list[ast.stmt], int]:
        """Keep simple statements before the damaged line of a block; never the first half of a function.

        Returns:
            The damage in lines of the unit, the statements kept, and the first line that is lost.
        """
        place_of_damage = damage.shifted(first)
        kept = self._parse(first, min(first + damage.line - 1, end))
        if isinstance(kept, _Damage) or any(hasattr(node, "body") for node in kept):
            return place_of_damage, [], first
        return place_of_damage, kept, first + damage.line - 1

    def _text(self, first: int, end: int) -> str:
        return "\n".join(self._lines[first:end]) + "\n"

    def _parse(self, first: int, end: int) -> list[ast.stmt] | _Damage:
        text = self._text(first, end)
        self._effort -= len(text)
        parsed = _parse(text)
        if isinstance(parsed, list):
            for node in parsed:
                ast.increment_lineno(node, first)
        return parsed

    def _incomplete(self, first: int, end: int) -> bool:
        text = self._text(first, end)
        self._effort -= len(text)
        return _is_incomplete(text)

    def _finding(self, first: int, end: int, damage: _Damage) -> LoadFinding:
        column = f", column {damage.column}" if damage.column else ""
        lines = f"line {first + 1}" if end - first <= 1 else f"lines {first + 1} to {end}"
        return LoadFinding(
            "syntax-error",
            f"{self._unit.label}, line {damage.line}{column}: {damage.message}. "
            f"Left out: {lines}; the rest was read.",
            place(self._unit.label, damage.line),
            guess_names(self._text(first, end)),
        )


def guess_names(text: str) -> tuple[str, ...]:
    """Names that a text which does not parse seems to define at top level, at most 50."""
    found = dict.fromkeys(match[1] or match[2] for match in _BINDING.finditer(text))
    return tuple(name for name in found if len(name) <= NAME_LIMIT)[:50]


def bound_names(node: ast.stmt) -> tuple[str, ...]:
    """Names that a top-level statement binds in its module when it runs to its end, in source order."""
    names: dict[str, None] = {}
    pending: list[ast.AST] = [node]
    while pending:
        part = pending.pop()
        names.update(dict.fromkeys(_names_of(part)))
        if not isinstance(part, _SCOPES):
            pending.extend(reversed(list(ast.iter_child_nodes(part))))
    return tuple(names)


_SCOPES: Final = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


def _names_of(part: ast.AST) -> list[str]:
    if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [part.name]
    if isinstance(part, ast.Name):
        return [part.id] if isinstance(part.ctx, ast.Store) else []
    if isinstance(part, ast.alias):
        return [part.asname or part.name.partition(".")[0]] if part.name != "*" else []
    if isinstance(part, ast.MatchAs | ast.MatchStar):
        return [part.name] if part.name else []
    return []


def future_flags(node: ast.stmt) -> int:
    """Compiler flags of a `from __future__ import`, which hold for the statements below it."""
    if not isinstance(node, ast.ImportFrom) or node.module != "__future__":
        return 0
    features = (getattr(__future__, alias.name, None) for alias in node.names)
    return functools.reduce(operator.or_, (getattr(feature, "compiler_flag", 0) for feature in features), 0)


_DEFINITIONS: Final = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
    ast.Pass,
)


def defines(node: ast.stmt) -> bool:
    """Whether a statement only defines: what still runs when the time for top-level code is used up."""
    if isinstance(node, _DEFINITIONS):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.If):
        return all(map(defines, [*node.body, *node.orelse]))
    if isinstance(node, ast.Try):
        handled = [statement for handler in node.handlers for statement in handler.body]
        return all(map(defines, [*node.body, *handled, *node.orelse, *node.finalbody]))
    return False
