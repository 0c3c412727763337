"""Make text and evidence storable: valid Unicode, strict JSON, bounded depth.

A student's text can hold lone surrogates (Python allows them, UTF-8 does not), and a measured
value can be NaN or an integer of a million digits. All of it is made harmless when a record is
built, so that writing one cannot fail and what is read back equals what was written.
"""

from __future__ import annotations

import math
from typing import Any

MAX_DEPTH = 24
"""Levels of nesting that evidence may have."""

_MAX_INTEGER_BITS = 63


def valid_unicode(text: str) -> str:
    """Return `text` with every lone surrogate spelled as the six characters of its escape."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def storable_text(value: Any) -> Any:
    """Pass text through `valid_unicode`; leave anything else for the model to refuse."""
    return valid_unicode(value) if isinstance(value, str) else value


def storable_json(value: Any, depth: int = 0) -> Any:
    """Return `value` as plain JSON values.

    NaN and infinities become the strings "NaN", "Infinity" and "-Infinity", tuples become lists,
    integers of more than 63 bits become text. What JSON does not know is left for the model to refuse.

    Raises:
        ValueError: nested deeper than `MAX_DEPTH`.
    """
    if depth > MAX_DEPTH:
        raise ValueError(f"evidence is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        return valid_unicode(value)
    if isinstance(value, dict):
        return {storable_text(key): storable_json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable_json(item, depth + 1) for item in value]
    return _storable_number(value)


def _storable_number(value: Any) -> Any:
    """Spell numbers that JSON, or other readers of JSON, cannot hold."""
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _spelled(value)
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > _MAX_INTEGER_BITS:
        return f"an integer of {value.bit_length()} bits"
    return value


def _spelled(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
