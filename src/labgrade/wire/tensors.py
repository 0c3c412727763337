"""Tensors as safetensors, and back from an untrusted process: each entry is checked against the bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from labgrade.wire import strict_json
from labgrade.wire.plain import SAFETENSORS, clean_text, fits
from labgrade.wire.strict_json import WireError

_SIZE_BYTES = 8
_HEADER_BYTES = 1 << 20
_MAX_NAME = 200
_ENDS = 2
_ENTRY = {"dtype", "shape", "data_offsets"}
_NAMES = {dtype: name for name, dtype in SAFETENSORS.items()}


def encode_tensors(tensors: Mapping[str, Tensor]) -> bytes:
    """Write contiguous CPU tensors in the safetensors format.

    The library's front end costs several times as much for the small tensors that cross here: it looks for
    storage shared between them, which `packing` has copied apart. A test holds both ends to the library.
    """
    header, parts, end = {}, [], 0
    for name, tensor in tensors.items():
        data = tensor.reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""
        start, end = end, end + len(data)
        kind, shape = _NAMES[tensor.dtype], list(tensor.shape)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [start, end]}
        parts.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _SIZE_BYTES)
    return b"".join((len(text).to_bytes(_SIZE_BYTES, "little"), text, *parts))


def decode_tensors(body: bytes, max_tensors: int) -> dict[str, Tensor]:
    """Decode a safetensors body.

    Raises:
        WireError: where the header is malformed, too large, or does not describe the bytes that follow.
    """
    header = _header(body)
    if len(header) > max_tensors:
        raise WireError(f"{len(header)} tensors in a frame")
    start = _SIZE_BYTES + int.from_bytes(body[:_SIZE_BYTES], "little")
    end = 0
    for name, entry in sorted(header.items(), key=_offset):
        end = _check_entry(name, entry, end)
    if end != len(body) - start:
        raise WireError("the tensors do not fill the body")
    return {name: _tensor(entry, body, start) for name, entry in header.items()}


def _offset(item: tuple[str, Any]) -> int:
    try:
        return int(item[1]["data_offsets"][0])
    except (TypeError, KeyError, IndexError, ValueError, OverflowError):
        raise WireError("a malformed safetensors entry") from None


def _tensor(entry: dict[str, Any], body: bytes, start: int) -> Tensor:
    dtype, (first, last) = SAFETENSORS[entry["dtype"]], entry["data_offsets"]
    if first == last:
        return torch.empty(entry["shape"], dtype=dtype)
    # A copy of its own: writable, aligned, and not kept alive by its neighbours.
    data = bytearray(memoryview(body)[start + first : start + last])
    if dtype == torch.bool and data.translate(None, b"\0\1"):
        raise WireError("a boolean tensor holds bytes other than 0 and 1")
    return torch.frombuffer(data, dtype=dtype).reshape(entry["shape"])


def _header(body: bytes) -> dict[str, Any]:
    size = int.from_bytes(body[:_SIZE_BYTES], "little")
    if len(body) < _SIZE_BYTES or size > min(_HEADER_BYTES, len(body) - _SIZE_BYTES):
        raise WireError("the safetensors header is longer than allowed")
    raw = body[_SIZE_BYTES : _SIZE_BYTES + size]
    header = strict_json.loads(raw, max_bytes=_HEADER_BYTES, max_depth=3)
    if not isinstance(header, dict):
        raise WireError("the safetensors header is no object")
    return header


def _check_entry(name: str, entry: Any, begin: int) -> int:
    """Check that an entry's numbers fit each other and its bytes start at `begin`; return where they end."""
    if len(name) > _MAX_NAME or clean_text(name) != name:
        raise WireError("a tensor's name is too long, or no valid Unicode")
    if not isinstance(entry, dict) or set(entry) != _ENTRY:
        raise WireError("a malformed safetensors entry")
    shape, offsets, dtype = entry["shape"], entry["data_offsets"], SAFETENSORS.get(str(entry["dtype"]))
    if dtype is None or not _whole(shape) or not _whole(offsets):
        raise WireError("a malformed safetensors entry")
    start, end = offsets if len(offsets) == _ENDS else (0, -1)
    if start != begin or not fits(shape) or math.prod(shape) * dtype.itemsize != end - start:
        raise WireError("a tensor's shape does not fit its bytes")
    return int(end)


def _whole(numbers: Any) -> bool:
    return isinstance(numbers, list) and all(type(n) is int and 0 <= n < 1 << 48 for n in numbers)
