"""Loads a submission: its statements run one by one in one namespace, and none takes the others with it.

`load` decides no mark and its report is not trusted: it runs in the process that student code owns.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import inspect
import linecache
import math
import sys
import types
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from labgrade.budget import Budget, OutOfTime
from labgrade.worker.executor import LoadFinding, LoadReport, Program
from labgrade.worker.notebook import read_notebook
from labgrade.worker.output import captured
from labgrade.worker.source import (
    Source,
    Statement,
    Unit,
    bound_names,
    defines,
    future_flags,
    read_module,
    statements,
)
from labgrade.worker.surroundings import install_shell, is_forkable
from labgrade.worker.tracebacks import (
    NAME_LIMIT,
    Description,
    Findings,
    advice,
    clean,
    describe_exception,
    place,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


NAMES_LIMIT: Final = 20_000


_LATER_SECONDS: Final = 5.0  # for all definitions after the budget is used up
_SHORT_SECONDS: Final = 1.0  # for one assignment among them
_LEAST_SECONDS: Final = 0.5  # a definition always gets this much
_DESCRIBE_SECONDS: Final = 1.0  # for an exception's own __str__

_QUICK: Final = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.If, ast.Expr, ast.Pass)


_USED_UP: Final = (
    "Code at the top level used up its {seconds:g} s of computing time here. Everything below is defined but "
    "not run. Move training under `if __name__ == '__main__':`."
)
_ONLY_DEFINED: Final = (
    "This was not run, since the time for code at the top level was used up above; functions and classes "
    "were defined all the same."
)
_SLOW_DEFINITION: Final = (
    "This took too long after the time for top-level code was used up, and was left out."
)
_ENDED: Final = "This statement ended or blocked the whole process, so it was left out; the rest was loaded."


def noop(_number: int) -> None:
    """Progress nobody wants to hear of."""


@dataclass(frozen=True)
class Loaded:
    """A submission after its top-level code ran.

    Attributes:
        namespace: of all units; the module's `__dict__`.
        module: registered in `sys.modules`, so that classes pickle and dataclasses resolve.
        report: what is told outside.
        filenames: `co_filename` of the student's code, for `describe_exception`.
    """

    namespace: dict[str, Any]
    module: types.ModuleType
    report: LoadReport
    filenames: frozenset[str]


def load(  # noqa: PLR0913 - what a load order says
    program: Program,
    *,
    budget_seconds: float,
    output_bytes: int,
    progress: Callable[[int], None] = noop,
    skip: frozenset[int] = frozenset(),
    definitions_after: int | None = None,
) -> Loaded:
    """Run a program's entries in the current working directory, whatever they raise.

    Statements are numbered from 0 through all entries, the same for the same bytes, so that a supervisor
    whose worker died in statement `n` can load again without it.

    Args:
        program: the files, and those that run.
        budget_seconds: CPU seconds for all statements; past them only definitions run.
        output_bytes: how much of the output is kept.
        progress: called with a statement's number just before it runs.
        skip: numbers of statements that do not run.
        definitions_after: number of the last statement that runs unless it defines something.
    """
    units, parts = _read(program)
    module = _new_module(program)
    filenames = _remember_sources(program, units)
    install_shell(module.__dict__)
    before = frozenset(module.__dict__)
    last = math.inf if definitions_after is None else definitions_after
    run = _Run(module.__dict__, filenames, budget_seconds, skip, last)
    with captured(output_bytes) as output:
        for part in parts:
            run.step(part, progress)
    report = LoadReport(
        names=_bound(module.__dict__, before),
        findings=run.findings.collected(),
        output=output.text(),
        forkable=is_forkable(),
    )
    return Loaded(module.__dict__, module, report, filenames)


def _read(program: Program) -> tuple[list[Unit], list[Statement | LoadFinding]]:
    files = dict(program.files)
    units: list[Unit] = []
    parts: list[Statement | LoadFinding] = []
    for path in program.entries:
        source = _read_entry(path, files.get(path), alone=len(program.entries) == 1)
        units += source.units
        parts += source.findings
        for unit in source.units:
            parts += statements(unit)
    return units, parts


def _read_entry(path: str, data: bytes | None, *, alone: bool) -> Source:
    if data is None:
        return Source((), (LoadFinding("file-missing", "This file did not arrive.", path),))
    if path.lower().endswith(".ipynb"):
        return read_notebook(path, data, alone=alone)
    return read_module(path, data)


def _new_module(program: Program) -> types.ModuleType:
    module = types.ModuleType(program.module_name)
    entry = program.entries[0] if program.entries else program.module_name
    module.__file__ = str(Path.cwd() / entry)
    module.__dict__["__builtins__"] = builtins
    sys.modules[program.module_name] = module
    return module


def _remember_sources(program: Program, units: list[Unit]) -> frozenset[str]:
    """Let tracebacks and `inspect` find the units' lines. Returns the file names of all student code."""
    for unit in units:
        lines = [f"{line}\n" for line in unit.code.split("\n")]
        linecache.cache[unit.filename] = (len(unit.code), None, lines, unit.filename)
    helpers = {str(Path.cwd() / path) for path, _ in program.files if path.endswith(".py")}
    return frozenset(helpers | {unit.filename for unit in units})


def _bound(namespace: dict[str, Any], before: frozenset[str]) -> frozenset[str]:
    """Names that student code bound, the first of them where there are too many."""
    names = (
        name
        for name in list(namespace)
        if type(name) is str and name not in before and len(name) <= NAME_LIMIT
    )
    plain = [name for name in names if name.isidentifier() and not name.startswith("__")]
    return frozenset(plain[:NAMES_LIMIT])


class _Run:
    """One pass over the statements of a program."""

    def __init__(
        self,
        namespace: dict[str, Any],
        filenames: Collection[str],
        seconds: float,
        skip: frozenset[int],
        definitions_after: float,
    ) -> None:
        self.findings = Findings()
        self._namespace = namespace
        self._filenames = filenames
        self._seconds = seconds
        self._budget, self._later = Budget(seconds), Budget(_LATER_SECONDS)
        self._skip = skip
        self._definitions_after = definitions_after
        self._recursion_limit = sys.getrecursionlimit()
        self._number = -1
        self._file, self._flags = "", 0

    def step(self, part: Statement | LoadFinding, progress: Callable[[int], None]) -> None:
        """Note a finding, or run a statement if it is to run."""
        if isinstance(part, LoadFinding):
            self.findings.add(part)
            return
        self._number += 1
        if self._number in self._skip:
            self._note(part, "statement-ended-process", _ENDED)
        elif self._number > self._definitions_after and not defines(part.node):
            self._note(part, "definitions-only", _ONLY_DEFINED)
        else:
            progress(self._number)
            self._execute(part)

    def _execute(self, part: Statement) -> None:
        code = self._compiled(part)
        if code is None:
            return
        error = self._in_time(part.node, lambda: _evaluate(code, self._namespace))
        if sys.getrecursionlimit() < self._recursion_limit:
            sys.setrecursionlimit(self._recursion_limit)
        if type(error) is OutOfTime or (self._budget.used_up and self._number <= self._definitions_after):
            self._out_of_time(part, error)
        elif error is not None:
            self._failed(part, error)

    def _in_time(self, node: ast.stmt, action: Callable[[], object]) -> BaseException | None:
        """Run within the budget; after it an assignment gets less than a def or import."""
        if self._number <= self._definitions_after:
            return self._budget.run(action)
        if isinstance(node, _QUICK):
            return self._later.run(action, _SHORT_SECONDS)
        return (Budget(_LEAST_SECONDS) if self._later.used_up else self._later).run(action)

    def _compiled(self, part: Statement) -> types.CodeType | None:
        unit, node = part
        if unit.file != self._file:
            self._file, self._flags = unit.file, 0
        self._flags |= future_flags(node)
        flags = self._flags | (ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if unit.label != unit.file else 0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                module = ast.Module([node], type_ignores=[])
                code: types.CodeType = compile(module, unit.filename, "exec", flags, dont_inherit=True)
        except SyntaxError as error:
            where = place(unit.label, error.lineno)
            self._note(
                part, "syntax-error", f"{where}: {clean(error.msg, 300)}. This statement was left out.", where
            )
        except (RecursionError, MemoryError, ValueError, OverflowError):
            self._note(part, "syntax-error", "This statement is too deeply nested for Python to compile.")
        else:
            return code
        return None

    def _out_of_time(self, part: Statement, error: BaseException | None) -> None:
        where = self._described(error)["where"] if error else ""
        if self._number > self._definitions_after:
            self._note(part, "top-level-budget", _SLOW_DEFINITION, where)
            return
        self._definitions_after = self._number
        self._note(part, "top-level-budget", _USED_UP.format(seconds=self._seconds), where)

    def _failed(self, part: Statement, error: BaseException) -> None:
        told = self._described(error)
        missing, lost = told["missing_name"], bound_names(part.node)
        if missing and missing not in self._namespace and self.findings.follows(missing, lost):
            return
        self._note(part, "statement-raised", advice(error, told), told["where"])

    def _note(self, part: Statement, code: str, message: str, where: str = "") -> None:
        where = where or place(part.unit.label, part.node.lineno)
        self.findings.add(LoadFinding(code, message, where, bound_names(part.node)))

    def _described(self, error: BaseException) -> Description:
        """Describe an exception, whose own code may hang."""
        found: list[Description] = []
        Budget(_DESCRIBE_SECONDS).run(lambda: found.append(describe_exception(error, self._filenames)))
        return found[0] if found else Description(type="Exception", message="", where="", missing_name="")


def _evaluate(code: types.CodeType, namespace: dict[str, Any]) -> None:
    result = eval(code, namespace)  # noqa: S307 - what the worker is for
    if code.co_flags & inspect.CO_COROUTINE:
        asyncio.run(result)  # a cell that awaits
