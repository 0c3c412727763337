"""What intake hands on: a normalised submission, or a rejection that still gets a record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labgrade.record.digest import digest_files

if TYPE_CHECKING:
    from labgrade.record.model import Finding


@dataclass(frozen=True)
class Member:
    """One file of a submission.

    Attributes:
        path: relative POSIX path inside the submission, safe characters, no `..`.
        data: its bytes, read once; exactly these run.
    """

    path: str
    data: bytes


@dataclass(frozen=True)
class Entry:
    """A thing on disk that will become one submission (not read yet).

    Attributes:
        student: the student's id as given (file stem or folder name), NFC.
        lab: lab id.
        path: the path as the caller gave it, joined with the entry's name. Good for opening; where
            its bytes are no valid text it holds surrogates, so show it through `names.visible`.
        findings: what is known before anything is read ("duplicate-id", "similar-id").
        skip: real paths that are never read, wherever the entry leads (the output folder).
    """

    student: str
    lab: str
    path: str
    findings: tuple[Finding, ...] = ()
    skip: tuple[str, ...] = ()


@dataclass(frozen=True)
class Submission:
    """A student's normalised hand-in; every string in it is valid Unicode."""

    student: str
    lab: str
    path: str
    members: tuple[Member, ...]
    entries: tuple[str, ...]
    """Paths of the members that run, in order."""
    digest: str
    """SHA-256 hex over every member's path and bytes."""
    findings: tuple[Finding, ...] = field(default=())


@dataclass(frozen=True)
class Rejection:
    """A hand-in that cannot be run; it gets a record with score 0 and these findings."""

    student: str
    lab: str
    path: str
    findings: tuple[Finding, ...]
    digest: str = hashlib.sha256(b"").hexdigest()


def digest_members(members: tuple[Member, ...]) -> str:
    """Return the SHA-256 (hex) of the members' paths, lengths and bytes, in path order."""
    return digest_files((member.path, member.data) for member in members)
