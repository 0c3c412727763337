"""How large an operator's result can be, from its arguments alone: asked before it is computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final

from torch import Tensor

_LARGEST: Final = 1 << 62
"""Stands for sizes that nobody computes."""


def numbers_in(base: str, args: Sequence[Any], kwargs: dict[str, Any]) -> int:
    """Return how many numbers each result of an operator holds at most.

    Args:
        base: the operator's name without namespace and overload.
        args: positional arguments, with real tensors.
        kwargs: keyword arguments.

    Raises:
        Exception: whatever Python raises where the arguments are not such that the operator could run.
    """
    return _RULES.get(base, _broadcast)(*args, **kwargs)


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Yield the tensors inside lists and tuples."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item)


def extent(tensor: Tensor) -> int:
    """Return how many numbers a tensor, or a sum over it, may hold: an empty dimension counts as one."""
    return math.prod(max(size, 1) for size in tensor.shape)


def _broadcast(*args: Any, **_named: Any) -> int:
    """Elementwise operators, and reductions, which give no more than they take."""
    # torch.broadcast_shapes would import 487 modules on first use (0.3 s).
    aligned = zip_longest(*(reversed(tensor.shape) for tensor in tensors_in(args)), fillvalue=1)
    return math.prod(max(1, *sizes) for sizes in aligned)


def _first(tensor: Tensor, *_args: Any, **_named: Any) -> int:
    return extent(tensor)


def _sum(tensors: list[Tensor], *_args: Any, **_named: Any) -> int:
    return sum(map(extent, tensors))


def _product(sizes: Sequence[int]) -> int:
    return math.prod(abs(size) for size in sizes)


def _created(size: Sequence[int], *_args: Any, **_named: Any) -> int:
    return _product(size)


def _created_like(_tensor: Tensor, size: Sequence[int], *_args: Any, **_named: Any) -> int:
    return _product(size)


def _square(side: int, **_named: Any) -> int:
    return side * side


def _range(*args: float, **_named: Any) -> int:
    start, end, step = {1: (0, *args, 1), 2: (*args, 1)}.get(len(args), args)
    steps = (end - start) / step
    return int(abs(steps)) + 2 if math.isfinite(steps) else _LARGEST


def _steps(_start: float, _end: float, steps: int, **_named: Any) -> int:
    return steps


def _one(*_args: Any, **_named: Any) -> int:
    return 1


def _repeated(tensor: Tensor, repeats: Sequence[int]) -> int:
    return extent(tensor) * _product(repeats)


def _padded(tensor: Tensor, padding: Sequence[int], *_value: float) -> int:
    added = {axis: padding[2 * axis] + padding[2 * axis + 1] for axis in range(len(padding) // 2)}
    return _product([size + added.get(axis, 0) for axis, size in enumerate(reversed(tensor.shape))])


def _resized(images: Tensor, output_size: Sequence[int], *_args: Any) -> int:
    return _product(images.shape[: -len(output_size)]) * _product(output_size)


def _each(option: Sequence[int], dimensions: int) -> list[int]:
    """Return an option of a window for each dimension; one number stands for all."""
    return list(option) * dimensions if len(option) == 1 else list(option)


def _windows(  # noqa: PLR0913 - what describes a window
    size: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    *,
    spare: int = 0,
) -> int:
    """Return how many places a window has; `spare` more a dimension where it may reach over the edge."""
    each = [_each(option, len(size)) for option in (kernel, stride, padding, dilation)]
    places = [
        (extent + 2 * pad - gap * (width - 1) - 1) // step + 1 + spare
        for extent, width, step, pad, gap in zip(size, *each, strict=True)
    ]
    return math.prod(max(place, 0) for place in places)


def _convolution(  # noqa: PLR0913, PLR0917 - the operator's own arguments
    images: Tensor,
    weight: Tensor,
    _bias: Tensor | None,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    transposed: bool,  # noqa: FBT001 - the operator's own arguments
    output_padding: Sequence[int],
    groups: int,
) -> int:
    size, kernel = images.shape[-(weight.dim() - 2) :], weight.shape[2:]
    batch: int = math.prod(images.shape[: -(len(size) + 1)])
    if not transposed:
        return batch * weight.shape[0] * _windows(size, kernel, stride, padding, dilation)
    each = [_each(option, len(size)) for option in (stride, padding, dilation, output_padding)]
    sides: list[int] = [
        (extent - 1) * step - 2 * pad + gap * (width - 1) + more + 1
        for extent, width, step, pad, gap, more in zip(size, kernel, *each, strict=True)
    ]
    return batch * weight.shape[1] * groups * _product([max(side, 0) for side in sides])


def _pooling(dimensions: int) -> Callable[..., int]:
    def rule(
        images: Tensor,
        kernel: Sequence[int],
        stride: Sequence[int] = (),
        padding: Sequence[int] = (0,),
        dilation: Sequence[int] | bool = (1,),  # noqa: FBT001 - average pooling has `ceil_mode` here
        *_rest: Any,
    ) -> int:
        gaps = [1] if isinstance(dilation, bool) else dilation
        size = images.shape[-dimensions:]
        windows = _windows(size, kernel, stride or kernel, padding, gaps, spare=1)
        return math.prod(images.shape[:-dimensions]) * windows

    return rule


def _columns(
    images: Tensor,
    kernel: Sequence[int],
    dilation: Sequence[int],
    padding: Sequence[int],
    stride: Sequence[int],
) -> int:
    windows = _windows(images.shape[-2:], kernel, stride, padding, dilation)
    return math.prod(images.shape[:-2]) * _product(_each(kernel, 2)) * windows


def _matrix_product(one: Tensor, other: Tensor) -> int:
    columns: int = other.shape[-1] if other.dim() > 1 else 1
    return int(math.prod(one.shape[:-1])) * columns


def _added_product(_added: Tensor, one: Tensor, other: Tensor, **_named: Any) -> int:
    return _matrix_product(one, other)


def _attention(query: Tensor, key: Tensor, value: Tensor, *_args: Any, **_named: Any) -> int:
    # The public function may write down every score.
    rows = math.prod(query.shape[:-1])
    return rows * max(key.shape[-2], value.shape[-1])


_RULES: Final[dict[str, Callable[..., int]]] = {
    **dict.fromkeys(("cat", "stack"), _sum),
    **dict.fromkeys(("native_batch_norm", "native_layer_norm", "native_group_norm"), _first),
    **dict.fromkeys(("zeros", "ones", "full", "empty"), _created),
    **dict.fromkeys(("new_zeros", "new_ones", "new_full", "new_empty"), _created_like),
    **dict.fromkeys(("reflection_pad1d", "reflection_pad2d"), _padded),
    **dict.fromkeys(("replication_pad1d", "replication_pad2d", "constant_pad_nd"), _padded),
    **dict.fromkeys(("upsample_nearest1d", "upsample_nearest2d"), _resized),
    **dict.fromkeys(("upsample_bilinear2d", "upsample_bicubic2d"), _resized),
    **dict.fromkeys(("_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "adaptive_max_pool2d"), _resized),
    **dict.fromkeys(("max_pool2d_with_indices", "avg_pool2d"), _pooling(2)),
    **dict.fromkeys(("max_pool3d_with_indices", "avg_pool3d"), _pooling(3)),
    **dict.fromkeys(("mm", "bmm", "mv"), _matrix_product),
    **dict.fromkeys(("addmm", "baddbmm", "addmv"), _added_product),
    "eye": _square,
    "arange": _range,
    "linspace": _steps,
    "scalar_tensor": _one,
    "repeat": _repeated,
    "convolution": _convolution,
    "im2col": _columns,
    "_scaled_dot_product_flash_attention_for_cpu": _attention,
}
"""By base name; every other operator's result is no larger than its arguments broadcast."""
