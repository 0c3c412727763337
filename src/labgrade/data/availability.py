"""Whether a data set can be read here; the answer comes without reading it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Availability:
    """Whether a data set can be read here.

    Attributes:
        found: it can.
        detail: where it lies and how much it holds, or what was looked for.
        advice: what to do where it is not here, or "".
    """

    found: bool
    detail: str
    advice: str = ""
