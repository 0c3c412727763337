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
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from labgrade.probes.capture.merging import Merge, tidy
from labgrade.probes.capture.tracing import CannotCapture, Leaf, trace
from labgrade.probes.walk import evaluating, named, named_parameters


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
        first, second = (tidy(trace(module, form(images), state)) for images in (small, large))
    merged = Merge(len(small), len(large))
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
    with ExitStack() as stack:
        stack.enter_context(evaluating(module))
        # Recurrent and attention layers then call the operators that they are made of.
        for get, switch in _LIBRARIES:
            stack.callback(switch, get())
            switch(False)  # noqa: FBT003 - torch's own signature
        yield


def _form(module: nn.Module, images: Tensor) -> Callable[[Tensor], Tensor]:
    """Return how images are to be handed over, by trying: on the module's device, perhaps in its dtype.

    Also lets a module make what it makes at its first call, before its parameters are listed.
    """
    like = next((value for _, value in named_parameters(module)), images)
    problem: Exception | None = None
    for dtype in dict.fromkeys((images.dtype, like.dtype)):
        form = partial(_placed, device=like.device, dtype=dtype)
        try:
            module(form(images))
        except Exception as error:  # noqa: BLE001 - forward is the student's
            problem = error
        else:
            return form
    raise CannotCapture(f"forward raised {type(problem).__name__[:80]} for {len(images)} images") from problem


def _placed(images: Tensor, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Return a copy, which forward may change."""
    return images.to(device, dtype, memory_format=torch.contiguous_format, copy=True)


def _state(module: nn.Module) -> dict[str, Leaf]:
    """Return parameters and buffers as they are now, by torch's own walk.

    What a class makes of `parameters()` or `state_dict()` does not matter. One tensor under two names is
    listed under both; the trace takes the first.
    """
    found: dict[str, Leaf] = {}
    for name, parameter in named_parameters(module):
        never_called: bool = is_lazy(parameter)
        if not never_called:
            found[name] = Leaf(parameter, "parameter" if parameter.requires_grad else "frozen")
    for name, buffer in named(module, "_buffers"):
        found[name] = Leaf(buffer, "buffer")
    return found
