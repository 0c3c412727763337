"""Intake: what people hand in becomes one normalised submission, or a rejection with its reasons.

`find_entries` looks at names only, `read_entry` reads one entry's bytes once. Bad input never
raises here: it becomes a finding on the submission that it concerns.
"""

from __future__ import annotations

from labgrade.intake.discover import find_entries
from labgrade.intake.formats import BUILTIN_FORMATS, IntakeFormat
from labgrade.intake.limits import IntakeLimits
from labgrade.intake.model import Entry, Member, Rejection, Submission, digest_members
from labgrade.intake.names import visible
from labgrade.intake.reader import read_entry
from labgrade.intake.slug import safe_slug

__all__ = [
    "BUILTIN_FORMATS",
    "Entry",
    "IntakeFormat",
    "IntakeLimits",
    "Member",
    "Rejection",
    "Submission",
    "digest_members",
    "find_entries",
    "read_entry",
    "safe_slug",
    "visible",
]
