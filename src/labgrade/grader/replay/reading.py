"""Plain data from an untrusted process to a program: every text, number and reference is checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import torch
from torch import Tensor

from labgrade.grader.replay.errors import BadGraph
from labgrade.grader.replay.operators import Operator, operator
from labgrade.grader.replay.program import Program, Step
from labgrade.wire.operators import (
    IMAGES,
    LEAF,
    LITERAL,
    MEMORY_FORMATS,
    NODE,
    Memory,
    Node,
    live_nodes,
)

MOST_NODES: Final = 5_000
MOST_LEAVES: Final = 5_000
_MOST_ITEMS: Final = 512
_LONGEST_NAME: Final = 300
_MOST_DIMENSIONS: Final = 8
_LARGEST_SIZE: Final = 1 << 20
_LARGEST_NUMBER: Final = 1 << 63
_MOST_PIXELS: Final = 1 << 22

DTYPES: Final = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float16, torch.bfloat16, torch.float32, torch.float64,
        torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.bool,
    )
}  # fmt: skip

_NODE_REFERENCE: Final = re.compile(r"%(0|[1-9]\d{0,3})(?:\.(0|[1-9]\d{0,3}))?", re.ASCII)
_BATCH_NUMBER: Final = re.compile(r"\*[1-9]\d{0,5}", re.ASCII)
_TEXT: Final = re.compile(r"=[a-z_]{1,20}", re.ASCII)
_ROLES: Final = frozenset({"parameter", "frozen", "buffer", "constant"})


def read_program(plain: Any) -> Program:
    """Read what `labgrade.probes.capture.capture` wrote in the worker.

    Raises:
        BadGraph: it is anything else.
    """
    if type(plain) is not dict or plain.keys() != {"nodes", "leaves", "roles", "images", "output"}:
        raise BadGraph("it is no captured graph")
    leaves = _leaves(plain["leaves"], plain["roles"])
    reader = _Reader(leaves)
    steps = [reader.step(row) for row in _listed(plain["nodes"], MOST_NODES)]
    output = reader.reference(plain["output"])
    nodes = [step.node for step in steps]
    memory = Memory(nodes)
    steps = [steps[number] for number in live_nodes(nodes, output, memory)]
    shape, dtype = _images(plain["images"])
    used = _used(steps, output)
    return Program(
        steps,
        {name: leaf for name, leaf in leaves.items() if LEAF + name in used},
        {name: role for name, role in plain["roles"].items() if LEAF + name in used},
        shape,
        dtype,
        output,
        memory,
    )


def _used(steps: list[Step], output: str) -> set[str]:
    return {reference for step in steps for reference in step.node.references()} | {output}


def _leaves(leaves: Any, roles: Any) -> dict[str, Tensor]:
    if type(leaves) is not dict or type(roles) is not dict or leaves.keys() != roles.keys():
        raise BadGraph("its tensors and their roles do not fit each other")
    if len(leaves) > MOST_LEAVES or not all(map(_is_name, leaves)):
        raise BadGraph("its tensors are too many, or have no proper names")
    if not all(type(role) is str and role in _ROLES for role in roles.values()):
        raise BadGraph("a tensor's role is unknown")
    return {name: _leaf(tensor) for name, tensor in leaves.items()}


def _is_name(name: Any) -> bool:
    return type(name) is str and len(name) <= _LONGEST_NAME


def _leaf(tensor: Any) -> Tensor:
    if type(tensor) is not Tensor or tensor.device.type != "cpu" or tensor.layout != torch.strided:
        raise BadGraph("a tensor arrived without its values")
    if tensor.dtype not in DTYPES.values() or tensor.dim() > _MOST_DIMENSIONS or not tensor.is_contiguous():
        raise BadGraph("a tensor is of a kind that is not replayed")
    return tensor.detach()


def _images(described: Any) -> tuple[tuple[int, ...], torch.dtype]:
    shape, dtype = described if type(described) is list and len(described) == 2 else ([], "")  # noqa: PLR2004
    sizes = _listed(shape, _MOST_DIMENSIONS)
    if not all(type(n) is int and 0 < n <= _LARGEST_SIZE for n in sizes):
        raise BadGraph("its images have no proper shape")
    kind = DTYPES.get(dtype) if type(dtype) is str else None
    if kind is None or not kind.is_floating_point or torch.Size(sizes).numel() > _MOST_PIXELS:
        raise BadGraph("its images have no proper shape or dtype")
    return tuple(sizes), kind


def _listed(value: Any, most: int) -> list[Any]:
    if type(value) is not list or len(value) > most:
        raise BadGraph(f"a list of at most {most} items was expected")
    return value


class _Reader:
    """Reads nodes in order; a reference may only point at a leaf or backwards."""

    def __init__(self, leaves: Mapping[str, Tensor]) -> None:
        self._leaves = leaves
        self._known: list[Operator] = []

    def step(self, row: Any) -> Step:
        name, args, kwargs = row if type(row) is list and len(row) == 3 else (None, [], {})  # noqa: PLR2004
        if type(name) is not str or type(args) is not list or type(kwargs) is not dict:
            raise BadGraph("a node is malformed")
        called = operator(name)
        node = Node(called.overload, *self._arguments(called, args, kwargs))
        self._known.append(called)
        return Step(len(self._known) - 1, called, node)

    def _arguments(
        self, called: Operator, args: list[Any], kwargs: dict[Any, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        declared = called.overload._schema.arguments  # noqa: SLF001 - torch offers no public name
        kinds = [str(argument.real_type) for argument in declared if not argument.kwarg_only]
        by_name = {argument.name: str(argument.real_type) for argument in declared if argument.kwarg_only}
        # As torch writes calls down: what can be given by position is.
        if len(args) > len(kinds) or not kwargs.keys() <= by_name.keys():
            raise BadGraph(f"{called.name}: arguments that it does not have")
        return (
            [self._value(kind, value) for kind, value in zip(kinds, args, strict=False)],
            {name: self._value(by_name[name], value) for name, value in kwargs.items()},
        )

    def _value(self, kind: str, value: Any) -> Any:
        if kind.startswith("Optional["):
            return None if value is None else self._value(kind[len("Optional[") : -1], value)
        if kind.startswith("List["):
            item = kind[len("List[") : -1]
            return [self._value(item, each) for each in _listed(value, _MOST_ITEMS)]
        if kind == "Tensor":
            return _number(value) if type(value) in {bool, int, float} else self.reference(value)
        if kind not in _READERS:
            raise BadGraph(f"an argument of the kind {kind} is not replayed")
        return _READERS[kind](value)

    def reference(self, value: Any) -> str:
        """Check a reference to a tensor."""
        if type(value) is not str:
            raise BadGraph("a reference to a tensor was expected")
        if value.startswith(NODE):
            self._check_node(value)
        elif value != IMAGES and (not value.startswith(LEAF) or value.removeprefix(LEAF) not in self._leaves):
            raise BadGraph("a reference to a tensor that is not there")
        return value

    def _check_node(self, reference: str) -> None:
        found = _NODE_REFERENCE.fullmatch(reference)
        if found is None or int(found[1]) >= len(self._known):
            raise BadGraph("a reference to a node that is not there yet")
        called = self._known[int(found[1])]
        item = None if found[2] is None else int(found[2])
        if (item is None) is not (called.items == 0) or (
            called.items and item is not None and item >= called.items
        ):
            raise BadGraph(f"{called.name}: this result of it is not replayed")


def _whole(value: Any) -> Any:
    if type(value) is str and _BATCH_NUMBER.fullmatch(value):
        return value
    if type(value) is not int or abs(value) >= _LARGEST_NUMBER:
        raise BadGraph("a whole number was expected")
    # `x[1:]` ends at the largest number there is; whatever is larger than every size means the same.
    return max(-_LARGEST_SIZE, min(value, _LARGEST_SIZE))


def _number(value: Any) -> Any:
    if type(value) is int and abs(value) < _LARGEST_NUMBER:
        return value
    if type(value) in {bool, float}:
        return value
    return _whole(value)


def _float(value: Any) -> float:
    if type(value) is float:
        return value
    if type(value) is not int or abs(value) >= _LARGEST_NUMBER:
        raise BadGraph("a number was expected")
    return float(value)


def _bool(value: Any) -> bool:
    if type(value) is not bool:
        raise BadGraph("true or false was expected")
    return value


def _text(value: Any) -> str:
    if type(value) is not str or not _TEXT.fullmatch(value):
        raise BadGraph("a short text was expected")
    return value


def _one_of(choices: Mapping[str, Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not str or value.removeprefix(LITERAL) not in choices:
            raise BadGraph("a dtype or memory format that is not replayed")
        return choices[value.removeprefix(LITERAL)]

    return read


_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "int": _whole,
    "number": _number,
    "float": _float,
    "bool": _bool,
    "str": _text,
    "ScalarType": _one_of(DTYPES),
    "MemoryFormat": _one_of(MEMORY_FORMATS),
}
"""By the type that an operator's schema gives to an argument."""
