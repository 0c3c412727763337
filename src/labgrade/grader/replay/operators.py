"""The operators that a replay runs, and nothing else.

Each is a pure function of its arguments (or writes to one of them), reads no memory but theirs, and gives
results whose sizes follow from sizes. Left out on purpose: random numbers; what looks rows up (`index`,
`gather`, `embedding`, `topk`, `sort`, `argmax`, `cdist`, `==`); what sets strides or storage (`as_strided`,
`set_`, `resize_`, `view.dtype`); sizes that follow from values (`nonzero`, `masked_select`); whole-number
division and shifts, which some processors answer with a signal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import torch
from torch._ops import OpOverload

from labgrade.grader.replay.errors import BadGraph
from labgrade.grader.replay.guards import GUARDS
from labgrade.grader.replay.standins import STAND_INS
from labgrade.wire.plain import clean_name

_VIEWS = """
    view _unsafe_view t transpose.int permute squeeze squeeze.dim squeeze.dims unsqueeze expand select.int
    slice.Tensor detach alias lift_fresh unfold split.Tensor split_with_sizes unbind.int
    unsafe_split.Tensor unsafe_split_with_sizes unsqueeze_ squeeze_ squeeze_.dim t_ transpose_
    as_strided_
"""
_COPIES = """
    clone _to_copy copy_ cat stack repeat flip roll constant_pad_nd reflection_pad1d
    reflection_pad2d replication_pad1d replication_pad2d pixel_shuffle pixel_unshuffle im2col
    upsample_nearest1d upsample_nearest2d upsample_bilinear2d upsample_bicubic2d channel_shuffle
"""
_ARITHMETIC = """
    add.Tensor add.Scalar add_.Tensor add_.Scalar sub.Tensor sub.Scalar sub_.Tensor sub_.Scalar rsub.Scalar
    rsub.Tensor mul.Tensor mul.Scalar mul_.Tensor mul_.Scalar div.Tensor div.Scalar div_.Tensor div_.Scalar
    neg abs exp log log1p expm1 sqrt rsqrt reciprocal pow.Tensor_Scalar pow.Tensor_Tensor pow.Scalar
    sin cos atan erf sign floor ceil round neg_ abs_ exp_ sqrt_ pow_.Scalar addcmul addcdiv lerp.Scalar
    lerp.Tensor maximum minimum clamp clamp_min clamp_max clamp_ clamp_min_ clamp_max_ gt.Scalar ge.Scalar
    lt.Scalar le.Scalar logical_not where.self masked_fill.Scalar fill.Scalar fill_.Scalar zero_ cumsum
    tril triu
"""
_ACTIVATIONS = """
    relu relu_ leaky_relu leaky_relu_ elu elu_ celu celu_ gelu silu silu_ mish mish_ sigmoid sigmoid_ tanh
    tanh_ hardtanh hardtanh_ hardswish hardswish_ hardsigmoid hardsigmoid_ softplus threshold threshold_
    softshrink hardshrink rrelu_with_noise log_sigmoid_forward glu _prelu_kernel _softmax _log_softmax
"""
_REDUCTIONS = """
    sum sum.dim_IntList mean mean.dim amax amin max min max.dim min.dim prod prod.dim_int var.correction
    std.correction var_mean.correction std_mean.correction linalg_vector_norm norm.Scalar norm.ScalarOpt_dim
    logsumexp
"""
_CREATION = """
    zeros ones full eye arange arange.start arange.start_step linspace scalar_tensor zeros_like ones_like
    full_like new_zeros new_ones new_full empty.memory_format empty_like new_empty
"""
_LAYERS = """
    convolution addmm mm bmm baddbmm mv addmv dot vdot max_pool2d_with_indices max_pool3d_with_indices
    avg_pool2d avg_pool3d _adaptive_avg_pool2d _adaptive_avg_pool3d adaptive_max_pool2d
    native_batch_norm native_layer_norm native_group_norm _weight_norm_interface
    _scaled_dot_product_flash_attention_for_cpu
"""

_GROUPS: Final = (_VIEWS, _COPIES, _ARITHMETIC, _ACTIVATIONS, _REDUCTIONS, _CREATION, _LAYERS)

ALLOWED: Final = frozenset(
    f"aten.{name}" if "." in name else f"aten.{name}.default" for group in _GROUPS for name in group.split()
)
"""Names as a captured graph spells them."""

_RANDOM: Final = tuple(
    f"aten.{name}"
    for name in (
        "bernoulli", "dropout", "exponential_", "multinomial", "native_dropout", "normal", "rand", "uniform_",
    )
)  # fmt: skip
"""How operators begin that a network in evaluation calls by mistake: dropout without `training=`."""

_PAIRS: Final = frozenset({"aten.var_mean.correction", "aten.std_mean.correction"})
"""Whose second result may be used too; of other operators with several results only the first: the rest are
positions of maxima, which look things up."""


@dataclass(frozen=True)
class Operator:
    """An operator that a replay runs.

    Attributes:
        name: as a graph spells it, `aten.max.dim`.
        overload: the ATen operator; its schema says what it takes.
        run: what to call: the operator, or our stand-in for one that is not safe as it is.
        guard: refuses arguments that the operator itself does not check.
        items: how many of its results may be used; 0 where it gives one tensor, None for a list.
        views: whether its results certainly lie in memory that was there before.
    """

    name: str
    overload: OpOverload
    run: Callable[..., Any]
    guard: Callable[..., None]
    items: int | None
    views: bool

    @property
    def base(self) -> str:
        """Its name without namespace and overload: `max`."""
        return self.name.split(".")[1]


@cache
def operator(name: str) -> Operator:
    """Look an operator up.

    Raises:
        BadGraph: it is not one that a replay runs.
    """
    if name not in ALLOWED:
        raise BadGraph(_refusal(clean_name(name)))
    _, base, overload_name = name.split(".")
    overload = getattr(getattr(torch.ops.aten, base), overload_name)
    run = STAND_INS.get(base, overload)
    results = overload._schema.returns  # noqa: SLF001 - torch offers no public name
    views = run is overload and any(result.alias_info is not None for result in results)
    return Operator(name, overload, run, GUARDS.get(base, _nothing), _items(name, results), views)


def _refusal(name: str) -> str:
    if name.startswith(_RANDOM):
        return f"it draws random numbers in evaluation, by {name}"
    return f"the operator {name} is not replayed"


def _items(name: str, results: Sequence[Any]) -> int | None:
    if len(results) > 1:
        return 2 if name in _PAIRS else 1
    return 0 if str(results[0].real_type) == "Tensor" else None


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    """Refuse nothing."""
