"""The digest of a submission: SHA-256 over its files' paths, lengths and bytes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_HEX = re.compile(r"[0-9a-f]{64}")


def digest_files(files: Iterable[tuple[str, bytes]]) -> str:
    """Return the SHA-256 (hex) of (path, bytes) pairs, in path order whatever order they come in.

    Lengths go before contents, so that no two sets of files run together into the same bytes.
    """
    total = hashlib.sha256()
    for path, data in sorted(files):
        name = path.encode("utf-8")
        total.update(len(name).to_bytes(8, "big") + name)
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def is_digest(text: str) -> bool:
    """Tell whether `text` is 64 lower-case hex digits (and so safe as a file's name)."""
    return _HEX.fullmatch(text) is not None
