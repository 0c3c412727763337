"""Checks that operators leave to their callers: without them some read beyond a tensor, or take for ever.

Front ends (`F.batch_norm`, `F.max_pool2d`) check what they hand down; a graph calls what lies below them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from torch import Tensor

from labgrade.grader.replay.errors import BadGraph

_MOST_PIECES: Final = 4096
"""Into which a tensor may be split."""

_LONGEST_WINDOW: Final = 1024
"""Kernel, stride, padding and dilation; kernels step through a padding one by one."""


def _batch_norm(  # noqa: PLR0913, PLR0917 - the operator's own arguments
    images: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,  # noqa: FBT001 - the operator's own arguments
    *_numbers: float,
) -> None:
    given = [tensor for tensor in (weight, bias, running_mean, running_var) if tensor is not None]
    if images.dim() < 2 or any(tuple(tensor.shape) != (images.shape[1],) for tensor in given):  # noqa: PLR2004
        raise BadGraph("batch norm: a tensor does not have one number a channel")
    if not training and (running_mean is None or running_var is None):
        raise BadGraph("batch norm: evaluation without running statistics")


def _upsample(images: Tensor, output_size: Sequence[int], *options: float | bool | None) -> None:
    # An absurd scale would let the kernel read far outside the image.
    scales = [option for option in options if not isinstance(option, bool)]  # `align_corners` comes before
    for scale, size, result in zip(scales, images.shape[2:], output_size, strict=False):
        if type(scale) is float and not (math.isfinite(scale) and result <= size * scale < result + 1):
            raise BadGraph("upsampling: a scale does not fit the sizes")


def _windows(_images: Tensor, *options: Any, **_named: Any) -> None:
    numbers = [number for option in options for number in (option if isinstance(option, list) else [option])]
    if any(type(number) is int and abs(number) > _LONGEST_WINDOW for number in numbers):
        raise BadGraph("a window of more than 1024 steps")


def _convolution(_images: Tensor, _weight: Tensor, _bias: Tensor | None, *options: Any) -> None:
    _windows(_images, *options[:-1])  # the last is the number of groups


def _split(tensor: Tensor, size: int, dim: int = 0) -> None:
    if tensor.shape[dim] > _MOST_PIECES * size:
        raise BadGraph("a tensor split into too many pieces")


def _unbind(tensor: Tensor, dim: int = 0) -> None:
    _split(tensor, 1, dim)


def _attention(
    _query: Tensor, _key: Tensor, _value: Tensor, dropout: float = 0.0, *_rest: Any, **_named: Any
) -> None:
    if dropout:
        raise BadGraph("attention: dropout in evaluation")


GUARDS: Final[dict[str, Callable[..., None]]] = {
    "native_batch_norm": _batch_norm,
    "upsample_nearest1d": _upsample,
    "upsample_nearest2d": _upsample,
    "upsample_bilinear2d": _upsample,
    "upsample_bicubic2d": _upsample,
    "max_pool2d_with_indices": _windows,
    "max_pool3d_with_indices": _windows,
    "avg_pool2d": _windows,
    "avg_pool3d": _windows,
    "im2col": _windows,
    "unfold": _windows,
    "convolution": _convolution,
    "split": _split,
    "unsafe_split": _split,
    "unbind": _unbind,
    "_scaled_dot_product_flash_attention_for_cpu": _attention,
}
"""By an operator's base name; called with its arguments before it is."""
