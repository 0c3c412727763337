"""What both ends of the wire agree on: the dtypes and sizes that cross, and the sign for what does not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch

MAX_TEXT: Final = 65_536
MAX_TYPE_NAME: Final = 120
_INVISIBLE: Final = "\N{REPLACEMENT CHARACTER}"
MAX_DIMENSIONS: Final = 8
MAX_META_DIMENSION: Final = 1 << 40
INT_LIMIT: Final = 1 << 63
_MAX_EMPTY_EXTENT: Final = 1 << 20

Tree = Any
"""JSON: None, bool, int, float, str, list, or an object with a kind `k`."""

DTYPES: Final = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in vars(torch).values()
    if isinstance(dtype, torch.dtype)
}
"""Every dtype by its name; looked up here, since `getattr(torch, name)` would import modules by name."""

ITEM_BYTES: Final = {
    "BOOL": 1, "U8": 1, "I8": 1, "I16": 2, "U16": 2, "I32": 4, "U32": 4, "I64": 8, "U64": 8,
    "F16": 2, "BF16": 2, "F32": 4, "F64": 8,
}  # fmt: skip
"""Safetensors' names of the dtypes whose values cross, and the size of an element."""

SENDABLE: Final = frozenset({
    torch.bool, torch.uint8, torch.int8, torch.int16, torch.uint16, torch.int32, torch.uint32, torch.int64,
    torch.uint64, torch.float16, torch.bfloat16, torch.float32, torch.float64,
})  # fmt: skip
"""The same dtypes as torch calls them."""

INLINE: Final = SENDABLE - {torch.uint16, torch.uint32, torch.uint64}
"""Dtypes of which a tensor without dimensions travels as a number in the head."""

SCALARS: Final = {
    name: np.dtype(name).type
    for name in (
        "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
        "float16", "float32", "float64",
    )
}  # fmt: skip
"""NumPy scalars that cross, by name."""


@dataclass(frozen=True)
class Opaque:
    """A value that does not cross the boundary; `type_name` says what it was."""

    type_name: str


def clean_text(text: str, limit: int = MAX_TEXT) -> str:
    """Return `text` as valid Unicode of at most `limit` characters (lone surrogates replaced)."""
    return text[:limit].encode("utf-8", "replace").decode("utf-8")


def clean_name(text: str) -> str:
    """Return a short text on one line in which nothing is invisible."""
    return "".join(c if c.isprintable() else _INVISIBLE for c in clean_text(text, MAX_TYPE_NAME))


def fits(shape: Sequence[int]) -> bool:
    """Whether a shape is one that crosses.

    An empty tensor has no bytes that would limit its dimensions; `[2**40, 0]` turned into lists, or summed
    over the 0, would fill the memory.
    """
    if len(shape) > MAX_DIMENSIONS:
        return False
    return 0 not in shape or math.prod(max(n, 1) for n in shape) <= _MAX_EMPTY_EXTENT
