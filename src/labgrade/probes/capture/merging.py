"""Two recorded forward passes as one graph for any number of images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from labgrade.probes.capture.tracing import CannotCapture, Leaf, Trace
from labgrade.wire.operators import BATCH, IMAGES, LEAF, NODE, Memory, Node, live_nodes


class Tidied(NamedTuple):
    """A trace without what its output does not depend on; leaves are by name."""

    nodes: list[Node]
    leaves: dict[str, Leaf]
    output: str


def tidy(traced: Trace) -> Tidied:
    """Leave out what the output does not depend on (prints, unused layers), and number the rest anew."""
    live = live_nodes(traced.nodes, traced.output, Memory(traced.nodes))
    new = {f"{NODE}{old}": f"{NODE}{number}" for number, old in enumerate(live)} | {IMAGES: IMAGES}
    leaves: dict[str, Leaf] = {}

    def renamed(reference: str) -> str:
        base, dot, item = reference.partition(".") if reference.startswith(NODE) else (reference, "", "")
        if base not in new:
            name = _name_of(base, traced, leaves)
            leaves[name] = traced.leaves[base]
            new[base] = LEAF + name
        return new[base] + dot + item

    nodes = [_rewritten(traced.nodes[number], renamed) for number in live]
    return Tidied(nodes, leaves, renamed(traced.output))


def _name_of(reference: str, traced: Trace, taken: dict[str, Leaf]) -> str:
    name = reference.removeprefix(LEAF)
    if traced.leaves[reference].role != "constant":
        return name
    known = {known.removeprefix(LEAF) for known, leaf in traced.leaves.items() if leaf.role != "constant"}
    free = (f"constant.{number}" for number in range(len(traced.leaves) + len(known)))
    return next(name for name in free if name not in taken and name not in known)


def _rewritten(node: Node, renamed: Callable[[str], str]) -> Node:
    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(item) for item in value]
        return renamed(value) if isinstance(value, str) and value[:1] in {LEAF, NODE} else value

    return Node(node.operator, walk(node.args), {name: walk(value) for name, value in node.kwargs.items()})


class Merge:
    """Two traces as one: what grows with the number of images becomes a multiple of it.

    Args:
        small: images of the first trace.
        large: images of the second; the two numbers are prime to each other.
    """

    def __init__(self, small: int, large: int) -> None:
        self._small = small
        self._large = large

    def nodes(self, first: list[Node], second: list[Node]) -> list[Any]:
        """Return the nodes of both as plain lists.

        Raises:
            CannotCapture: they differ by more than multiples of the number of images.
        """
        if [node.operator for node in first] != [node.operator for node in second]:
            raise CannotCapture("other operators are called when there are more images")
        return [self._node(*pair) for pair in zip(first, second, strict=True)]

    def _node(self, one: Node, other: Node) -> list[Any]:
        try:
            args, kwargs = self._value(one.args, other.args), self._value(one.kwargs, other.kwargs)
        except CannotCapture as refused:
            raise CannotCapture(f"{one.operator}: {refused}") from None
        return [str(one.operator), args, kwargs]

    def _value(self, one: Any, other: Any) -> Any:
        if type(one) is not type(other):
            raise CannotCapture("an argument changes with the images")
        if isinstance(one, list) and len(one) == len(other):
            return [self._value(*pair) for pair in zip(one, other, strict=True)]
        if isinstance(one, dict) and one.keys() == other.keys():
            return {key: self._value(value, other[key]) for key, value in one.items()}
        return one if one == other or one != one else self._multiple(one, other)  # noqa: PLR0124 - NaN

    def _multiple(self, one: Any, other: Any) -> str:
        if type(one) is int and one * self._large == other * self._small and one % self._small == 0:
            return f"{BATCH}{one // self._small}"
        raise CannotCapture("an argument changes with the images")

    @staticmethod
    def same_constants(first: dict[str, Leaf], second: dict[str, Leaf]) -> None:
        """Check that both use the same tensors.

        Raises:
            CannotCapture: a tensor was made from the images, outside of torch.
        """
        if list(first) != list(second):
            raise CannotCapture("other tensors are used when there are more images")
        for name, leaf in first.items():
            if leaf.role == "constant" and not _equal(leaf.value, second[name].value):
                raise CannotCapture("a tensor made outside of torch changes with the images")


def _equal(one: Tensor, other: Tensor) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    return torch.equal(one, other) or bool(torch.isclose(one, other, rtol=0, atol=0, equal_nan=True).all())
