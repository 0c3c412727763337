"""Python values to plain data: a JSON tree, and tensors by name.

Numbers, strings, None, lists, tuples, dicts, tensors, NumPy arrays and scalars, devices, dtypes and
sizes cross. Of anything else only the name of its type does, so that one odd value costs no more than itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from labgrade.wire.plain import (
    INLINE,
    INT_LIMIT,
    MAX_DIMENSIONS,
    MAX_META_DIMENSION,
    SCALARS,
    SENDABLE,
    Make,
    Opaque,
    Ref,
    Tree,
    clean_name,
    clean_text,
    fits,
)

_OBJECT_BYTES: Final = 64
"""Room for the braces, kind, dtype and name of one JSON object."""


@dataclass(frozen=True)
class PackLimits:
    """What one frame's values may take, so that the other end accepts the frame.

    Attributes:
        depth: nesting of containers.
        head_bytes: of JSON, as estimated from above.
        tensors: entries of the body.
        tensor_bytes: of all tensors together.
        whole: raise where a value does not cross, in place of naming its type.
    """

    depth: int
    head_bytes: int
    tensors: int
    tensor_bytes: int
    whole: bool


REPLY = PackLimits(depth=16, head_bytes=900_000, tensors=9_000, tensor_bytes=15 << 20, whole=False)
"""From the worker, whose frames the grader limits."""

LARGE_REPLY = PackLimits(depth=16, head_bytes=900_000, tensors=9_000, tensor_bytes=63 << 20, whole=False)
"""From the worker where a whole network is asked for: up to 16 million float32 parameters."""

REQUEST = PackLimits(depth=24, head_bytes=1 << 28, tensors=9_000, tensor_bytes=1 << 30, whole=True)
"""To the worker: what a grader hands over arrives, or it is the grader's fault."""


def pack(value: Any, tensors: dict[str, Tensor], limits: PackLimits = REPLY) -> Tree:
    """Describe `value` as a tree; tensors are put into `tensors` and referred to by name.

    Raises:
        TypeError: under `limits.whole`, for a value that does not cross.
    """
    packer = _Packer(tensors, limits)
    try:
        return packer.pack(value, 0)
    except _TooLong:
        return packer.left_out(f"{_type_name(value)}, too long to send")


class _TooLong(Exception):
    """The head is full."""


class _Packer:
    def __init__(self, tensors: dict[str, Tensor], limits: PackLimits) -> None:
        self._tensors = tensors
        self._limits = limits
        self._head = 0
        self._body = sum(t.numel() * t.element_size() for t in tensors.values())

    def pack(self, value: Any, depth: int) -> Tree:
        if value is None or value is True or value is False:
            self._spend(6)
            return value
        # The real type: `isinstance` would also believe an object's `__class__`.
        kind = type(value)
        for known, packer in _PACKERS:
            if issubclass(kind, known):
                return packer(self, value, depth)
        return self.left_out(_type_name(value))

    def left_out(self, what: str) -> Tree:
        """Describe a value that does not cross."""
        if self._limits.whole:
            raise TypeError(f"a grader handed over what does not cross to the worker: {what}")
        return _opaque(what)

    def number(self, value: float, _depth: int = 0) -> Tree:
        number = float.__float__(value)
        self._spend(len(repr(number)) + 1)
        return number if math.isfinite(number) else {"k": "float", "v": repr(number)}

    def integer(self, value: int, _depth: int = 0) -> Tree:
        number = int.__int__(value)
        if not -INT_LIMIT <= number < INT_LIMIT:
            return self.left_out("int beyond 64 bits")
        self._spend(len(repr(number)) + 1)
        return number

    def text(self, value: str, _depth: int) -> Tree:
        text = clean_text(str.__str__(value))
        self._spend(len(encode_basestring_ascii(text)) + 1)
        return text

    def sequence(self, value: list[Any], depth: int) -> Tree:
        return self._container(value, depth, lambda: self._items(list.__iter__(value), depth))

    def fixed(self, value: tuple[Any, ...], depth: int) -> Tree:
        kind = "size" if isinstance(value, torch.Size) else "tuple"
        return self._container(
            value, depth, lambda: {"k": kind, "v": self._items(tuple.__iter__(value), depth)}
        )

    def mapping(self, value: dict[Any, Any], depth: int) -> Tree:
        pairs = dict.items(value)
        return self._container(
            value, depth, lambda: {"k": "dict", "v": [self._items(pair, depth) for pair in pairs]}
        )

    def tensor(self, value: Tensor, _depth: int) -> Tree:
        try:
            tree = self._sent(_plain(value))
        except _TooLong:
            raise
        except Exception:  # noqa: BLE001 - a subclass, or a tensor of a transform that has ended
            tree = None
        return tree or self.left_out(_tensor_text(value))

    def array(self, value: np.ndarray[Any, Any], _depth: int) -> Tree:
        if value.dtype.name not in SCALARS or value.nbytes > self._limits.tensor_bytes:
            return self.left_out(f"array of {value.dtype} and shape {value.shape}")
        native = np.array(value, dtype=value.dtype.newbyteorder("="), order="C", copy=True)
        name = self._keep(torch.from_numpy(native))
        if name is None:
            return self.left_out(f"array of shape {value.shape}, too large to send")
        return self._object({"k": "array", "v": name})

    def scalar(self, value: np.generic, _depth: int) -> Tree:
        if value.dtype.name not in SCALARS:
            return self.left_out(_type_name(value))
        return self._object({"k": "scalar", "dtype": value.dtype.name, "v": self._plain_number(value.item())})

    def device(self, value: torch.device, _depth: int) -> Tree:
        return self._object({"k": "device", "v": str(value)})

    def dtype(self, value: torch.dtype, _depth: int) -> Tree:
        return self._object({"k": "dtype", "v": str(value).removeprefix("torch.")})

    def opaque(self, value: Opaque, _depth: int) -> Tree:
        return _opaque(value.type_name)

    def ref(self, value: Ref, _depth: int) -> Tree:
        return {"k": "ref", "v": value.key} if self._limits.whole else self.left_out(_type_name(value))

    def make(self, value: Make, depth: int) -> Tree:
        if not self._limits.whole:
            return self.left_out(_type_name(value))
        arguments = [self.pack(part, depth + 1) for part in (value.args, value.kwargs)]
        return {"k": "make", "path": value.path, "v": arguments}

    def _container(self, value: Any, depth: int, build: Callable[[], Tree]) -> Tree:
        if depth >= self._limits.depth:
            return self.left_out("a value nested too deeply")
        before = (self._head, self._body, len(self._tensors))
        try:
            return self._object(build())
        except _TooLong:
            # Only this container is left out: its neighbours still cross.
            self._head, self._body, kept = before
            for name in list(self._tensors)[kept:]:
                del self._tensors[name]
            what = f"{_type_name(value)} of length {len(value)}, too long to send"
            return self._object(self.left_out(what))

    def _items(self, items: Iterable[Any], depth: int) -> list[Tree]:
        self._spend(3)
        return [self.pack(item, depth + 1) for item in items]

    def _object(self, tree: Tree) -> Tree:
        self._spend(_OBJECT_BYTES)
        return tree

    def _spend(self, size: int) -> None:
        self._head += size
        if self._head > self._limits.head_bytes:
            raise _TooLong

    def _sent(self, value: Tensor) -> Tree:
        """Describe a tensor with its values (meta tensors have none); None where they do not cross."""
        if value.layout != torch.strided or value.is_nested:
            return None
        dtype, grad = str(value.dtype).removeprefix("torch."), value.requires_grad
        if value.device.type == "meta":
            return self._meta(dtype, list(value.shape))
        if value.dtype not in SENDABLE:
            return None
        if not value.dim() and value.dtype in INLINE:
            number = self._plain_number(value.item())
            return self._object({"k": "scalar_tensor", "dtype": dtype, "v": number, "grad": grad})
        name = self._keep(value)
        return None if name is None else self._object({"k": "tensor", "v": name, "grad": grad})

    def _meta(self, dtype: str, shape: list[int]) -> Tree:
        if len(shape) > MAX_DIMENSIONS or max(shape, default=0) >= MAX_META_DIMENSION:
            return None
        return self._object({"k": "meta", "dtype": dtype, "shape": shape})

    def _plain_number(self, number: Any) -> Tree:
        if isinstance(number, float):
            return self.number(number)
        self._spend(len(repr(number)) + 1)
        return number

    def _keep(self, value: Tensor) -> str | None:
        # `expand` makes a tensor of 4 bytes look like terabytes: ask for the size before copying.
        size = value.numel() * value.element_size()
        full = len(self._tensors) >= self._limits.tensors or self._body + size > self._limits.tensor_bytes
        if full or not fits(value.shape):
            return None
        self._body += size
        name = f"t{len(self._tensors)}"
        self._tensors[name] = (
            value.detach().resolve_neg().to(device="cpu", copy=True, memory_format=torch.contiguous_format)
        )
        return name


_PACKERS: tuple[tuple[type, Any], ...] = (
    (Tensor, _Packer.tensor),
    (int, _Packer.integer),
    (str, _Packer.text),
    (np.generic, _Packer.scalar),
    (float, _Packer.number),
    (list, _Packer.sequence),
    (tuple, _Packer.fixed),
    (dict, _Packer.mapping),
    (np.ndarray, _Packer.array),
    (torch.device, _Packer.device),
    (torch.dtype, _Packer.dtype),
    (Opaque, _Packer.opaque),
    (Ref, _Packer.ref),
    (Make, _Packer.make),
)


def _opaque(what: str) -> Tree:
    return {"k": "opaque", "type": clean_name(what)}


def _plain(value: Tensor) -> Tensor:
    """Return a tensor without its subclass, whose methods may answer for it."""
    if type(value) is Tensor:
        return value
    with torch._C.DisableTorchFunctionSubclass():  # noqa: SLF001 - torch offers no public name
        return value.as_subclass(Tensor)


def _tensor_text(value: Tensor) -> str:
    try:
        with torch._C.DisableTorchFunctionSubclass():  # noqa: SLF001 - torch offers no public name
            layout = "" if value.layout == torch.strided else f" and layout {value.layout}"
            return f"tensor of {value.dtype}{layout} and shape {tuple(value.shape)}, which is not sent"
    except Exception:  # noqa: BLE001 - a nested tensor has no shape
        return "tensor that cannot be read"


def _type_name(value: Any) -> str:
    # Read past the metaclass, which may answer for the name.
    return str(type.__dict__["__name__"].__get__(type(value)))
