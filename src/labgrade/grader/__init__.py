"""What a grader is written with.

    from labgrade.grader import Mistake, check, exercise, expect, probes

Names load on first use: the pytest plug-in lives in this package and must not import torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labgrade import probes as probes
    from labgrade.grader.compare import Mistake as Mistake
    from labgrade.grader.compare import expect as expect
    from labgrade.grader.declare import check as check
    from labgrade.grader.declare import exercise as exercise

_HOMES = {
    "Mistake": "labgrade.grader.compare",
    "check": "labgrade.grader.declare",
    "exercise": "labgrade.grader.declare",
    "expect": "labgrade.grader.compare",
}

__all__ = ["Mistake", "check", "exercise", "expect", "probes"]


def __getattr__(name: str) -> Any:
    if name == "probes":
        return importlib.import_module("labgrade.probes")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(name)
