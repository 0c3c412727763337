"""The one comparison of all graders: type, shape, dtype, then values.

`expect(value)` wraps what came back from a student; its methods raise `CheckFailed` at the first
difference, with a sentence for a visible check and facts for the record. Nothing here trusts the
value: whatever a student returns, the only exception is `CheckFailed`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Self

import numpy as np
import torch
from torch import Tensor

from labgrade.errors import CheckFailed
from labgrade.wire.values import Opaque

RTOL, ATOL = 1e-4, 1e-5
"""float32 tolerances of the course; a check may tighten them, never loosen them beyond 1e-3."""

_ONE_ELEMENT_SHAPES = ((), (1,), (1, 1))


@dataclass(frozen=True)
class Mistake:
    """A known mistake, declared beside the check that recognises it.

    Attributes:
        slug: its id in the record is `LAB.EXERCISE.slug`.
        value: the wrong value that the mistake produces, or a predicate on the value.
        say: feedback that names the concept; no input, no expected value, not the answer.
        raises: type name of the exception that the mistake raises, in place of a value.
        match: text that the exception's message holds.
    """

    slug: str
    value: Any = None
    say: str = ""
    raises: str = ""
    match: str = ""

    def fits(self, value: Any, rtol: float, atol: float) -> bool:
        """Whether `value` is what this mistake produces."""
        if self.raises:
            return False
        if isinstance(self.value, Callable):  # type: ignore[arg-type]
            return _holds(self.value, value)
        try:
            Expectation(value).close_to(self.value, rtol=rtol, atol=atol)
        except CheckFailed:
            return False
        return True


def _holds(predicate: Callable[[Any], Any], value: Any) -> bool:
    # A predicate meets whatever a student returned; where it does not apply, the mistake is not this one.
    try:
        return bool(predicate(value))
    except Exception:  # noqa: BLE001
        return False


def expect(value: Any, what: str = "the result") -> Expectation:
    """Wrap a student's value; `what` names it in feedback ("the loss list")."""
    return Expectation(value, what)


class Expectation:
    """A student's value, and what may be asked of it."""

    def __init__(self, value: Any, what: str = "the result") -> None:
        self.value = value
        self.what = what

    def close_to(
        self,
        expected: Any,
        *,
        rtol: float = RTOL,
        atol: float = ATOL,
        dtype: torch.dtype | None = None,
        mistakes: Sequence[Mistake] = (),
    ) -> Self:
        """Compare values within a tolerance: abs(got − expected) ≤ atol + rtol · abs(expected).

        Args:
            expected: a Python number (then any one-element value of a real dtype is accepted), a tensor or
                array (then the same shape), or a list or tuple of numbers.
            rtol, atol: tolerance.
            dtype: where the exercise is about it, the exact dtype of a tensor.
            mistakes: known mistakes, tried in order when the comparison fails.
        """
        return self._or_mistake(lambda: self._close(expected, rtol, atol, dtype), mistakes, rtol, atol)

    def equals(self, expected: Any, *, mistakes: Sequence[Mistake] = ()) -> Self:
        """Compare exactly: shape, dtype and every value (for copies, indices, integers)."""
        dtype = expected.dtype if isinstance(expected, (Tensor, np.ndarray)) else None
        return self._or_mistake(lambda: self._close(expected, 0.0, 0.0, _torch_dtype(dtype)), mistakes, 0.0, 0.0)

    def number(self) -> float:
        """Return the value as a float; one element of any real dtype, of shape (), (1,) or (1, 1)."""
        value = self.value
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.generic, np.ndarray, Tensor)):
            self._fail("type", f"{self.what} should be a number, but it is {describe(value)}.")
        if isinstance(value, (int, float)):
            return _as_float(value)
        tensor = self._plain_tensor("a number")
        if tuple(tensor.shape) not in _ONE_ELEMENT_SHAPES:
            shapes = {"expected_shape": [], "shape": list(tensor.shape)}
            self._fail("shape", f"{self.what} should be one number, but it is {describe(value)}.", shapes)
        if tensor.dtype == torch.bool:
            self._fail("dtype", f"{self.what} should be a number, but it is a truth value.")
        return float(tensor.detach().reshape(()).to(torch.float64))

    def integer(self) -> int:
        """Return the value as an int; one element that is a whole number."""
        number = self.number()
        if not math.isfinite(number) or number != int(number):
            self._fail("values", f"{self.what} should be a whole number, but it is {number:g}.")
        return int(number)

    def tensor(
        self,
        shape: Sequence[int] | None = None,
        *,
        floating: bool | None = None,
        dtype: torch.dtype | None = None,
        meta: bool = False,
    ) -> Tensor:
        """Return the value as a tensor without a graph (arrays are accepted).

        Args:
            shape: the shape it must have.
            floating: True for a floating dtype, False for an integer or boolean one.
            dtype: the exact dtype.
            meta: accept a tensor on the meta device, which has no values.
        """
        tensor = self._plain_tensor("a tensor", meta=meta)
        if shape is not None:
            self._check_shape(tensor, tuple(shape))
        if floating is not None and tensor.dtype.is_floating_point != floating:
            kind = "floating-point" if floating else "integer"
            self._fail_dtype(f"a {kind} dtype", tensor)
        if dtype is not None and tensor.dtype != dtype:
            self._fail_dtype(_dtype_name(dtype), tensor)
        return tensor.detach()

    def items(self, n: int | None = None) -> list[Any]:
        """Return the elements of a list, tuple, or 1-D tensor or array; `n` of them where given."""
        value = self.value
        if isinstance(value, (Tensor, np.ndarray)) and value.ndim == 1:
            value = self._plain_tensor("a list").detach().tolist()
        if not isinstance(value, (list, tuple)):
            self._fail("type", f"{self.what} should be a list or tuple, but it is {describe(value)}.")
        if n is not None and len(value) != n:
            facts = {"expected_length": n, "length": len(value)}
            self._fail("length", f"{self.what} should hold {n} items, but it holds {len(value)}.", facts)
        return list(value)

    def pair(self) -> tuple[Any, Any]:
        """Return the two elements of a tuple, list or named tuple."""
        first, second = self.items(2)
        return first, second

    def key(self, name: str) -> Expectation:
        """Return the expectation of a dict's value."""
        value = self.value
        if not isinstance(value, dict):
            self._fail("type", f"{self.what} should be a dict, but it is {describe(value)}.")
        if name not in value:
            self._fail("keys", f"{self.what} has no key {name!r}.", {"missing": name})
        return Expectation(value[name], f"{name!r} in {self.what}")

    def that(self, condition: bool, say: str, *, mistakes: Sequence[Mistake] = (), kind: str = "condition") -> Self:  # noqa: FBT001
        """Fail with the sentence `say` where `condition` does not hold."""
        if isinstance(condition, (bool, np.bool_)) and condition:
            return self
        return self._or_mistake(lambda: self._fail(kind, say), mistakes, RTOL, ATOL)

    def _or_mistake(self, compare: Callable[[], Any], mistakes: Sequence[Mistake], rtol: float, atol: float) -> Self:
        try:
            compare()
        except CheckFailed as failure:
            for mistake in mistakes:
                if mistake.fits(self.value, rtol or RTOL, atol or ATOL):
                    failure.mistake, failure.mistake_say = mistake.slug, mistake.say
                    break
            raise
        return self

    def _close(self, expected: Any, rtol: float, atol: float, dtype: torch.dtype | None) -> None:
        if isinstance(expected, (Tensor, np.ndarray)):
            self._close_tensor(torch.as_tensor(expected).detach(), rtol, atol, dtype)
        elif isinstance(expected, (list, tuple)):
            for place, (got, want) in enumerate(zip(self.items(len(expected)), expected, strict=True)):
                Expectation(got, f"item {place} of {self.what}")._close(want, rtol, atol, None)
        else:
            got, want = (torch.tensor(n, dtype=torch.float64) for n in (self.number(), float(expected)))
            self._close_tensor_values(got, want, rtol, atol)

    def _close_tensor(self, expected: Tensor, rtol: float, atol: float, dtype: torch.dtype | None) -> None:
        if not expected.numel():
            raise ValueError("a grader compared with an empty tensor, which everything equals")
        got = self._plain_tensor("a tensor").detach()
        self._check_shape(got, tuple(expected.shape))
        if dtype is not None and got.dtype != dtype:
            self._fail_dtype(_dtype_name(dtype), got)
        if (got.dtype == torch.bool) != (expected.dtype == torch.bool):
            self._fail_dtype(_dtype_name(expected.dtype), got)
        self._close_tensor_values(got, expected, rtol, atol)

    def _close_tensor_values(self, got: Tensor, expected: Tensor, rtol: float, atol: float) -> None:
        if got.dtype == expected.dtype and torch.equal(got, expected):
            return
        exact = got.dtype == expected.dtype and rtol == 0.0 and not got.dtype.is_floating_point
        difference = _difference(got, expected)
        allowed = atol + rtol * expected.to(torch.float64).abs()
        wrong = got != expected if exact else ~(difference <= allowed)
        if not bool(wrong.any()):
            return
        worst = int(torch.where(wrong, difference, -1.0).reshape(-1).argmax())
        place = [int(i) for i in np.unravel_index(worst, tuple(expected.shape))] if expected.ndim else []
        self._fail_values(got, expected, int(wrong.sum()), place, (rtol, atol), float(difference.reshape(-1)[worst]))

    def _fail_values(
        self, got: Tensor, expected: Tensor, count: int, place: list[int], tolerance: tuple[float, float], gap: float
    ) -> NoReturn:
        came, wanted = _number_text(got[tuple(place)]), _number_text(expected[tuple(place)])
        facts = {
            "mismatched": count,
            "total": expected.numel(),
            "greatest_difference": gap,
            "place": place,
            "got": came,
            "expected": wanted,
            "tolerance": f"rtol {tolerance[0]:g}, atol {tolerance[1]:g}",
        }
        if expected.numel() == 1:
            self._fail("values", f"{self.what} should be {wanted}, but it is {came}.", facts)
        finite = f"the greatest difference is {gap:.4g}" if math.isfinite(gap) else "some values are not finite"
        where = f"at {place}: expected {wanted}, got {came}"
        allowed = f"allowed: {facts['tolerance']}"
        say = f"{count} of {expected.numel()} values of {self.what} differ; {finite} ({where}; {allowed})."
        self._fail("values", say, facts)

    def _plain_tensor(self, wanted: str, *, meta: bool = False) -> Tensor:
        value = self.value
        if isinstance(value, (np.ndarray, np.generic)):
            value = torch.from_numpy(np.array(value, copy=True))
        if not isinstance(value, Tensor):
            self._fail("type", f"{self.what} should be {wanted}, but it is {describe(value)}.")
        if value.device.type == "meta" and not meta:
            self._fail("type", f"{self.what} is a tensor on the meta device, which has no values.")
        return value

    def _check_shape(self, tensor: Tensor, shape: tuple[int, ...]) -> None:
        if tuple(tensor.shape) != shape:
            say = f"{self.what} should have shape {shape}, but it has shape {tuple(tensor.shape)}."
            self._fail("shape", say, {"expected_shape": list(shape), "shape": list(tensor.shape)})

    def _fail_dtype(self, wanted: str, tensor: Tensor) -> NoReturn:
        came = _dtype_name(tensor.dtype)
        facts = {"expected_dtype": wanted, "dtype": came}
        self._fail("dtype", f"{self.what} should have {_article(wanted)}, but its dtype is {came}.", facts)

    def _fail(self, kind: str, say: str, evidence: dict[str, Any] | None = None) -> NoReturn:
        # Names such as dz/da keep their case.
        sentence = say[:1].upper() + say[1:] if say.startswith(("the ", "item ")) else say
        raise CheckFailed(kind, sentence, evidence=evidence)


def _article(wanted: str) -> str:
    return wanted if wanted.startswith("a ") else f"dtype {wanted}"


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _difference(got: Tensor, expected: Tensor) -> Tensor:
    """Absolute difference in float64; NaN or unequal infinities count as infinite."""
    left, right = got.to(torch.float64), expected.to(torch.float64)
    gap = (left - right).abs()
    return torch.where(torch.isnan(gap), torch.where(left == right, 0.0, math.inf), gap)


def _number_text(element: Tensor) -> str:
    value = element.item()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _torch_dtype(dtype: Any) -> torch.dtype | None:
    if dtype is None or isinstance(dtype, torch.dtype):
        return dtype
    return torch.from_numpy(np.empty(0, dtype)).dtype


def describe(value: Any) -> str:
    """Say in a few words what a value is; never its content."""
    if value is None:
        return "None (is a return missing?)"
    if isinstance(value, Opaque):
        return f"an object of type {value.type_name}"
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (list, tuple, dict, str)):
        return f"a {type(value).__name__} of length {len(value)}"
    return f"of type {type(value).__name__}"
