"""A captured network, as graders ask about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import torch
from torch import Tensor

from labgrade.grader.replay.counting import parameter_count
from labgrade.grader.replay.errors import BadGraph
from labgrade.grader.replay.program import CONVOLUTION, LINEAR, Origins, Program
from labgrade.grader.replay.reading import read_program
from labgrade.grader.replay.running import Runner


class LayerRow(NamedTuple):
    """A layer with a weight.

    Attributes:
        operator: "convolution" or "linear".
        weight: name of the tensor that its weight is, or is made from.
        weight_shape: of that tensor.
        output_shape: of its result for one image, without the dimension of the images.
    """

    operator: str
    weight: str
    weight_shape: tuple[int, ...]
    output_shape: tuple[int, ...]


class CapturedGraph:
    """The evaluation of a student's network, replayed here: what it computes is not for the worker to say.

    What its result does not depend on (unused layers) is no part of it.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._runner = Runner(program)

    @classmethod
    def from_plain(cls, value: Any) -> CapturedGraph:
        """Check what `labgrade.probes.capture.capture` sent, and build the graph from it.

        Nothing of it runs but operators from our own list, within limits of size and work.

        Raises:
            BadGraph: it is malformed, calls another operator, passes a limit, or gives no row an image.
        """
        return cls(read_program(value))

    @property
    def tensors(self) -> dict[str, Tensor]:
        """The leaf tensors that the result depends on, by name, in order of use."""
        return dict(self._program.leaves)

    @property
    def roles(self) -> dict[str, str]:
        """Of each leaf tensor, as the worker tells it: "parameter", "frozen", "buffer" or "constant"."""
        return dict(self._program.roles)

    @cached_property
    def operators(self) -> Counter[str]:
        """How often each operator is called, by base name ("relu", "convolution", "addmm")."""
        return Counter(step.operator.base for step in self._program.steps)

    def count(self, name: str) -> int:
        """Return how many "convolution" or "linear" layers there are, or calls of any other operator.

        A layer counts where its weight is a leaf tensor, or made from leaf tensors alone.
        """
        if name in {CONVOLUTION, LINEAR}:
            return sum(row.operator == name for row in self._layers)
        return self.operators[name]

    @cached_property
    def parameter_count(self) -> int:
        """How many numbers the network holds, in tensors that its result depends on.

        See `labgrade.grader.replay.counting` for what counts. It does not matter what is registered.
        """
        return parameter_count(self._program, self._origins)

    @cached_property
    def _origins(self) -> Origins:
        return Origins(self._program)

    def layers(self) -> list[LayerRow]:
        """Return the layers with a weight, in order of execution."""
        return list(self._layers)

    @cached_property
    def _layers(self) -> list[LayerRow]:
        rows = []
        for step, shape in zip(self._program.steps, self._runner.shapes, strict=True):
            family, names = self._origins.weight(step)
            if family:
                # Where a weight is made from several tensors, the largest stands for it.
                name = max(names, key=lambda name: self._program.leaves[name].numel())
                rows.append(LayerRow(family, name, tuple(self._program.leaves[name].shape), shape[1:]))
        return rows

    def shapes(self, images: Tensor) -> list[tuple[str, tuple[int, ...]]]:
        """Return each operator with the shape of its result on `images` (N, …).

        Raises:
            BadGraph: it does not take these images, or so many at once.
        """
        found = self._runner.survey(images).shapes
        return [(step.operator.base, shape) for step, shape in zip(self._program.steps, found, strict=True)]

    def logits(self, images: Tensor, replaced: Mapping[str, Tensor] | None = None) -> Tensor:
        """Return the network's result on `images`, in passes of at most 64, by one thread.

        Args:
            images: (N, …), N ≥ 1, on the CPU.
            replaced: other values for some of `tensors`, of their shapes and dtypes.

        Raises:
            BadGraph: it does not take images of this shape, or takes too long.
        """
        return self._runner.run(images, replaced)

    def influence(
        self, name: str, images: Tensor, generator: torch.Generator, *, least: float = 1e-4
    ) -> bool:
        """Whether other values of the leaf tensor `name` change the logits of `images` noticeably.

        Args:
            name: of one of `tensors`.
            images: (N, …), a few.
            generator: what the other values are drawn by.
            least: the change that counts, as a share of the largest logit. The kernel of a convolution that
                matters changes logits by far more than a bias does; to tell it from one that is mixed in with
                next to no weight, ask for 0.05.

        Raises:
            BadGraph: as `logits`.
        """
        before = self.logits(images)
        after = self.logits(images, {name: _other_values(self._program.leaves[name], generator)})
        scale = before.abs().max().nan_to_num(0.0, 0.0)
        return not bool((after - before).abs().max() <= least * scale)


def _other_values(tensor: Tensor, generator: torch.Generator) -> Tensor:
    """Draw values of the same shape, dtype, sign and spread as those of a tensor."""
    known = tensor.double()
    drawn = torch.randn(tensor.shape, generator=generator, dtype=torch.float64)
    spread = known.std(correction=0) if known.numel() else known.sum()
    drawn = drawn * (spread if spread > 0 else 1.0) + known.mean()
    if tensor.dtype == torch.bool:
        return ~tensor
    return (drawn.abs() if bool((known >= 0).all()) else drawn).to(tensor.dtype)


def agrees(graph: CapturedGraph, images: Tensor, worker_logits: Any) -> bool:
    """Whether the replay gives on `images` what the network itself gave in the worker.

    Args:
        graph: the captured network.
        images: (N, …); not those that it was captured with.
        worker_logits: what came back from the worker: anything.

    Within 1e-3, or 1e-4 of the largest logit (of 1 where all are smaller); nothing that is not finite agrees.
    """
    from_worker = isinstance(worker_logits, Tensor) and worker_logits.device.type == "cpu"
    if not from_worker or not worker_logits.is_floating_point():
        return False
    try:
        replayed = graph.logits(images).double()
    except BadGraph:
        return False
    told = worker_logits.detach().double()
    if told.shape != replayed.shape or not told.isfinite().all() or not replayed.isfinite().all():
        return False
    atol = 1e-4 * max(1.0, float(replayed.abs().max()))
    return torch.allclose(told, replayed, rtol=1e-3, atol=atol)
