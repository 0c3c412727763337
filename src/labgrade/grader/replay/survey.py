"""What a program will take, found out on tensors without values before anything is computed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

from labgrade.grader.replay.errors import BadGraph
from labgrade.grader.replay.program import FACTORS, Program, Step, Values, look_up
from labgrade.wire.operators import IMAGES, LEAF

MOST_VALUE_BYTES: Final = 128 << 20
"""Of one value, also of one that only seems as large (`expand`): an operator may have to write it out."""

MOST_MEMORY: Final = 512 << 20
"""Bytes of all values of one run, and of what convolutions set up aside."""

MOST_WORK: Final = 1e9
MOST_WORK_PER_IMAGE: Final = 1e8
"""Units of work, roughly nanoseconds of one core: 1 s a run and 0.1 s an image.

Measured for one image: the classifier of the manual takes 5·10⁶.
"""

_CALL: Final = 20_000.0
_ELEMENT: Final = 10.0
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


@dataclass(frozen=True)
class Survey:
    """What a run on so many images takes.

    Attributes:
        shapes: of the (first) result of each step.
        output: shape of the result.
        floating: whether the result holds floating-point numbers.
        work: in units of `MOST_WORK`.
        memory: bytes.
    """

    shapes: list[tuple[int, ...]]
    output: tuple[int, ...]
    floating: bool
    work: float
    memory: int


def survey(program: Program, images: int) -> Survey:
    """Run a program on `images` images without values.

    Raises:
        BadGraph: shapes or dtypes do not fit each other, or a limit is passed.
    """
    values: Values = {LEAF + name: _without_values(leaf) for name, leaf in program.leaves.items()}
    values[IMAGES] = torch.empty((images, *program.shape), dtype=program.dtype, device="meta")
    tally = _Tally(images)
    for step in program.steps:
        with refusing(step):
            values[step.reference] = tally.call(step, values)
    with refusing(None):
        output = look_up(program.output, values)
        return Survey(
            tally.shapes, tuple(output.shape), output.is_floating_point(), tally.work, int(tally.memory)
        )


@contextmanager
def refusing(step: Step | None) -> Iterator[None]:
    """Turn whatever torch raises for arguments that do not fit into `BadGraph`."""
    try:
        yield
    except BadGraph:
        raise
    except Exception as error:
        where = "its result" if step is None else step.operator.name
        raise BadGraph(f"{where}: {type(error).__name__}") from error


class _Tally:
    """Adds up what the steps of a run on `images` images take."""

    def __init__(self, images: int) -> None:
        self._images = images
        self.shapes: list[tuple[int, ...]] = []
        self.work = 0.0
        self.memory = 0.0

    def call(self, step: Step, values: Values) -> Any:
        """Return the result of a step on tensors without values."""
        args, kwargs = step.arguments(values, self._images)
        step.operator.guard(*args, **kwargs)
        result = step.operator.run(*args, **_on_meta(step, kwargs))
        made = list(_tensors(result))
        if any(_size(tensor) > MOST_VALUE_BYTES for tensor in made):
            raise BadGraph(f"{step.operator.name}: a result of more than {MOST_VALUE_BYTES >> 20} MiB")
        self._add(step, args, made)
        self.shapes.append(tuple(made[0].shape) if made else ())
        return result

    def _add(self, step: Step, args: list[Any], made: list[Tensor]) -> None:
        self.work += _work(step, args, made)
        self.memory += _memory(step, args, made)
        if self.work > MOST_WORK + self._images * MOST_WORK_PER_IMAGE or self.memory > MOST_MEMORY:
            raise BadGraph("it takes more work or memory than a network of this course can")


def _without_values(leaf: Tensor) -> Tensor:
    return torch.empty(leaf.shape, dtype=leaf.dtype, device="meta")


def _on_meta(step: Step, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Say where to create: other operators go where their arguments are."""
    names = {argument.name for argument in step.node.operator._schema.arguments}  # noqa: SLF001
    return {**kwargs, "device": torch.device("meta")} if "device" in names else kwargs


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)


def _size(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()


def _memory(step: Step, args: list[Any], made: list[Tensor]) -> float:
    written = 0 if step.operator.views else sum(map(_size, made))
    if step.operator.base != "convolution":
        return written
    # Kernels without a library behind them lay every window of the image out.
    weight, groups = args[1], args[8]
    windows = _products(step, args, made) * groups // max(1, weight.shape[0])
    return written + windows * int(weight.element_size())


def _work(step: Step, args: list[Any], made: list[Tensor]) -> float:
    if step.operator.views and not step.node.writes():
        return _CALL
    moved = sum(tensor.numel() for tensor in (*_tensors(args), *made))
    work = _CALL + _ELEMENT * moved
    products = _products(step, args, made)
    return work + products * _price(step, args) if products else work


def _price(step: Step, args: list[Any]) -> float:
    fast = args[0].dtype == torch.float32 and (step.operator.base != "convolution" or args[8] == 1)
    return _PRODUCT if fast else _SLOW_PRODUCT


def _products(step: Step, args: list[Any], made: list[Tensor]) -> int:
    """Return how many numbers are multiplied, or compared, to make the result."""
    base = step.operator.base
    if base == "convolution":
        weight, transposed = args[1], args[6]
        moving: Tensor = args[0] if transposed else made[0]
        return moving.numel() * math.prod(weight.shape[1:])
    if base in FACTORS:
        return made[0].numel() * int(args[FACTORS[base]].shape[-1])
    if base == "_scaled_dot_product_flash_attention_for_cpu":
        return 2 * made[0].numel() * int(args[1].shape[-2])
    return _comparisons(args, made, _POOLS[base]) if base in _POOLS else 0


def _comparisons(args: list[Any], made: list[Tensor], dimensions: int) -> int:
    kernel, padding = args[1], args[_PADDING] if len(args) > _PADDING else []
    window = math.prod(kernel) if len(kernel) > 1 else kernel[0] ** dimensions
    return _COMPARISON * made[0].numel() * int(window + sum(padding))
