"""Running a program on images: in the trusted process, on one core, with limits."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import torch
from torch import Tensor

from labgrade.grader.replay.errors import BadGraph
from labgrade.grader.replay.limits import Tally, refusing
from labgrade.grader.replay.program import Program, Values, look_up
from labgrade.wire.operators import IMAGES, LEAF, whole

MOST_SECONDS: Final = 120.0
"""CPU seconds of one call: a last resort, for numbers on which a processor is slow (denormal ones)."""

_LONGEST_ROW: Final = 4096
"""Numbers for one image: the rows of all passes are held together."""

_MOST_AT_ONCE: Final = 64
_MEMORY_AT_ONCE: Final = 128 << 20
_WORK_AT_ONCE: Final = 5e8
"""Images, bytes and work of one pass: what stays in a core's caches is not slower in small batches."""


@dataclass(frozen=True)
class Runner:
    """Runs one program.

    Attributes:
        program: what is run.
    """

    program: Program

    def __post_init__(self) -> None:
        """Try the program on two and three images, and refuse it where it cannot run.

        Raises:
            BadGraph: arguments do not fit, its result is not one row for each image, or it passes a limit.
        """
        _ = self.at_once

    @cached_property
    def _small(self) -> dict[int, Tally]:
        return {number: self.survey(torch.zeros(number, *self.program.shape)) for number in (2, 3)}

    def survey(self, images: Tensor) -> Tally:
        """Return what a run on a few images (N, …) takes, and the shapes of its results.

        Raises:
            BadGraph: as `run`.
        """
        tally = Tally(len(images))
        with _quietly():
            self._pass(self._accepted(images), self.program.leaves, tally, time.thread_time() + MOST_SECONDS)
        return tally

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Of the first result of each step, for two images."""
        return self._small[2].shapes

    @cached_property
    def at_once(self) -> int:
        """How many images one pass takes."""
        two, three = self._small[2], self._small[3]
        memory = _affordable(_MEMORY_AT_ONCE, two.memory, three.memory)
        work = _affordable(_WORK_AT_ONCE, two.work, three.work)
        return max(2, min(_MOST_AT_ONCE, memory, work))

    def run(self, images: Tensor, replaced: Mapping[str, Tensor] | None = None) -> Tensor:
        """Return the program's result.

        Args:
            images: (N, …), N ≥ 1, on the CPU.
            replaced: other values for some leaves, of their shapes and dtypes.

        Raises:
            BadGraph: it does not take these images, or a limit is passed.
        """
        leaves = {**self.program.leaves, **(replaced or {})}
        deadline = time.thread_time() + MOST_SECONDS
        parts = self._accepted(images).tensor_split(math.ceil(len(images) / self.at_once))
        with _quietly():
            return torch.cat([self._pass(part, leaves, Tally(len(part)), deadline) for part in parts])

    def _accepted(self, images: Tensor) -> Tensor:
        if images.shape[1:] != self.program.shape or not len(images):
            raise BadGraph("it takes images of another shape")
        return images.to(self.program.dtype)

    def _pass(self, images: Tensor, leaves: Mapping[str, Tensor], tally: Tally, deadline: float) -> Tensor:
        # Copies where a step writes: the next pass begins with what the worker sent.
        own = Tensor.clone if self._writes else Tensor.detach
        values: Values = {LEAF + name: own(leaf) for name, leaf in leaves.items()}
        values[IMAGES] = images.clone()
        for step, finished in zip(self.program.steps, self._finished, strict=True):
            if time.thread_time() > deadline:
                raise BadGraph("it takes too long")
            with refusing(step.operator.name):
                args, kwargs = step.arguments(values, len(images))
            values[step.reference] = tally.call(step, args, kwargs)
            for reference in finished:
                del values[reference]
        with refusing("its result"):
            return _rows(look_up(self.program.output, values), len(images))

    @cached_property
    def _writes(self) -> bool:
        return any(
            step.node.writes() or step.operator.base == "native_batch_norm" for step in self.program.steps
        )

    @cached_property
    def _finished(self) -> list[list[str]]:
        """What no later step refers to, by step."""
        needed = {whole(self.program.output), IMAGES}
        finished: list[list[str]] = []
        for step in reversed(self.program.steps):
            last = {step.reference, *map(whole, step.node.references())} - needed
            needed |= last
            finished.append([reference for reference in last if not reference.startswith(LEAF)])
        return finished[::-1]


def _affordable(limit: float, two: float, three: float) -> int:
    """Return how many images stay within a limit, from what two and three of them take."""
    each = max(three - two, 1)
    return int((limit - (two - 2 * each)) // each)


def _rows(output: Tensor, images: int) -> Tensor:
    fits = output.is_floating_point() and output.numel() <= images * _LONGEST_ROW
    if not fits or output.shape[0] != images:
        raise BadGraph("its result is not a row of numbers for each image")
    return output.clone()


@contextmanager
def _quietly() -> Iterator[None]:
    """Run without gradients, by one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.no_grad():
            yield
    finally:
        torch.set_num_threads(threads)
