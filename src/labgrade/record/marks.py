"""Marks: exact decimals inside, finite JSON numbers of at most four decimals outside."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo, WithJsonSchema


def _from_json(value: Any, info: ValidationInfo) -> Any:
    """Read a mark from a JSON number only; Python code may spell a mark as it likes."""
    if info.mode != "json":
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("a mark is a JSON number")  # noqa: TRY004  (pydantic reports ValueError alone)
    # repr gives back the digits that were written: 12 digits are fewer than a float holds.
    return Decimal(repr(value))


Mark = Annotated[
    Decimal,
    BeforeValidator(_from_json),
    Field(ge=0, max_digits=12, decimal_places=4, allow_inf_nan=False),
    PlainSerializer(float, return_type=float, when_used="json"),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 99_999_999.9999}),
]
"""An exact decimal inside, a finite JSON number of at most 4 decimals outside."""


def add_marks(marks: Iterable[Decimal | None]) -> Decimal | None:
    """Return the exact sum, or None where any of the marks is unknown."""
    total = Decimal(0)
    for mark in marks:
        if mark is None:
            return None
        total += mark
    return total
