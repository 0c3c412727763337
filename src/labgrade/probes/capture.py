"""A network's evaluation as plain data: which operators it calls on which tensors.

The grader replays it on images that never enter this process. Whether it is faithful is for the replay
to find out; nothing here is trusted.

`torch.export` would do the same by way of symbolic shapes: measured, it imports 1,291 modules on first use
(893 of them also by the first optimiser of a process) and takes 0.4 s a network, this 10 ms and none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from labgrade.probes.tracing import CannotCapture, Leaf, Trace, trace
from labgrade.wire.operators import BATCH, IMAGES, LEAF, NODE, Memory, Node, live_nodes

__all__ = ["CannotCapture", "capture"]


def capture(module: nn.Module, small: Tensor, large: Tensor) -> dict[str, Any]:
    """Return what `module` computes in eval mode, as plain data that `labgrade.wire.pack` carries.

    Args:
        module: any network of one tensor to one tensor; its mode is restored afterwards.
        small: images (N, …).
        large: more of them (M, …), others, with N and M prime to each other: what depends on the number of
            images, or on their values outside of torch, shows as a difference.

    Returns:
        `nodes`: [[operator, arguments, keyword arguments], …] in the notation of `labgrade.wire.operators`;
        `leaves`: tensors by name (parameters and buffers by their state name, others `constant.0`, …);
        `roles`: of each leaf, "parameter", "frozen" (needs no gradient), "buffer" or "constant";
        `images`: their shape without N, and the dtype that the network takes; `output`: a reference.

    Raises:
        CannotCapture: forward raised, or its operators depend on more than the number of images.
    """
    with _evaluating(module):
        form = _form(module, small)
        state = _state(module)
        first, second = (_tidy(trace(module, form(images), state)) for images in (small, large))
    merged = _Merge(len(small), len(large))
    nodes = merged.nodes(first.nodes, second.nodes)
    merged.same_constants(first.leaves, second.leaves)
    if first.output != second.output:
        raise CannotCapture("the result comes from another operator when there are more images")
    return {
        "nodes": nodes,
        "leaves": {name: leaf.value for name, leaf in first.leaves.items()},
        "roles": {name: leaf.role for name, leaf in first.leaves.items()},
        "images": [list(small.shape[1:]), str(form(small).dtype).removeprefix("torch.")],
        "output": first.output,
    }


# torch.backends.mkldnn.flags() also sets what warns on most machines.
_LIBRARIES: tuple[tuple[Callable[[], bool], Callable[[bool], None]], ...] = (
    (torch._C._get_mkldnn_enabled, torch._C._set_mkldnn_enabled),  # noqa: SLF001
    (torch._C._get_cudnn_enabled, torch._C._set_cudnn_enabled),  # noqa: SLF001
    (torch.backends.mha.get_fastpath_enabled, torch.backends.mha.set_fastpath_enabled),
)


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """Switch to eval mode, without gradients and without kernels that a replay could not take apart."""
    modes = [(part, part.training) for part in nn.Module.modules(module)]
    with ExitStack() as stack:
        stack.enter_context(torch.no_grad())
        # Recurrent and attention layers then call the operators that they are made of.
        for get, switch in _LIBRARIES:
            stack.callback(switch, get())
            switch(False)  # noqa: FBT003 - torch's own signature
        stack.callback(_restore, modes)
        nn.Module.eval(module)
        yield


def _restore(modes: list[tuple[nn.Module, bool]]) -> None:
    for part, training in modes:
        part.training = training


def _form(module: nn.Module, images: Tensor) -> Callable[[Tensor], Tensor]:
    """Return how images are to be handed over, by trying: on the module's device, perhaps in its dtype.

    Also lets a module make what it makes at its first call, before its parameters are listed.
    """
    like = next(iter(nn.Module.parameters(module)), images)
    problem: Exception | None = None
    for dtype in dict.fromkeys((images.dtype, like.dtype)):
        form = partial(_placed, device=like.device, dtype=dtype)
        try:
            module(form(images))
        except Exception as error:  # noqa: BLE001 - forward is the student's
            problem = error
        else:
            return form
    raise CannotCapture(f"forward raised {type(problem).__name__} for {len(images)} images") from problem


def _placed(images: Tensor, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Return a copy, which forward may change."""
    return images.to(device, dtype, memory_format=torch.contiguous_format, copy=True)


def _state(module: nn.Module) -> dict[str, Leaf]:
    """Return parameters and buffers as they are now, by torch's own walk.

    What a class makes of `parameters()` or `state_dict()` does not matter. One tensor under two names is
    listed under both; the trace takes the first.
    """
    found: dict[str, Leaf] = {}
    for name, parameter in nn.Module.named_parameters(module, remove_duplicate=False):
        found[name] = Leaf(parameter, "parameter" if parameter.requires_grad else "frozen")
    for name, buffer in nn.Module.named_buffers(module, remove_duplicate=False):
        found[name] = Leaf(buffer, "buffer")
    return found


class _Tidied(NamedTuple):
    nodes: list[Node]
    leaves: dict[str, Leaf]
    output: str


def _tidy(traced: Trace) -> _Tidied:
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
    return _Tidied(nodes, leaves, renamed(traced.output))


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


class _Merge:
    """Two traces as one: what grows with the number of images becomes a multiple of it."""

    def __init__(self, small: int, large: int) -> None:
        self._small = small
        self._large = large

    def nodes(self, first: list[Node], second: list[Node]) -> list[Any]:
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

    def same_constants(self, first: dict[str, Leaf], second: dict[str, Leaf]) -> None:
        if list(first) != list(second):
            raise CannotCapture("other tensors are used when there are more images")
        for name, leaf in first.items():
            if leaf.role == "constant" and not _equal(leaf.value, second[name].value):
                raise CannotCapture("a tensor made outside of torch changes with the images")


def _equal(one: Tensor, other: Tensor) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    return torch.equal(one, other) or bool(torch.isclose(one, other, rtol=0, atol=0, equal_nan=True).all())
