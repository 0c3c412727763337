"""How a captured graph is written down, and what follows from the schemas of its operators alone.

Arguments are numbers, None, lists and texts. A text is one of

    `#`                   the images
    `@conv1.weight`       a leaf tensor
    `%3`, `%3.1`          the result of node 3; the second of several
    `*4`                  the number 4·N, for N images
    `=tanh`, `=float32`   itself: a mode, or the name of a dtype or memory format

so that a graph of a hundred nodes takes few objects on the wire.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import torch
from torch._ops import OpOverload

IMAGES: Final = "#"
LEAF: Final = "@"
NODE: Final = "%"
BATCH: Final = "*"
LITERAL: Final = "="

MEMORY_FORMATS: Final = {
    "contiguous_format": torch.contiguous_format,
    "preserve_format": torch.preserve_format,
    "channels_last": torch.channels_last,
    "channels_last_3d": torch.channels_last_3d,
}
"""Memory formats by the name under which they travel."""


@dataclass(frozen=True)
class Node:
    """One call of an operator.

    Attributes:
        operator: the ATen operator.
        args, kwargs: as the module docstring says; on the grader's side dtypes and memory formats are real.
    """

    operator: OpOverload
    args: list[Any]
    kwargs: dict[str, Any] = field(default_factory=dict)

    def references(self) -> Iterator[str]:
        """Yield what its arguments refer to: the images, leaves and results of earlier nodes."""
        yield from references([self.args, list(self.kwargs.values())])

    def shared(self) -> Iterator[str]:
        """Yield the references whose memory its results may lie in, or that it writes to."""
        for position, argument in enumerate(self.operator._schema.arguments):  # noqa: SLF001 - no public name
            if argument.alias_info is not None:
                given = self.args[position : position + 1] or [self.kwargs.get(argument.name)]
                yield from references(given)

    def writes(self) -> bool:
        """Whether it writes to an argument."""
        return bool(self.operator._schema.is_mutable)  # noqa: SLF001 - no public name


def references(value: Any) -> Iterator[str]:
    """Yield the references inside nested lists."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, str) and value[:1] in {IMAGES, LEAF, NODE}:
        yield value


def whole(reference: str) -> str:
    """Return a reference without its item number: `%3` for `%3.1`."""
    return reference.partition(".")[0] if reference.startswith(NODE) else reference


class Memory:
    """Which values of a graph may share memory, in groups.

    Writing to one value of a group may change the others, so whatever is said of one is said of all.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._parent: dict[str, str] = {}
        for number, node in enumerate(nodes):
            for reference in node.shared():
                self._join(self.group(f"{NODE}{number}"), self.group(reference))

    def _join(self, one: str, other: str) -> None:
        if one != other:
            self._parent[one] = other

    def group(self, reference: str) -> str:
        """Return the name of a reference's group.

        Several results of a node lie in one group where they are views, each in its own where they are not.
        """
        root = whole(reference) if whole(reference) in self._parent else reference
        while root in self._parent:
            root = self._parent[root]
        return root


def live_nodes(nodes: Sequence[Node], output: str, memory: Memory) -> list[int]:
    """Return the numbers of the nodes that the output depends on, in order."""
    needed, live = set(_made_in(output, memory)), []
    for number in reversed(range(len(nodes))):
        if memory.group(f"{NODE}{number}") in needed:
            live.append(number)
            for reference in nodes[number].references():
                needed.update(_made_in(reference, memory))
    return live[::-1]


def _made_in(reference: str, memory: Memory) -> tuple[str, str]:
    """Return a reference's group, and that of the node which gave it together with others."""
    group = memory.group(reference)
    return group, whole(group)
