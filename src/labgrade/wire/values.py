"""Python values as plain data: a JSON tree and tensors by name, and back.

Numbers, strings, None, lists, tuples, dicts, tensors, NumPy arrays and scalars, devices, dtypes and
sizes cross. Anything else arrives as `Opaque`, which says only what it was called.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from labgrade.wire.strict_json import WireError

MAX_TEXT = 65_536
MAX_ITEMS = 100_000
MAX_DEPTH = 24
MAX_TENSOR_BYTES = 15 << 20
_INT_LIMIT = 1 << 63

Tree = Any
"""JSON: None, bool, int, float, str, list, or an object with a kind `k`."""


@dataclass(frozen=True)
class Opaque:
    """A value that does not cross the boundary; `type_name` says what it was."""

    type_name: str


def clean_text(text: str, limit: int = MAX_TEXT) -> str:
    """Return `text` as valid Unicode of at most `limit` characters (lone surrogates replaced)."""
    return text[:limit].encode("utf-8", "replace").decode("utf-8")


def pack(value: Any, tensors: dict[str, Tensor]) -> Tree:
    """Describe `value` as a tree; tensors are put into `tensors` and referred to by name."""
    return _Packer(tensors).pack(value, 0)


class _Packer:
    def __init__(self, tensors: dict[str, Tensor]) -> None:
        self._tensors = tensors
        self._items = 0
        self._bytes = sum(t.numel() * t.element_size() for t in tensors.values())

    def pack(self, value: Any, depth: int) -> Tree:
        self._items += 1
        if depth > MAX_DEPTH or self._items > MAX_ITEMS:
            return {"k": "opaque", "type": "a value nested too deeply or too long"}
        if value is None or type(value) is bool:
            return value
        for kind, packer in _PACKERS:
            if isinstance(value, kind):
                return packer(self, value, depth)
        return _opaque(value)

    def number(self, value: float, _depth: int) -> Tree:
        number = float(value)
        return number if math.isfinite(number) else {"k": "float", "v": repr(number)}

    def integer(self, value: int, _depth: int) -> Tree:
        number = int(value)
        return number if -_INT_LIMIT <= number < _INT_LIMIT else {"k": "opaque", "type": "int beyond 64 bits"}

    def text(self, value: str, _depth: int) -> Tree:
        return clean_text(str(value))

    def sequence(self, value: list[Any], depth: int) -> Tree:
        return [self.pack(item, depth + 1) for item in value]

    def fixed(self, value: tuple[Any, ...], depth: int) -> Tree:
        kind = "size" if isinstance(value, torch.Size) else "tuple"
        return {"k": kind, "v": [self.pack(item, depth + 1) for item in value]}

    def mapping(self, value: dict[Any, Any], depth: int) -> Tree:
        return {"k": "dict", "v": [[self.pack(k, depth + 1), self.pack(v, depth + 1)] for k, v in value.items()]}

    def tensor(self, value: Tensor, _depth: int) -> Tree:
        if value.layout != torch.strided or value.is_quantized or value.is_complex() or value.dim() > 8:
            return {"k": "opaque", "type": f"{value.layout} tensor of {value.dtype}"}
        if value.device.type == "meta":
            dtype = str(value.dtype).removeprefix("torch.")
            return {"k": "meta", "dtype": dtype, "shape": [int(n) for n in value.shape]}
        name = self._keep(value)
        if name is None:
            return {"k": "opaque", "type": f"tensor of shape {tuple(value.shape)}, too large to send"}
        return {"k": "tensor", "v": name, "grad": bool(value.requires_grad), "device": str(value.device)}

    def array(self, value: np.ndarray[Any, Any], _depth: int) -> Tree:
        if value.dtype.kind not in "biuf" or value.dtype.itemsize > 8 or value.ndim > 8:
            return {"k": "opaque", "type": f"array of {value.dtype}"}
        if value.nbytes > MAX_TENSOR_BYTES or value.size > MAX_TENSOR_BYTES:
            return {"k": "opaque", "type": f"array of shape {value.shape}, too large to send"}
        native = np.array(value, dtype=value.dtype.newbyteorder("="), order="C", copy=True)
        name = self._keep(torch.from_numpy(native))
        if name is None:
            return {"k": "opaque", "type": f"array of shape {value.shape}, too large to send"}
        return {"k": "array", "v": name}

    def scalar(self, value: np.generic, depth: int) -> Tree:
        tree = self.array(np.asarray(value), depth)
        return {**tree, "k": "scalar"} if tree["k"] == "array" else tree

    def device(self, value: torch.device, _depth: int) -> Tree:
        return {"k": "device", "v": str(value)}

    def dtype(self, value: torch.dtype, _depth: int) -> Tree:
        return {"k": "dtype", "v": str(value).removeprefix("torch.")}

    def opaque(self, value: Opaque, _depth: int) -> Tree:
        return {"k": "opaque", "type": value.type_name}

    def _keep(self, value: Tensor) -> str | None:
        # `expand` makes a tensor of 4 bytes look like terabytes: ask for the size before copying.
        size = value.numel() * value.element_size()
        if self._bytes + size > MAX_TENSOR_BYTES:
            return None
        self._bytes += size
        name = f"t{len(self._tensors)}"
        plain = value.detach().resolve_neg().to(device="cpu", copy=True)
        self._tensors[name] = torch.Tensor(plain).contiguous() if type(plain) is not Tensor else plain.contiguous()
        return name


_PACKERS: tuple[tuple[Any, Any], ...] = (
    (int, _Packer.integer),
    (np.generic, _Packer.scalar),
    (float, _Packer.number),
    (str, _Packer.text),
    (list, _Packer.sequence),
    (tuple, _Packer.fixed),
    (dict, _Packer.mapping),
    (Tensor, _Packer.tensor),
    (np.ndarray, _Packer.array),
    (torch.device, _Packer.device),
    (torch.dtype, _Packer.dtype),
    (Opaque, _Packer.opaque),
)


def _opaque(value: Any) -> Tree:
    return {"k": "opaque", "type": clean_text(type(value).__name__, 80)}


def unpack(tree: Tree, tensors: dict[str, Tensor] | Any) -> Any:
    """Rebuild the value that `pack` described; every call builds new containers.

    Raises:
        WireError: where the tree is not one that `pack` writes.
    """
    return _unpack(tree, tensors, 0)


def _unpack(tree: Tree, tensors: Any, depth: int) -> Any:
    if depth > MAX_DEPTH + 4:
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
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise WireError(f"a malformed value: {type(error).__name__}") from None


def _bounded(number: int) -> int:
    if not -_INT_LIMIT <= number < _INT_LIMIT:
        raise WireError("an integer beyond 64 bits")
    return number


def _unpack_float(tree: Tree, _tensors: Any, _depth: int) -> float:
    return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[tree["v"]]


def _unpack_tuple(tree: Tree, tensors: Any, depth: int) -> tuple[Any, ...]:
    return tuple(_unpack(item, tensors, depth + 1) for item in _listed(tree["v"]))


def _unpack_dict(tree: Tree, tensors: Any, depth: int) -> dict[Any, Any]:
    pairs = [(_unpack(k, tensors, depth + 1), _unpack(v, tensors, depth + 1)) for k, v in _listed(tree["v"])]
    return {_hashable(k): v for k, v in pairs}


def _hashable(key: Any) -> Any:
    return key if isinstance(key, (str, int, float, bool, tuple, type(None))) else Opaque(type(key).__name__)


def _listed(items: Any) -> list[Any]:
    if not isinstance(items, list):
        raise WireError("a list was expected")
    return items


def _unpack_tensor(tree: Tree, tensors: Any, _depth: int) -> Tensor:
    tensor: Tensor = tensors[tree["v"]]
    if tree["grad"] is True and tensor.is_floating_point():
        # A clone: the same stored tensor may be referred to twice, with and without a gradient.
        return tensor.clone().requires_grad_()
    return tensor


def _unpack_meta(tree: Tree, _tensors: Any, _depth: int) -> Tensor:
    shape = [int(n) for n in _listed(tree["shape"])]
    if len(shape) > 8 or any(n < 0 or n >= 1 << 40 for n in shape):
        raise WireError("a shape beyond the limits")
    return torch.empty(shape, dtype=_dtype(tree["dtype"]), device="meta")


def _unpack_array(tree: Tree, tensors: Any, _depth: int) -> Any:
    return tensors[tree["v"]].numpy()


def _unpack_scalar(tree: Tree, tensors: Any, _depth: int) -> Any:
    array = tensors[tree["v"]].numpy()
    if array.ndim:
        raise WireError("a scalar with dimensions")
    return array[()]


def _unpack_size(tree: Tree, _tensors: Any, _depth: int) -> torch.Size:
    return torch.Size([_bounded(int(n)) for n in _listed(tree["v"])])


def _unpack_device(tree: Tree, _tensors: Any, _depth: int) -> torch.device:
    return torch.device(str(tree["v"])[:20])


def _dtype(name: Any) -> torch.dtype:
    dtype = getattr(torch, str(name)[:20], None)
    if not isinstance(dtype, torch.dtype):
        raise WireError("an unknown dtype")
    return dtype


_UNPACKERS: dict[str, Any] = {
    "float": _unpack_float,
    "tuple": _unpack_tuple,
    "size": _unpack_size,
    "dict": _unpack_dict,
    "tensor": _unpack_tensor,
    "meta": _unpack_meta,
    "array": _unpack_array,
    "scalar": _unpack_scalar,
    "device": _unpack_device,
    "dtype": lambda tree, _tensors, _depth: _dtype(tree["v"]),
    "opaque": lambda tree, _tensors, _depth: Opaque(clean_text(str(tree["type"]), 120)),
}
