"""Student ids as folder names that are safe on every file system."""

from __future__ import annotations

import hashlib
import re
import unicodedata

MAX_SLUG = 60
_DIGEST = 16
_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,58}[a-z0-9_-])?")
_DIGEST_SUFFIX = re.compile(rf"-[0-9a-f]{{{_DIGEST}}}\Z")
_UNSAFE = re.compile(r"[^a-z0-9]+")
_RESERVED = frozenset(
    {"index", "con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{device}{digit}" for device in ("com", "lpt") for digit in range(10)}
)


def safe_slug(student: str) -> str:
    """Return a folder name for a student's id: ASCII, lower case, at most 60 characters.

    Plain ids such as "s01" stay as they are. Any other id gets a short digest of its own behind it,
    so two ids never share a folder, not even where the file system ignores case.
    """
    if _is_plain(student):
        return student
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    ascii_text = unicodedata.normalize("NFKD", student[:400]).encode("ascii", "ignore").decode()
    stem = _UNSAFE.sub("-", ascii_text.lower()).strip("-")[: MAX_SLUG - _DIGEST - 1].rstrip("-")
    return f"{stem or 'student'}-{digest}"


def _is_plain(student: str) -> bool:
    # An id that ends like one of our digests is not plain: it could be chosen to hit another's slug.
    return (
        _PLAIN.fullmatch(student) is not None
        and student.partition(".")[0] not in _RESERVED
        and _DIGEST_SUFFIX.search(student) is None
    )
