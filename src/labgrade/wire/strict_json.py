"""JSON from an untrusted process: no duplicate keys, no NaN or infinity, bounded depth and digits."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

MAX_DIGITS = 40


class WireError(Exception):
    """A frame is malformed, or larger than its limits."""


def loads(raw: bytes, *, max_depth: int) -> Any:
    """Parse `raw` (UTF-8) strictly.

    Raises:
        WireError: for anything that is not plain finite JSON within `max_depth`.
    """
    _check_depth(raw, max_depth)
    try:
        return json.loads(
            raw.decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_short_int,
            object_pairs_hook=_unique,
        )
    except (ValueError, RecursionError) as error:
        raise WireError(f"not acceptable JSON: {type(error).__name__}") from None


def _check_depth(raw: bytes, max_depth: int) -> None:
    # An upper bound without a parser: brackets inside strings only make it stricter for text that no
    # honest frame holds in such numbers, so it is checked exactly only where the cheap bound fails.
    if raw.count(b"[") + raw.count(b"{") <= max_depth:
        return
    depth, inside, escaped = 0, False, False
    for byte in raw:
        if inside:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                inside = False
        elif byte == 0x22:
            inside = True
        elif byte in b"[{":
            depth += 1
            if depth > max_depth:
                raise WireError(f"JSON nested deeper than {max_depth}")
        elif byte in b"]}":
            depth -= 1


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits[:MAX_DIGITS])
    return number


def _short_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("integer too long")
    return int(digits)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise ValueError("duplicate key")
    return mapping
