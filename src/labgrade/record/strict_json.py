"""Read JSON from disk strictly: no duplicate keys, no NaN, finite numbers, bounded size and depth."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

MAX_DIGITS = 100
"""Digits of an integer: enough for a seed of 256 bits."""


class NotStrictJson(ValueError):
    """The bytes are not JSON as we write it; the text says why."""


def loads(raw: bytes, *, max_bytes: int, max_depth: int) -> Any:
    """Parse `raw` as one UTF-8 JSON document.

    Raises:
        NotStrictJson: for anything but strict, finite JSON within both limits.
    """
    if len(raw) > max_bytes:
        raise NotStrictJson(f"it is larger than {max_bytes} bytes")
    try:
        value = json.loads(
            raw.decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_bounded_int,
            object_pairs_hook=_unique,
        )
    except RecursionError:
        raise NotStrictJson(f"it is nested deeper than {max_depth} levels") from None
    except ValueError as error:
        raise NotStrictJson(f"it is not strict JSON ({error})") from None
    _require_depth(value, max_depth)
    return value


def _require_depth(value: Any, max_depth: int) -> None:
    level = [value]
    for _ in range(max_depth + 1):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise NotStrictJson(f"it is nested deeper than {max_depth} levels")


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _bounded_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("an integer is too long")
    return int(digits)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return mapping
