"""A captured network as the grader holds it, and how its values are made from each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

from labgrade.grader.replay.operators import Operator
from labgrade.wire.operators import BATCH, IMAGES, LEAF, LITERAL, NODE, Memory, Node, whole

Values = dict[str, Any]
"""Tensors, or lists of them, by reference."""


@dataclass(frozen=True)
class Step:
    """One operator of a program.

    Attributes:
        number: that other steps refer to it by.
        operator: what is called.
        node: its arguments.
    """

    number: int
    operator: Operator
    node: Node

    @property
    def reference(self) -> str:
        """What other steps refer to its result by."""
        return f"{NODE}{self.number}"

    def arguments(self, values: Values, images: int) -> tuple[list[Any], dict[str, Any]]:
        """Return its arguments for `images` images, with `values` for what they refer to."""
        kwargs = {name: _resolve(value, values, images) for name, value in self.node.kwargs.items()}
        return [_resolve(value, values, images) for value in self.node.args], kwargs


def _resolve(value: Any, values: Values, images: int) -> Any:
    if isinstance(value, list):
        return [_resolve(item, values, images) for item in value]
    if not isinstance(value, str):
        return value
    if value.startswith(BATCH):
        return int(value.removeprefix(BATCH)) * images
    return value.removeprefix(LITERAL) if value.startswith(LITERAL) else look_up(value, values)


def look_up(reference: str, values: Values) -> Any:
    """Return what a reference stands for."""
    base = whole(reference)
    return values[base] if base == reference else values[base][int(reference[len(base) + 1 :])]


@dataclass(frozen=True)
class Program:
    """What a captured network computes, without what its output does not depend on.

    Attributes:
        steps: in order.
        leaves: the tensors that they use, by name.
        roles: of the leaves, as the worker tells them: "parameter", "frozen", "buffer", "constant".
        shape, dtype: of one image.
        output: reference of the result.
        memory: which values may share memory.
    """

    steps: list[Step]
    leaves: dict[str, Tensor]
    roles: dict[str, str]
    shape: tuple[int, ...]
    dtype: torch.dtype
    output: str
    memory: Memory


FACTORS: Final = {"addmm": 1, "mm": 0, "bmm": 0, "baddbmm": 1, "mv": 0, "addmv": 1}
"""Matrix products, and where the first of their two factors stands."""

_NORMS: Final = {
    "native_batch_norm": slice(1, 3),
    "native_group_norm": slice(1, 3),
    "native_layer_norm": slice(2, 4),
}
"""Norms, and where their weight and bias stand."""

CONVOLUTION: Final = "convolution"
LINEAR: Final = "linear"


class Origins:
    """From which leaves, and whether from the images, each value of a program is made."""

    def __init__(self, program: Program) -> None:
        self._group = program.memory.group
        self._parents: dict[str, set[str]] = defaultdict(set)
        children: dict[str, set[str]] = defaultdict(set)
        for made, source in self._edges(program):
            self._parents[made].add(source)
            children[source].add(made)
        self._from_images = _reached([self._group(IMAGES)], children)
        self._found: dict[str, list[str]] = {}
        self._names: dict[str, list[str]] = defaultdict(list)
        for name in program.leaves:
            self._names[self._group(LEAF + name)].append(name)

    def _edges(self, program: Program) -> Iterator[tuple[str, str]]:
        for step in program.steps:
            for group in map(self._group, step.node.references()):
                yield self._group(step.reference), group
                yield group, whole(group)

    def depends_on_images(self, reference: str) -> bool:
        """Whether a value is made from the images."""
        return self._group(reference) in self._from_images

    def leaves(self, reference: str) -> list[str]:
        """Return the names of the leaves that a value is made from."""
        group = self._group(reference)
        if group not in self._found:
            groups = _reached([group], self._parents)
            self._found[group] = [
                name for one, names in self._names.items() if one in groups for name in names
            ]
        return self._found[group]

    def weight(self, step: Step) -> tuple[str, list[str]]:
        """Return the family of a layer with a weight, and the leaves that the weight is made from.

        A weight is the kernel of a convolution, or the one factor of a matrix product, that no image has a
        part in: a leaf, seen through views, or computed from leaves alone (weight norm, pruning masks).

        Returns:
            (`CONVOLUTION` or `LINEAR`, names), or ("", []) for every other step.
        """
        family, factors = _factors(step)
        fixed = [factor for factor in factors if not self.depends_on_images(factor)]
        if not fixed or fixed == factors or (family == CONVOLUTION and fixed == factors[:1]):
            return "", []
        names = self.leaves(fixed[0])
        return (family, names) if names else ("", [])

    def held(self, step: Step) -> list[str]:
        """Return the leaves that a layer or a norm uses as weight or bias."""
        if step.operator.base in _NORMS:
            given = step.node.args[_NORMS[step.operator.base]]
        else:
            given = step.node.args if self.weight(step)[0] else []
        fixed = [value for value in given if isinstance(value, str) and not self.depends_on_images(value)]
        return [name for reference in fixed for name in self.leaves(reference)]


def _factors(step: Step) -> tuple[str, list[str]]:
    base, args = step.operator.base, step.node.args
    family, start = (LINEAR, FACTORS[base]) if base in FACTORS else (CONVOLUTION, 0)
    if family == CONVOLUTION and base != CONVOLUTION:
        return "", []
    return family, [factor for factor in args[start : start + 2] if isinstance(factor, str)]


def _reached(start: Iterable[str], onward: dict[str, set[str]]) -> set[str]:
    reached, ahead = set(start), list(start)
    while ahead:
        for following in onward.get(ahead.pop(), set()) - reached:
            reached.add(following)
            ahead.append(following)
    return reached
