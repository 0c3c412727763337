"""From cells with solutions to cells without: what students get.

A region becomes `raise NotImplementedError` where it stands in a function or method, and vanishes
elsewhere. What is left of such a function is its signature, its docstring and that line.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from labgrade.authoring.cells import Cell, Line, Region, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STUB_LINE = "raise NotImplementedError"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def stub_cells(cells: tuple[Cell, ...], regions: tuple[Region, ...], origin: str) -> tuple[Cell, ...]:
    """Return the cells of the stub; a cell that only held regions is gone.

    Raises:
        UserError: where source or stub is no Python, a region holds no code or reaches out of its
            function, or a function would keep more than signature, docstring and the raise.
    """
    code = _code_lines(cells)
    functions = list(_outer_functions(_parse(code, origin, "not valid Python")))
    for region in regions:
        _check_region(region, code, origin)
    inside = {region for region in regions if _holder(region, functions, code, origin)}
    stubs = (Cell(cell.kind, tuple(_replaced(cell.lines, regions, inside))) for cell in cells)
    stub = tuple(cell for cell in stubs if any(line.text.strip() for line in cell.lines))
    _check_stub(_code_lines(stub), {region.begin for region in inside}, origin)
    return stub


def _code_lines(cells: tuple[Cell, ...]) -> list[Line]:
    return [line for cell in cells if cell.kind == "code" for line in cell.lines]


def _parse(lines: list[Line], origin: str, complaint: str) -> ast.Module:
    """Parse the lines and number the functions of the tree as in the source."""
    try:
        tree = ast.parse("\n".join(line.text for line in lines))
    except SyntaxError as error:
        at = min(error.lineno or 1, len(lines)) - 1
        refuse(origin, lines[at].number, f"{complaint}: {error.msg}")
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            node.lineno = lines[node.lineno - 1].number
            node.end_lineno = lines[(node.end_lineno or 1) - 1].number
    return tree


def _outer_functions(node: ast.AST) -> Iterator[Function]:
    """Yield the functions and methods that stand in no other function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield child
        else:
            yield from _outer_functions(child)


def _check_region(region: Region, code: list[Line], origin: str) -> None:
    if not _code_of(region, code):
        refuse(origin, region.begin, "the region holds no code", "Put the solution between the markers.")


def _code_of(region: Region, code: list[Line]) -> list[Line]:
    lines = [line for line in code if line.number in region]
    return [line for line in lines if line.text.strip() and not line.text.lstrip().startswith("#")]


def _holder(region: Region, functions: list[Function], code: list[Line], origin: str) -> Function | None:
    """Return the function whose body holds the region, or None where it stands in none."""
    for function in functions:
        end = function.end_lineno or function.lineno
        if function.lineno < region.begin <= end:
            if _code_of(region, code)[-1].number > end:
                refuse(origin, region.begin, f"the region reaches out of {function.name}")
            return function
    return None


def _replaced(lines: Iterable[Line], regions: tuple[Region, ...], inside: set[Region]) -> Iterator[Line]:
    """Yield the lines with each region replaced; blank lines around one that vanishes do not add up."""
    last_blank, vanished = True, False
    for line in lines:
        region = next((region for region in regions if line.number in region), None)
        if region is None:
            blank = not line.text.strip()
            if not (blank and last_blank and vanished):
                yield line
                vanished = False
            last_blank = blank
        elif line.number == region.begin and region in inside:
            yield Line(line.number, region.indent + STUB_LINE)
            last_blank = False
        elif region not in inside:
            vanished = True


def _check_stub(code: list[Line], raises: set[int], origin: str) -> None:
    tree = _parse(code, origin, "without the solution this is not valid Python")
    for function in _outer_functions(tree):
        body = range(function.lineno, (function.end_lineno or function.lineno) + 1)
        if any(number in body for number in raises):
            _check_function(function, raises, origin)


def _check_function(function: Function, raises: set[int], origin: str) -> None:
    if ast.get_docstring(function) is None:
        refuse(origin, function.lineno, f"{function.name} has no docstring", "Say what it takes and returns.")
    for statement in function.body[1:]:
        if statement.lineno not in raises:
            what = f"{function.name} keeps more than its docstring"
            refuse(origin, statement.lineno, what, "Put its whole body into one region.")
    for surplus in function.body[2:]:
        refuse(origin, surplus.lineno, f"{function.name} has more than one region", "Join them.")
