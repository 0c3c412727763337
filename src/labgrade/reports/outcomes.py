"""How an outcome is called on a page: words first; mark and colour only go with them."""

from __future__ import annotations

from typing import NamedTuple

from labgrade.record.model import Outcome


class Badge(NamedTuple):
    """An outcome as it is shown.

    Attributes:
        word: for people.
        tone: CSS class: "good", "bad", "open" (nothing to judge) or "ours" (our fault).
        sign: one character, decoration only.
    """

    word: str
    tone: str
    sign: str


BADGES: dict[Outcome, Badge] = {
    "passed": Badge("Passed", "good", "✓"),
    "failed": Badge("Not right yet", "bad", "✕"),
    "error": Badge("Raised an error", "bad", "!"),
    "timeout": Badge("Ran out of time", "bad", "!"),
    "crashed": Badge("Process ended", "bad", "!"),
    "not_attempted": Badge("Not attempted", "open", "○"),
    "skipped": Badge("Waits for another", "open", "…"),
    "not_run": Badge("Not graded (our fault)", "ours", "?"),
}
