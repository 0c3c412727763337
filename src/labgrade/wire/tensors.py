"""Safetensors from an untrusted process: the header is checked before the library sees it."""

from __future__ import annotations

import math
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from labgrade.wire import strict_json
from labgrade.wire.plain import ITEM_BYTES, fits
from labgrade.wire.strict_json import WireError

_SIZE_BYTES = 8
_HEADER_BYTES = 1 << 20
_MAX_NAME = 200
_ENDS = 2
_ENTRY = {"dtype", "shape", "data_offsets"}


def decode_tensors(body: bytes, max_tensors: int) -> dict[str, Tensor]:
    """Decode a safetensors body.

    Raises:
        WireError: where the header is malformed, too large, or does not describe the bytes that follow.
    """
    header = _header(body)
    if len(header) > max_tensors:
        raise WireError(f"{len(header)} tensors in a frame")
    end = 0
    for name, entry in header.items():
        end = max(end, _check_entry(name, entry))
    if end != len(body) - _SIZE_BYTES - int.from_bytes(body[:_SIZE_BYTES], "little"):
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
    size = int.from_bytes(body[:_SIZE_BYTES], "little")
    if len(body) < _SIZE_BYTES or size > min(_HEADER_BYTES, len(body) - _SIZE_BYTES):
        raise WireError("the safetensors header is longer than allowed")
    raw = body[_SIZE_BYTES : _SIZE_BYTES + size]
    header = strict_json.loads(raw, max_bytes=_HEADER_BYTES, max_depth=3)
    if not isinstance(header, dict):
        raise WireError("the safetensors header is no object")
    return header


def _check_entry(name: str, entry: Any) -> int:
    """Check one header entry against its own numbers; return where its bytes end."""
    if len(name) > _MAX_NAME or not isinstance(entry, dict) or set(entry) != _ENTRY:
        raise WireError("a malformed safetensors entry")
    shape, offsets, item = entry["shape"], entry["data_offsets"], ITEM_BYTES.get(str(entry["dtype"]))
    if item is None or not _whole(shape) or not _whole(offsets):
        raise WireError("a malformed safetensors entry")
    start, end = offsets if len(offsets) == _ENDS else (0, -1)
    if not fits(shape) or math.prod(shape) * item != end - start:
        raise WireError("a tensor's shape does not fit its bytes")
    return int(end)


def _whole(numbers: Any) -> bool:
    return isinstance(numbers, list) and all(type(n) is int and 0 <= n < 1 << 48 for n in numbers)
