"""Values sent through a whole frame, and frames as nobody honest writes them."""

from __future__ import annotations

import json
import struct
from typing import Any

import hypothesis.strategies as st
import numpy as np
import torch
from hypothesis.extra import numpy as hnp

from labgrade.wire.frames import Frame, FrameLimits, decode, encode
from labgrade.wire.values import REPLY, pack, unpack

LENGTHS = struct.Struct(">II")
LIMITS = FrameLimits()
TENSOR_DTYPES = [
    torch.bool, torch.uint8, torch.int8, torch.int16, torch.uint16, torch.int32, torch.uint32, torch.int64,
    torch.uint64, torch.float16, torch.bfloat16, torch.float32, torch.float64,
]  # fmt: skip
SCALAR_DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]


def frame_of(value: Any, limits=REPLY) -> bytes:
    """Return the bytes of a frame that carries one value."""
    tensors: dict[str, torch.Tensor] = {}
    return encode(Frame({"value": pack(value, tensors, limits)}, tensors))


def parts(raw: bytes) -> tuple[bytes, bytes]:
    """Return head and body of one frame."""
    head, body = LENGTHS.unpack_from(raw)
    assert LENGTHS.size + head + body == len(raw)
    return raw[LENGTHS.size : LENGTHS.size + head], raw[LENGTHS.size + head :]


def sent(value: Any, limits=REPLY) -> Any:
    """Return what arrives of a value that a worker sends."""
    frame = decode(*parts(frame_of(value, limits)), LIMITS)
    return unpack(frame.head["value"], frame.tensors)


def safetensors(header: Any, data: bytes = b"", *, size: int | None = None) -> bytes:
    """Return a body with this header (an object, or its raw bytes)."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw) if size is None else size) + raw + data


def entry(dtype: str = "U8", shape: Any = (1,), offsets: Any = (0, 1)) -> dict[str, Any]:
    """Return one header entry."""
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def same(left: Any, right: Any) -> bool:
    """Whether two plain values are of the same types, shapes, dtypes and values; NaN equals NaN."""
    if type(left) is not type(right):
        return False
    if isinstance(left, torch.Tensor):
        return (
            (left.dtype, left.shape, left.device.type) == (right.dtype, right.shape, right.device.type)
            and left.requires_grad == right.requires_grad
            and (left.is_meta or _same_bytes(left.detach(), right.detach()))
        )
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and np.array_equal(left, right, equal_nan=left.dtype.kind == "f")
    if isinstance(left, dict):
        return len(left) == len(right) and all(
            same(a, b) and same(left[a], right[b]) for a, b in zip(left, right, strict=True)
        )
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right) or (left != left and right != right)  # noqa: PLR0124 - NaN


def _same_bytes(left: torch.Tensor, right: torch.Tensor) -> bool:
    return torch.equal(torch.nan_to_num(left, 7.0), torch.nan_to_num(right, 7.0)) and (
        not left.is_floating_point() or torch.equal(left.isnan(), right.isnan())
    )


@st.composite
def tensors(draw: st.DrawFn, dtypes=TENSOR_DTYPES) -> torch.Tensor:
    """Tensors of every dtype that crosses, of 0 to 4 dimensions, empty ones and views among them."""
    dtype = draw(st.sampled_from(dtypes))
    shape = draw(st.lists(st.integers(0, 3), max_size=4))
    size = int(np.prod(shape))
    values = draw(st.lists(st.integers(0, 1 if dtype == torch.bool else 120), min_size=size, max_size=size))
    tensor = torch.tensor(values, dtype=torch.float64).to(dtype).reshape(shape)
    if dtype.is_floating_point and draw(st.booleans()):
        tensor = (tensor * draw(st.sampled_from([1.0, -0.5, float("nan"), float("inf")]))).requires_grad_()
    if tensor.dim() > 1 and draw(st.booleans()):
        tensor = tensor.transpose(0, 1).detach()
    return tensor


numbers = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.floats(),
    st.text(max_size=20),
)
arrays = hnp.arrays(
    dtype=st.sampled_from([f"{order}{kind}" for kind in SCALAR_DTYPES for order in "<>"]),
    shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
scalars = hnp.arrays(dtype=st.sampled_from(SCALAR_DTYPES), shape=()).map(lambda array: array[()])
keys = st.one_of(st.text(max_size=5), st.integers(-9, 9), st.tuples(st.integers(-9, 9), st.text(max_size=3)))
plain_values = st.recursive(
    st.one_of(
        numbers,
        tensors(),
        arrays,
        scalars,
        st.sampled_from([torch.device("cpu"), torch.device("meta"), torch.float16, torch.Size([2, 0])]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
    ),
    max_leaves=8,
)
