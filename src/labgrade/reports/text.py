"""Untrusted text made fit to be seen: what hides, reorders or overprints is spelled out.

HTML escaping is not done here: the templates escape every value.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

# Controls but newline and tab; format characters (bidi overrides, zero width, tags) but the two joiners,
# which Indic and Persian names need; line separators; surrogates; noncharacters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad"
    "\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]",
)
_EXACT = 1e15
"""Whole numbers below it are exact in float64, and short enough to be read."""
# Three and more marks on one letter reach into the lines around; no language of names needs them.
_STACKED = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3,}")


def visible(text: str) -> str:
    """Return `text` with invisible, reordering and overprinting characters as Python escapes.

    Newlines and tabs stay. Right-to-left letters stay too; pages isolate them.
    """
    if text.isprintable() and text.isascii():
        return text
    return _STACKED.sub(_escaped, _UNSEEN.sub(_escaped, text))


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def shown(text: str, limit: int) -> str:
    """Return `text` made visible and cut to `limit` characters, saying how many there were."""
    if len(text) <= limit:
        return visible(text)
    return f"{visible(text[:limit])}… (cut; {len(text):,} characters in all)"


def number(value: Decimal | int) -> str:
    """Return a mark without trailing zeros: "4", "0.5"."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def written(value: float) -> str:
    """Return a measured number in at most six digits, or NaN and infinities by a record's names.

    Whole numbers have all their digits, in groups: "101,770".
    """
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if abs(value) < _EXACT and value % 1 == 0:
        return f"{int(value):,}"
    return f"{value:.6g}"


def percent(part: Decimal, whole: Decimal) -> int:
    """Return a share as a whole percentage; 100 only where nothing is missing, 0 only where all is."""
    if not whole:
        return 0
    share = round(100 * part / whole)
    return min(max(share, 1 if part else 0), 99) if part < whole else 100


def counted(count: int, noun: str) -> str:
    """Return "1 check", "3 checks"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
