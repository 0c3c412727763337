"""Safetensors from an untrusted process: the header is checked before the library sees it."""

from __future__ import annotations

import math
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from labgrade.wire import strict_json
from labgrade.wire.strict_json import WireError

_HEADER_BYTES = 1 << 20
_ITEM_BYTES = {
    "BOOL": 1, "U8": 1, "I8": 1, "I16": 2, "U16": 2, "I32": 4, "U32": 4, "I64": 8, "U64": 8,
    "F16": 2, "BF16": 2, "F32": 4, "F64": 8,
}  # fmt: skip


def decode_tensors(body: bytes, max_tensors: int, max_dimensions: int) -> dict[str, Tensor]:
    """Decode a safetensors body.

    Raises:
        WireError: where the header is malformed, too large, or does not describe the bytes that follow.
    """
    header = _header(body)
    if len(header) > max_tensors:
        raise WireError(f"{len(header)} tensors in a frame")
    end = 0
    for name, entry in header.items():
        end = max(end, _check_entry(name, entry, max_dimensions))
    if end != len(body) - 8 - int.from_bytes(body[:8], "little"):
        raise WireError("the tensors do not fill the body")
    try:
        tensors = load(body)
    except (SafetensorError, ValueError, RuntimeError, KeyError) as error:
        raise WireError(f"not acceptable safetensors: {type(error).__name__}") from None
    for tensor in tensors.values():
        if tensor.dtype == torch.bool and tensor.numel() and int(tensor.view(torch.uint8).max()) > 1:
            raise WireError("a boolean tensor holds bytes other than 0 and 1")
    return tensors


def _header(body: bytes) -> dict[str, Any]:
    size = int.from_bytes(body[:8], "little")
    if len(body) < 8 or size > min(_HEADER_BYTES, len(body) - 8):
        raise WireError("the safetensors header is longer than allowed")
    header = strict_json.loads(body[8 : 8 + size], max_depth=3)
    if not isinstance(header, dict):
        raise WireError("the safetensors header is no object")
    return header


def _check_entry(name: str, entry: Any, max_dimensions: int) -> int:
    """Check one header entry against its own numbers; return where its bytes end."""
    if len(name) > 200 or not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise WireError("a malformed safetensors entry")
    shape, offsets, item = entry["shape"], entry["data_offsets"], _ITEM_BYTES.get(str(entry["dtype"]))
    if item is None or not _whole(shape) or not _whole(offsets) or len(offsets) != 2:
        raise WireError("a malformed safetensors entry")
    if len(shape) > max_dimensions or math.prod(shape) * item != offsets[1] - offsets[0]:
        raise WireError("a tensor's shape does not fit its bytes")
    return int(offsets[1])


def _whole(numbers: Any) -> bool:
    return isinstance(numbers, list) and all(type(n) is int and 0 <= n < 1 << 48 for n in numbers)
