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
from labgrade.grader.closeness import (
    EXACT,
    Mismatch,
    Tolerance,
    describe,
    dtype_name,
    mismatch,
    number_mismatch,
    real_tensor,
)

RTOL, ATOL = 1e-4, 1e-5
"""float32 tolerances of the course; a check may tighten them, never loosen them beyond 1e-3."""

_COMPARABLE = (str, list, tuple, Tensor, np.ndarray)
_ONE_ELEMENT_SHAPES = ((), (1,), (1, 1))


@dataclass(frozen=True)
class Mistake:
    """A known mistake, declared beside the check that recognises it.

    Attributes:
        slug: its id in the record is `LAB.EXERCISE.slug`.
        value: the wrong value that the mistake produces (None: nothing is returned), or a predicate on it.
        say: feedback that names the concept; no input, no expected value, not the answer.
        raises: type name of the exception that the mistake raises, in place of a value.
        match: text that the exception's message holds.
    """

    slug: str
    value: Any = None
    say: str = ""
    raises: str = ""
    match: str = ""

    def __post_init__(self) -> None:
        # Said when the grader runs, not when the first student makes the mistake.
        if not callable(self.value) and not _is_comparable(self.value):
            raise TypeError(f"the mistake {self.slug!r} has a value of type {type(self.value).__name__}")

    def fits(self, value: Any, tolerance: Tolerance) -> bool:
        """Whether `value` is what this mistake produces."""
        if self.raises:
            return False
        if callable(self.value):
            return _holds(self.value, value)
        return Expectation(value).is_close(self.value, tolerance)

    def explains(self, type_name: str, message: str) -> bool:
        """Whether an exception is what this mistake raises."""
        return bool(self.raises) and self.raises == type_name and self.match in message


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

        Infinities equal only themselves, and NaN only NaN.

        Args:
            expected: a Python number (then any one-element value of a real dtype is accepted), a tensor or
                array (then the same shape), a list or tuple of numbers, a string, or None.
            rtol: tolerance relative to the expected value.
            atol: absolute tolerance.
            dtype: where the exercise is about it, the exact dtype of a tensor.
            mistakes: known mistakes, tried in order when the comparison fails.
        """
        _refuse_empty(expected)
        tolerance = Tolerance(rtol, atol)
        return self._or_mistake(lambda: self._close(expected, tolerance, dtype), mistakes, tolerance)

    def equals(self, expected: Any, *, mistakes: Sequence[Mistake] = ()) -> Self:
        """Compare exactly: shape, dtype and every value (for copies, indices, integers)."""
        _refuse_empty(expected)
        tolerance = Tolerance(RTOL, ATOL)
        return self._or_mistake(lambda: self._close(expected, EXACT), mistakes, tolerance)

    def is_close(self, expected: Any, tolerance: Tolerance) -> bool:
        """Whether the comparison passes; an empty tensor or list equals one of its own shape."""
        try:
            self._close(expected, tolerance)
        except CheckFailed:
            return False
        return True

    def number(self) -> float:
        """Return the value as a float; one element of any real dtype, of shape (), (1,) or (1, 1)."""
        return _as_float(self._one_number())

    def integer(self) -> int:
        """Return the value as an int; one element that is a whole number."""
        number = self._one_number()
        if not isinstance(number, int) and not number.is_integer():
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
            self._fail_dtype(f"dtype {dtype_name(dtype)}", tensor)
        return tensor

    def items(self, n: int | None = None) -> list[Any]:
        """Return the elements of a list, tuple, or 1-D tensor or array; `n` of them where given."""
        value = self.value
        if isinstance(value, (Tensor, np.ndarray)) and value.ndim == 1:
            value = self._plain_tensor("a list")
        elif not isinstance(value, (list, tuple)):
            self._fail("type", f"{self.what} should be a list or tuple, but it is {describe(value)}.")
        if n is not None and len(value) != n:
            facts = {"expected_length": n, "length": len(value)}
            self._fail("length", f"{self.what} should hold {n} items, but it holds {len(value)}.", facts)
        return value.tolist() if isinstance(value, Tensor) else list(value)

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

    def that(
        self,
        condition: bool,  # noqa: FBT001 - reads like a sentence
        say: str,
        *,
        mistakes: Sequence[Mistake] = (),
        kind: str = "condition",
    ) -> Self:
        """Fail with the sentence `say` where `condition` does not hold.

        Raises:
            TypeError: `condition` is no truth value.
        """
        if _truth(condition):
            return self
        return self._or_mistake(lambda: self._fail(kind, say), mistakes, Tolerance(RTOL, ATOL))

    def _or_mistake(
        self, compare: Callable[[], object], mistakes: Sequence[Mistake], tolerance: Tolerance
    ) -> Self:
        try:
            compare()
        except CheckFailed as failure:
            for mistake in mistakes:
                if mistake.fits(self.value, tolerance):
                    failure.mistake, failure.mistake_say = mistake.slug, mistake.say
                    break
            raise
        return self

    def _close(self, expected: Any, tolerance: Tolerance, dtype: torch.dtype | None = None) -> None:
        if isinstance(expected, (Tensor, np.ndarray)):
            self._close_tensor(expected, tolerance, dtype)
        elif isinstance(expected, (list, tuple)):
            self._close_items(expected, tolerance)
        elif _is_number(expected):
            self._refuse(number_mismatch(self.number(), float(expected), tolerance))
        elif expected is None or isinstance(expected, str):
            self._same(expected)
        else:
            raise TypeError(f"a grader cannot compare with a value of type {type(expected).__name__}")

    def _close_items(self, expected: Sequence[Any], tolerance: Tolerance) -> None:
        places = [
            Expectation(item, f"item {place} of {self.what}")
            for place, item in enumerate(self.items(len(expected)))
        ]
        if expected and all(map(_is_number, expected)):
            numbers = torch.tensor([place.number() for place in places], dtype=torch.float64)
            wanted = torch.tensor(list(map(float, expected)), dtype=torch.float64)
            self._refuse(mismatch(numbers, wanted, tolerance))
            return
        for place, want in zip(places, expected, strict=True):
            place._close(want, tolerance)  # noqa: SLF001 - another of this class

    def _close_tensor(
        self, expected: Tensor | np.ndarray[Any, Any], tolerance: Tolerance, dtype: torch.dtype | None
    ) -> None:
        wanted = real_tensor(expected)
        if wanted is None:
            raise TypeError(f"a grader compared with {describe(expected)}, which holds no real numbers")
        exact = wanted.dtype if tolerance == EXACT else dtype
        got = self._plain_tensor("a tensor")
        self._check_shape(got, tuple(wanted.shape))
        if exact is not None and got.dtype != exact:
            self._fail_dtype(f"dtype {dtype_name(exact)}", got)
        if (got.dtype == torch.bool) != (wanted.dtype == torch.bool):
            self._fail_dtype(f"dtype {dtype_name(wanted.dtype)}", got)
        self._refuse(mismatch(got, wanted.detach(), tolerance))

    def _same(self, expected: str | None) -> None:
        if type(self.value) is not type(expected):
            wanted = "a string" if isinstance(expected, str) else "None"
            self._fail("type", f"{self.what} should be {wanted}, but it is {describe(self.value)}.")
        if self.value != expected:
            self._fail("values", f"{self.what} should be {expected!r}, but it is {str(self.value)[:100]!r}.")

    def _one_number(self) -> float:
        """Return the one number that the value is, as Python's own kind of it."""
        value = self.value
        numeric = isinstance(value, (int, float, np.generic, np.ndarray, Tensor))
        if isinstance(value, (bool, np.bool_)) or not numeric:
            self._fail("type", f"{self.what} should be a number, but it is {describe(value)}.")
        if isinstance(value, (int, float)):
            return value
        tensor = self._plain_tensor("a number")
        if tuple(tensor.shape) not in _ONE_ELEMENT_SHAPES:
            shapes = {"expected_shape": [], "shape": list(tensor.shape)}
            self._fail("shape", f"{self.what} should be one number, but it is {describe(value)}.", shapes)
        if tensor.dtype == torch.bool:
            self._fail("dtype", f"{self.what} should be a number, but it is a truth value.")
        return tensor.item()

    def _plain_tensor(self, wanted: str, *, meta: bool = False) -> Tensor:
        tensor = real_tensor(self.value)
        if tensor is None:
            self._fail("type", f"{self.what} should be {wanted}, but it is {describe(self.value)}.")
        if tensor.device.type == "meta" and not meta:
            self._fail("type", f"{self.what} is a tensor on the meta device, which has no values.")
        return tensor.detach()

    def _check_shape(self, tensor: Tensor, shape: tuple[int, ...]) -> None:
        if tuple(tensor.shape) != shape:
            say = f"{self.what} should have shape {shape}, but it has shape {tuple(tensor.shape)}."
            self._fail("shape", say, {"expected_shape": list(shape), "shape": list(tensor.shape)})

    def _fail_dtype(self, wanted: str, tensor: Tensor) -> NoReturn:
        came = dtype_name(tensor.dtype)
        facts = {"expected_dtype": wanted.removeprefix("dtype "), "dtype": came}
        self._fail("dtype", f"{self.what} should have {wanted}, but its dtype is {came}.", facts)

    def _refuse(self, found: Mismatch | None) -> None:
        if found is not None:
            self._fail("values", found.sentence(self.what), found.facts())

    def _fail(self, kind: str, say: str, evidence: dict[str, Any] | None = None) -> NoReturn:
        # Names such as dz/da keep their case.
        sentence = say[:1].upper() + say[1:] if say.startswith(("the ", "a ", "an ", "item ")) else say
        raise CheckFailed(kind, sentence, evidence=evidence)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _is_comparable(expected: Any) -> bool:
    return expected is None or _is_number(expected) or isinstance(expected, _COMPARABLE)


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _refuse_empty(expected: Any) -> None:
    size = math.prod(expected.shape) if isinstance(expected, (Tensor, np.ndarray)) else None
    if size == 0 or (isinstance(expected, (list, tuple)) and not expected):
        raise ValueError("a grader compared with something empty, which proves nothing")


def _truth(condition: Any) -> bool:
    if isinstance(condition, (bool, np.bool_)):
        return bool(condition)
    if isinstance(condition, (Tensor, np.ndarray)) and tuple(condition.shape) in _ONE_ELEMENT_SHAPES:
        return bool(condition)
    raise TypeError(f"a condition is a truth value, not {describe(condition)}")
