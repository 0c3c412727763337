"""JSON that was not written here: no duplicate keys, no NaN or infinity, bounded size, depth and digits."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

MAX_DIGITS = 100
"""Digits of an integer: enough for a seed of 256 bits."""

_OTHER_BYTES = bytes(set(range(256)) - set(b"[]{}"))


class NotStrictJson(ValueError):
    """The bytes are no JSON that is accepted; the text says why ("it is …")."""


def loads(raw: bytes, *, max_bytes: int, max_depth: int) -> Any:
    """Parse `raw` as one UTF-8 JSON document.

    Args:
        raw: the document.
        max_bytes: its greatest size.
        max_depth: how deeply arrays and objects may be nested; the outermost counts as 1.

    Raises:
        NotStrictJson: for anything but strict, finite JSON within both limits.
    """
    if len(raw) > max_bytes:
        raise NotStrictJson(f"it is larger than {max_bytes} bytes")
    _require_depth(raw, max_depth)
    try:
        return _DECODER.decode(raw.decode("utf-8"))
    except RecursionError:
        raise _too_deep(max_depth) from None
    except ValueError as error:
        raise NotStrictJson(f"it is not strict JSON ({error})") from None


def _require_depth(raw: bytes, max_depth: int) -> None:
    # Before parsing, so that a hostile document costs neither stack nor objects. Up to the first place where
    # text is no JSON this counts as the parser would; after it the parser refuses anyway.
    if raw.count(b"[") + raw.count(b"{") <= max_depth:
        return
    depth = 0
    for bracket in _outside_strings(raw).translate(None, delete=_OTHER_BYTES):
        depth += 1 if bracket in b"[{" else -1
        if depth > max_depth:
            raise _too_deep(max_depth)


def _outside_strings(raw: bytes) -> bytes:
    unescaped = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(unescaped.split(b'"')[::2])


def _too_deep(max_depth: int) -> NotStrictJson:
    return NotStrictJson(f"it is nested deeper than {max_depth} levels")


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


_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant,
    parse_float=_finite,
    parse_int=_bounded_int,
    object_pairs_hook=_unique,
)
