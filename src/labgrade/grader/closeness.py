"""Where two tensors of one shape differ, and how that is told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from labgrade.wire.plain import Opaque


class Tolerance(NamedTuple):
    """abs(got − expected) ≤ atol + rtol · abs(expected)."""

    rtol: float
    atol: float

    def __str__(self) -> str:
        return f"rtol {self.rtol:g}, atol {self.atol:g}"


EXACT = Tolerance(0.0, 0.0)


@dataclass(frozen=True)
class Mismatch:
    """What differs between two tensors.

    Attributes:
        count, total: elements that differ, and all.
        gap: the greatest difference; infinite where a value is not finite.
        place: where that is, as an index; [] without dimensions.
        got, expected: the elements there, as text.
        tolerance: what was allowed.
    """

    count: int
    total: int
    gap: float
    place: list[int]
    got: str
    expected: str
    tolerance: Tolerance

    def facts(self) -> dict[str, Any]:
        """Return the evidence for a record."""
        return {
            "mismatched": self.count,
            "total": self.total,
            "greatest_difference": self.gap,
            "place": self.place,
            "got": self.got,
            "expected": self.expected,
            "tolerance": str(self.tolerance),
        }

    def sentence(self, what: str) -> str:
        """Say it for a visible check; `what` names the value."""
        if self.total == 1:
            return f"{what} should be {self.expected}, but it is {self.got}."
        finite = math.isfinite(self.gap)
        size = f"the greatest difference is {self.gap:.4g}" if finite else "some values are not finite"
        where = f"at {self.place}: expected {self.expected}, got {self.got}"
        count = f"{self.count} of {self.total} values of {what} differ"
        return f"{count}; {size} ({where}; allowed: {self.tolerance})."


def mismatch(got: Tensor, expected: Tensor, tolerance: Tolerance) -> Mismatch | None:
    """Compare two tensors of one shape with values; None where all are close.

    An infinity is close to itself alone, and NaN to NaN.
    """
    if got.dtype == expected.dtype and torch.equal(got, expected):
        return None
    gap = _gap(got, expected)
    whole = got.dtype == expected.dtype and not got.dtype.is_floating_point
    wrong = got != expected if whole and tolerance == EXACT else gap > _allowed(expected, tolerance)
    if not bool(wrong.any()):
        return None
    worst = int(torch.where(wrong, gap, -1.0).reshape(-1).argmax())
    place = [int(i) for i in np.unravel_index(worst, tuple(expected.shape))] if expected.ndim else []
    texts = _texts(got[tuple(place)].item(), expected[tuple(place)].item())
    return Mismatch(
        int(wrong.sum()), expected.numel(), float(gap.reshape(-1)[worst]), place, *texts, tolerance
    )


def number_mismatch(got: float, expected: float, tolerance: Tolerance) -> Mismatch | None:
    """Compare two numbers by the same rule."""
    if got == expected or (math.isnan(got) and math.isnan(expected)):
        return None
    gap = abs(got - expected)
    gap = math.inf if math.isnan(gap) else gap
    if math.isfinite(expected) and gap <= tolerance.atol + tolerance.rtol * abs(expected):
        return None
    return Mismatch(1, 1, gap, [], *_texts(got, expected), tolerance)


def _gap(got: Tensor, expected: Tensor) -> Tensor:
    """Absolute difference in float64; 0 for equal infinities and NaN twice, infinite for one NaN."""
    left, right = got.to(torch.float64), expected.to(torch.float64)
    same = (left == right) | (left.isnan() & right.isnan())
    return (left - right).abs().nan_to_num(nan=math.inf, posinf=math.inf).masked_fill(same, 0.0)


def _allowed(expected: Tensor, tolerance: Tolerance) -> Tensor:
    size = expected.to(torch.float64).abs()
    return (tolerance.atol + tolerance.rtol * size).masked_fill(~size.isfinite(), 0.0)


def _texts(got: Any, expected: Any) -> tuple[str, str]:
    short = (_text(got), _text(expected))
    return short if short[0] != short[1] else (repr(got), repr(expected))


def _text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def real_tensor(value: Any) -> Tensor | None:
    """Return a tensor, array or NumPy scalar of real numbers as a tensor; None for anything else."""
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind not in "biuf" or array.dtype.itemsize > np.dtype(np.float64).itemsize:
            return None
        return torch.from_numpy(np.array(array, dtype=array.dtype.newbyteorder("="), copy=True))
    if not isinstance(value, Tensor) or value.layout != torch.strided:
        return None
    return None if value.is_complex() or value.is_quantized or value.is_nested else value


def dtype_name(dtype: torch.dtype) -> str:
    """Return "float32" for torch.float32."""
    return str(dtype).removeprefix("torch.")


def describe(value: Any) -> str:
    """Say in a few words what a value is; never its content."""
    if value is None:
        return "None (is a return missing?)"
    if isinstance(value, Opaque):
        return f"an object of type {value.type_name}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, Tensor):
        plain = real_tensor(value) is not None
        return (
            f"a tensor of shape {tuple(value.shape)}" if plain else f"a tensor of {dtype_name(value.dtype)}"
        )
    if isinstance(value, (list, tuple, dict, str)):
        return f"a {type(value).__name__} of length {len(value)}"
    return f"of type {type(value).__name__}"
