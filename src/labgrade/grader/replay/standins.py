"""What a replay calls in place of operators that are not safe, or not certain, as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

from labgrade.grader.replay.errors import BadGraph


def _view(tensor: Tensor, size: Sequence[int]) -> Tensor:
    """View a tensor; copy where its strides here, on the CPU and contiguous, do not allow a view."""
    return tensor.reshape(list(size))


def _restride(tensor: Tensor, size: Sequence[int], *_strides: Any) -> Tensor:
    """Leave a tensor as it is: pooling restrides what it made for another memory format."""
    if list(tensor.shape) != list(size):
        raise BadGraph("strides that do not belong to the tensor's shape")
    return tensor


def _leaky(tensor: Tensor, _noise: Tensor, lower: float = 1 / 8, upper: float = 1 / 3, *_rest: Any) -> Tensor:
    """Do as `rrelu_with_noise` in evaluation, where nothing is random."""
    return functional.leaky_relu(tensor, (lower + upper) / 2)


def _weight_norm(direction: Tensor, magnitude: Tensor, dim: int = 0) -> tuple[Tensor, None]:
    """Do as `_weight_norm_interface`, which reads past the end of a magnitude that is too short."""
    others = [axis for axis in range(direction.dim()) if axis != dim % direction.dim()]
    return direction * (magnitude / torch.linalg.vector_norm(direction, dim=others, keepdim=True)), None


def _attention(  # noqa: PLR0913 - the operator's own arguments
    query: Tensor,
    key: Tensor,
    value: Tensor,
    _dropout: float = 0.0,
    is_causal: bool = False,  # noqa: FBT001, FBT002 - the operator's own arguments
    *,
    attn_mask: Tensor | None = None,
    scale: float | None = None,
) -> tuple[Tensor, None]:
    """Do as the kernel for the CPU, by the public function, which checks shapes."""
    attend = functional.scaled_dot_product_attention
    return attend(query, key, value, attn_mask=attn_mask, is_causal=is_causal, scale=scale), None


# Memory as it was left by others is no number of a network's: what is not filled is zero.
STAND_INS: Final[dict[str, Callable[..., Any]]] = {
    "view": _view,
    "_unsafe_view": _view,
    "as_strided_": _restride,
    "rrelu_with_noise": _leaky,
    "_weight_norm_interface": _weight_norm,
    "_scaled_dot_product_flash_attention_for_cpu": _attention,
    "empty": torch.ops.aten.zeros.default,
    "empty_like": torch.ops.aten.zeros_like.default,
    "new_empty": torch.ops.aten.new_zeros.default,
}
"""By an operator's base name; with the arguments and results of the operator itself."""
