"""What one run of a program may take: size of values, memory, work. Asked before each step."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import torch
from torch import Tensor

from labgrade.grader.replay.errors import BadGraph
from labgrade.grader.replay.program import FACTORS, Step
from labgrade.grader.replay.sizes import extent, numbers_in, tensors_in

MOST_NUMBERS: Final = 1 << 24
"""In one value, also in one that only seems as large (`expand`): an operator may have to write it out."""

MOST_MEMORY: Final = 512 << 20
"""Bytes of all values of one run, and of what convolutions set up aside."""

MOST_WORK: Final = 1e9
MOST_WORK_PER_IMAGE: Final = 1e8
"""Units of work, roughly nanoseconds of one core: 1 s a run and 0.1 s an image."""

_CALL: Final = 20_000
_ELEMENT: Final = 10
_PRODUCT: Final = 0.1
_SLOW_PRODUCT: Final = 1.0
"""Of one call; one element read or written; one multiplication in a fast kernel, and in any other."""

_COMPARISON: Final = 10
"""Of one number in a window that is pooled, in multiplications."""

_POOLS: Final = {
    "max_pool2d_with_indices": 2, "max_pool3d_with_indices": 3, "avg_pool2d": 2, "avg_pool3d": 3,
}  # fmt: skip
"""Dimensions of an image, by operator; the kernel's size is the argument at 1."""

_PADDING: Final = 3
"""Where its padding stands."""


class Tally:
    """Calls the steps of one run, and adds up what they take.

    Attributes:
        work: in units of `MOST_WORK`.
        memory: bytes.
        shapes: of the first result of each step so far.
    """

    def __init__(self, images: int) -> None:
        self._images = images
        self.work = 0.0
        self.memory = 0
        self.shapes: list[tuple[int, ...]] = []

    def call(self, step: Step, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Return the result of a step.

        Raises:
            BadGraph: its arguments do not fit it, or a limit would be passed.
        """
        with refusing(step.operator.name):
            step.operator.guard(*args, **kwargs)
            self._before(step, args, kwargs)
            result = step.operator.run(*args, **kwargs)
        self._after(step, list(tensors_in(result)))
        return result

    def _before(self, step: Step, args: list[Any], kwargs: dict[str, Any]) -> None:
        if step.operator.views and not step.node.writes():
            self.work += _CALL
            return
        made = numbers_in(step.operator.base, args, kwargs)
        _check(step, made)
        products = _products(step.operator.base, args, made)
        self.work += _CALL + _ELEMENT * (made + sum(map(extent, tensors_in(args))))
        self.work += products * _price(step.operator.base, args)
        self.memory += _set_up(step.operator.base, args, products)
        if self.work > MOST_WORK + self._images * MOST_WORK_PER_IMAGE or self.memory > MOST_MEMORY:
            raise BadGraph("it takes more work or memory than a network of this course can")

    def _after(self, step: Step, made: list[Tensor]) -> None:
        for tensor in made:
            _check(step, extent(tensor))
        if not step.operator.views:
            self.memory += sum(tensor.numel() * tensor.element_size() for tensor in made)
        self.shapes.append(tuple(made[0].shape) if made else ())


@contextmanager
def refusing(where: str) -> Iterator[None]:
    """Turn whatever torch raises for arguments that do not fit into `BadGraph`."""
    try:
        yield
    except BadGraph:
        raise
    except Exception as error:
        raise BadGraph(f"{where}: {type(error).__name__}") from error


def _check(step: Step, numbers: int) -> None:
    if numbers > MOST_NUMBERS:
        raise BadGraph(f"{step.operator.name}: a result of more than {MOST_NUMBERS} numbers")


def _products(base: str, args: list[Any], made: int) -> int:
    """Return how many numbers are multiplied, or compared, to make a result of `made` numbers."""
    if base == "convolution":
        weight, transposed = args[1], args[6]
        moving: int = args[0].numel() if transposed else made
        return moving * int(math.prod(weight.shape[1:]))
    if base in FACTORS:
        return made * int(args[FACTORS[base]].shape[-1])
    if base == "_scaled_dot_product_flash_attention_for_cpu":
        return made * int(args[0].shape[-1] + args[1].shape[-2])
    return _comparisons(args, made, _POOLS[base]) if base in _POOLS else 0


def _comparisons(args: list[Any], made: int, dimensions: int) -> int:
    kernel, padding = args[1], args[_PADDING] if len(args) > _PADDING else []
    window = math.prod(kernel) if len(kernel) > 1 else kernel[0] ** dimensions
    return _COMPARISON * made * int(window + sum(padding))


def _price(base: str, args: list[Any]) -> float:
    floats = any(tensor.dtype == torch.float32 for tensor in tensors_in(args))
    return _PRODUCT if floats and (base != "convolution" or args[8] == 1) else _SLOW_PRODUCT


def _set_up(base: str, args: list[Any], products: int) -> int:
    """Return the bytes of the windows that a convolution may lay out, without a library behind it."""
    if base != "convolution":
        return 0
    weight, groups = args[1], args[8]
    windows = products * int(groups) // max(1, int(weight.shape[0]))
    return windows * int(weight.element_size())
