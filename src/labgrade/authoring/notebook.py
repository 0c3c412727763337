"""A notebook from cells, the same bytes each time."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

import nbformat
from nbformat import v4

if TYPE_CHECKING:
    from collections.abc import Iterable

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
ID_DIGITS = 12


def notebook_text(cells: Iterable[tuple[Literal["code", "markdown"], str]]) -> str:
    """Return the text of a notebook (nbformat 4.5, kernelspec `python3`, no outputs).

    A cell's id follows from its kind and text, so that a change in one cell leaves the others alone.

    Args:
        cells: kind and source of each.
    """
    seen: Counter[str] = Counter()
    made = [_cell(kind, source, seen) for kind, source in cells]
    book = v4.new_notebook(cells=made, metadata=METADATA)
    nbformat.validate(book)
    return f"{nbformat.writes(book, version=4)}\n"


def _cell(kind: Literal["code", "markdown"], source: str, seen: Counter[str]) -> Any:
    digest = hashlib.sha256(f"{kind}\n{source}".encode()).hexdigest()[:ID_DIGITS]
    seen[digest] += 1
    name = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    if kind == "code":
        return v4.new_code_cell(source=source, id=name)
    return v4.new_markdown_cell(source=source, id=name)
