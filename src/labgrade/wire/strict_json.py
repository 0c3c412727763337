"""JSON from an untrusted process: what is not accepted is a `WireError`."""

from __future__ import annotations

from typing import Any

from labgrade import strict_json


class WireError(Exception):
    """A frame is malformed, or larger than its limits."""


def loads(raw: bytes, *, max_bytes: int, max_depth: int) -> Any:
    """Parse `raw` (UTF-8) strictly.

    Raises:
        WireError: for anything that is not plain finite JSON within both limits.
    """
    try:
        return strict_json.loads(raw, max_bytes=max_bytes, max_depth=max_depth)
    except strict_json.NotStrictJson as error:
        raise WireError(f"JSON was expected: {error}") from None
