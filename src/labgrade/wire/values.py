"""Plain data back to Python values; the other half, and what crosses, is in `packing`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from labgrade.wire.packing import LARGE_REPLY, REPLY, REQUEST, PackLimits, pack
from labgrade.wire.plain import (
    DTYPES,
    INLINE,
    INT_LIMIT,
    MAX_DIMENSIONS,
    MAX_META_DIMENSION,
    SCALARS,
    Make,
    Opaque,
    Ref,
    Tree,
    clean_name,
    clean_text,
)
from labgrade.wire.strict_json import WireError

__all__ = [
    "LARGE_REPLY",
    "REPLY",
    "REQUEST",
    "Make",
    "Opaque",
    "PackLimits",
    "Ref",
    "clean_text",
    "pack",
    "unpack",
]

_MAX_DEPTH = 28
_MAX_DEVICE_NAME = 20

Tensors = Mapping[str, Tensor]


def unpack(tree: Tree, tensors: Tensors) -> Any:
    """Rebuild the value that `pack` described; every call builds new containers.

    Raises:
        WireError: where the tree is not one that `pack` writes.
    """
    return _unpack(tree, tensors, 0)


def _unpack(tree: Tree, tensors: Tensors, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise WireError("a value is nested too deeply")
    if tree is None or isinstance(tree, (bool, float)):
        return tree
    if isinstance(tree, int):
        return _bounded(tree)
    if isinstance(tree, str):
        return clean_text(tree)
    if isinstance(tree, list):
        return [_unpack(item, tensors, depth + 1) for item in tree]
    try:
        return _UNPACKERS[tree["k"]](tree, tensors, depth)
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError, OverflowError) as error:
        raise WireError(f"a malformed value: {type(error).__name__}") from None


def _bounded(number: int) -> int:
    if not -INT_LIMIT <= number < INT_LIMIT:
        raise WireError("an integer beyond 64 bits")
    return number


_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def _unpack_float(tree: Tree, _tensors: Tensors, _depth: int) -> float:
    return _FLOATS[tree["v"]]


def _unpack_tuple(tree: Tree, tensors: Tensors, depth: int) -> tuple[Any, ...]:
    return tuple(_unpack(item, tensors, depth + 1) for item in _listed(tree["v"]))


def _unpack_size(tree: Tree, _tensors: Tensors, _depth: int) -> torch.Size:
    return torch.Size(_whole(n, INT_LIMIT) for n in _listed(tree["v"]))


def _unpack_dict(tree: Tree, tensors: Tensors, depth: int) -> dict[Any, Any]:
    pairs = [(_unpack(k, tensors, depth + 1), _unpack(v, tensors, depth + 1)) for k, v in _listed(tree["v"])]
    return {_key(k): v for k, v in pairs}


_KEYS = (str, int, float, bool, tuple, type(None), np.generic, torch.device, torch.dtype, Opaque)


def _key(key: Any) -> Any:
    return key if isinstance(key, _KEYS) else Opaque(type(key).__name__)


def _listed(items: Any) -> list[Any]:
    if not isinstance(items, list):
        raise WireError("a list was expected")
    return items


def _whole(number: Any, limit: int) -> int:
    if type(number) is not int or not 0 <= number < limit:
        raise WireError("a size was expected")
    return number


def _unpack_tensor(tree: Tree, tensors: Tensors, _depth: int) -> Tensor:
    tensor = tensors[tree["v"]]
    if tree["grad"] is True and tensor.is_floating_point():
        # A clone: the same stored tensor may be referred to twice, with and without a gradient.
        return tensor.clone().requires_grad_()
    return tensor


def _unpack_scalar_tensor(tree: Tree, _tensors: Tensors, _depth: int) -> Tensor:
    dtype = DTYPES[tree["dtype"]]
    if dtype not in INLINE:
        raise WireError("a dtype that does not travel as a number")
    tensor = torch.tensor(_number(tree["v"]), dtype=dtype)
    return tensor.requires_grad_() if tree["grad"] is True else tensor


def _unpack_scalar(tree: Tree, _tensors: Tensors, _depth: int) -> Any:
    with np.errstate(all="ignore"):
        return SCALARS[tree["dtype"]](_number(tree["v"]))


def _number(tree: Tree) -> float:
    number = _FLOATS[tree["v"]] if isinstance(tree, dict) else tree
    if not isinstance(number, (bool, int, float)):
        raise WireError("a number was expected")
    return number


def _unpack_meta(tree: Tree, _tensors: Tensors, _depth: int) -> Tensor:
    shape = [_whole(n, MAX_META_DIMENSION) for n in _listed(tree["shape"])]
    if len(shape) > MAX_DIMENSIONS:
        raise WireError("a shape beyond the limits")
    return torch.empty(shape, dtype=DTYPES[tree["dtype"]], device="meta")


def _unpack_array(tree: Tree, tensors: Tensors, _depth: int) -> Any:
    return tensors[tree["v"]].numpy()


def _unpack_device(tree: Tree, _tensors: Tensors, _depth: int) -> torch.device:
    return torch.device(str(tree["v"])[:_MAX_DEVICE_NAME])


def _unpack_make(tree: Tree, tensors: Tensors, depth: int) -> Make:
    args, kwargs = (_unpack(part, tensors, depth + 1) for part in _listed(tree["v"]))
    return Make(clean_name(str(tree["path"])), *args, **kwargs)


_UNPACKERS: dict[str, Callable[[Tree, Tensors, int], Any]] = {
    "float": _unpack_float,
    "tuple": _unpack_tuple,
    "size": _unpack_size,
    "dict": _unpack_dict,
    "tensor": _unpack_tensor,
    "scalar_tensor": _unpack_scalar_tensor,
    "meta": _unpack_meta,
    "array": _unpack_array,
    "scalar": _unpack_scalar,
    "device": _unpack_device,
    "dtype": lambda tree, _tensors, _depth: DTYPES[tree["v"]],
    "ref": lambda tree, _tensors, _depth: Ref(clean_name(str(tree["v"]))),
    "make": _unpack_make,
    "opaque": lambda tree, _tensors, _depth: Opaque(clean_name(str(tree["type"]))),
}
