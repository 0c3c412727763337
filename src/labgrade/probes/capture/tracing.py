"""One forward pass, recorded operator by operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

from labgrade.wire.operators import IMAGES, LEAF, LITERAL, MEMORY_FORMATS, NODE, Node

_FORMATS: Final = {value: name for name, value in MEMORY_FORMATS.items()}
_PLACES: Final = frozenset({"device", "layout", "pin_memory", "non_blocking"})
"""Where a tensor is to lie: a replay keeps all of them in the same place."""


class CannotCapture(Exception):
    """A network's evaluation is no fixed sequence of operators; the reason is short and ours."""


@dataclass(frozen=True)
class Leaf:
    """A tensor that was there before.

    Attributes:
        value: the tensor; in a `Trace`, a copy of what it held when it was first used.
        role: "parameter", "frozen", "buffer" or "constant".
    """

    value: Tensor
    role: str


@dataclass(frozen=True)
class Trace:
    """A recorded forward pass.

    Attributes:
        nodes: what was called, in order.
        leaves: by reference (`@conv1.weight`).
        output: the reference of the result.
    """

    nodes: list[Node] = field(default_factory=list)
    leaves: dict[str, Leaf] = field(default_factory=dict)
    output: str = ""


def trace(module: nn.Module, images: Tensor, state: dict[str, Leaf]) -> Trace:
    """Run `module` on `images` and return what it called.

    Args:
        module: the network, in eval mode.
        images: (N, …), of this call's own: forward may change them.
        state: its parameters and buffers by name.

    Raises:
        CannotCapture: forward raised, or returned no single tensor.
    """
    recorder = _Recorder(images, state)
    try:
        with recorder:
            output = module(images)
    except CannotCapture:
        raise
    except Exception as error:
        raise CannotCapture(f"forward raised {type(error).__name__[:80]} for {len(images)} images") from error
    if not isinstance(output, Tensor):
        raise CannotCapture(f"forward returned a {type(output).__name__[:80]}, no tensor")
    return Trace(recorder.nodes, recorder.leaves, recorder.refer(output))


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Records the operators below autograd and composite functions, and by what its arguments were made."""

    def __init__(self, images: Tensor, state: dict[str, Leaf]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.nodes: list[Node] = []
        self.leaves: dict[str, Leaf] = {}
        self._known = _Known()
        # What shares a name's memory in another form stays a tensor of its own, under that name.
        for name, leaf in reversed(state.items()):
            self._known.add(leaf.value, LEAF + name)
        self._state = {LEAF + name: leaf for name, leaf in state.items()}
        self._known.add(images, IMAGES)

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # The base class would import torch._dynamo (893 modules, 1 s) only to switch it off.
        return False

    def __torch_dispatch__(
        self, func: OpOverload, _types: Sequence[type], args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        named = {} if kwargs is None else kwargs
        # Written down before the call: it may change what it is given.
        node = Node(
            func,
            [self._written(value) for value in args],
            {name: self._written(value) for name, value in named.items() if name not in _PLACES},
        )
        result = func(*args, **named)
        self._keep(node, result)
        return result

    def _keep(self, node: Node, result: Any) -> None:
        reference = f"{NODE}{len(self.nodes)}"
        if isinstance(result, Tensor):
            self._known.add(result, reference)
        elif isinstance(result, (list, tuple)) and result:
            for number, item in enumerate(result):
                if isinstance(item, Tensor):
                    self._known.add(item, f"{reference}.{number}")
        elif not node.writes():
            return  # a number that left torch (`item()`, `print`): what becomes of it, the replay shows
        self.nodes.append(node)

    def _written(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return self.refer(value)
        if isinstance(value, (list, tuple)):
            return [self._written(item) for item in value]
        number = value is None or isinstance(value, (bool, int, float))
        return value if number else LITERAL + _text(value)

    def refer(self, tensor: Tensor) -> str:
        """Return the reference of a tensor; one that was never seen becomes a constant."""
        reference = self._known.reference(tensor)
        if reference is None:
            reference = f"{LEAF}\0{len(self.leaves)}"  # no state name; renamed when the trace is complete
            self._known.add(tensor, reference)
            self.leaves[reference] = Leaf(_copy(tensor), "constant")
        elif reference in self._state and reference not in self.leaves:
            leaf = self._state[reference]
            self.leaves[reference] = Leaf(_copy(leaf.value), leaf.role)
        return reference


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    # What else there is (a profiler's mark) may have no part in the output; a replay refuses it.
    return _FORMATS[value] if isinstance(value, torch.memory_format) else type(value).__name__


class _Known:
    """Tensors by identity; a new object for the same numbers in memory (`x.data`) is the same tensor."""

    def __init__(self) -> None:
        self._by_object: dict[int, str] = {}
        self._by_place: dict[Any, str] = {}
        self._alive: list[Tensor] = []  # neither identities nor memory may be given out again

    def add(self, tensor: Tensor, reference: str) -> None:
        self._alive.append(tensor)
        self._by_object[id(tensor)] = reference
        if place := _place(tensor):
            self._by_place[place] = reference

    def reference(self, tensor: Tensor) -> str | None:
        found = self._by_object.get(id(tensor))
        return self._by_place.get(_place(tensor)) if found is None else found


def _place(tensor: Tensor) -> tuple[Any, ...] | None:
    if not tensor.numel() or tensor.layout != torch.strided:
        return None
    return tensor.data_ptr(), tuple(tensor.shape), tensor.stride(), tensor.dtype, tensor.device


def _copy(tensor: Tensor) -> Tensor:
    return tensor.detach().clone()
