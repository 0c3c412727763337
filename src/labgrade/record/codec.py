"""Records as bytes: what is written, what is accepted back, and the digest that names a file."""

from __future__ import annotations

import hashlib

from pydantic import ValidationError

from labgrade import strict_json
from labgrade.record.model import SCHEMA, GradeRecord

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 32


class NotARecord(ValueError):
    """The bytes are no grade record; the text is a clause that says why ("it is not …")."""


def encode(record: GradeRecord) -> bytes:
    """Return the record as UTF-8 JSON; equal records give equal bytes."""
    return record.model_dump_json(by_alias=True, indent=1).encode("utf-8") + b"\n"


def decode(raw: bytes) -> GradeRecord:
    """Read a record back.

    Raises:
        NotARecord: malformed, of another schema, or contradicting itself.
    """
    try:
        document = strict_json.loads(raw, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
    except strict_json.NotStrictJson as error:
        raise NotARecord(str(error)) from None
    found = document.get("schema") if isinstance(document, dict) else None
    if found != SCHEMA:
        raise NotARecord(f"its schema is {str(found)[:80]!r}, this version reads {SCHEMA!r}")
    try:
        return GradeRecord.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise NotARecord(_first_problem(error)) from None


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"]) or "the record"
    return f"it does not hold together at {place}: {first['msg']}"


def short_digest(raw: bytes) -> str:
    """Return the 12 hex digits that stand in the file's name: the head of the bytes' SHA-256."""
    return hashlib.sha256(raw).hexdigest()[:12]
