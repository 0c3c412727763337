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

SAFETENSORS: Final = {
    "BOOL": torch.bool, "U8": torch.uint8, "I8": torch.int8, "U16": torch.uint16, "I16": torch.int16,
    "U32": torch.uint32, "I32": torch.int32, "U64": torch.uint64, "I64": torch.int64,
    "F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32, "F64": torch.float64,
}  # fmt: skip
"""The dtypes whose values cross, by their names in safetensors."""

SENDABLE: Final = frozenset(SAFETENSORS.values())

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


@dataclass(frozen=True)
class Ref:
    """Stands for an object that the worker keeps; in requests only."""

    key: str


class Make:
    """Stands for an object that the worker is to build: a call of what lies at an import path.

    Args:
        path: of a class or function, "torch.nn.Linear".
        args, kwargs: plain values, `Ref` and `Make`.
    """

    def __init__(self, path: str, /, *args: Any, **kwargs: Any) -> None:
        self.path = path
        self.args = args
        self.kwargs = kwargs

    def __repr__(self) -> str:
        """Return the path alone; arguments may be images."""
        return f"Make({self.path!r})"


def clean_text(text: str, limit: int = MAX_TEXT) -> str:
    """Return `text` as valid Unicode of at most `limit` characters (lone surrogates replaced)."""
    return text[:limit].encode("utf-8", "replace").decode("utf-8")


def clean_name(text: str, limit: int = MAX_TYPE_NAME) -> str:
    """Return a short text on one line in which nothing is invisible."""
    return "".join(c if c.isprintable() else _INVISIBLE for c in clean_text(text, limit))


def fits(shape: Sequence[int]) -> bool:
    """Whether a shape is one that crosses.

    An empty tensor has no bytes that would limit its dimensions; `[2**40, 0]` turned into lists, or summed
    over the 0, would fill the memory.
    """
    if len(shape) > MAX_DIMENSIONS:
        return False
    return 0 not in shape or math.prod(max(n, 1) for n in shape) <= _MAX_EMPTY_EXTENT
