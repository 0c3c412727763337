"""Networks of students, replayed in the trusted process from what the worker captured."""

from labgrade.grader.replay.errors import BadGraph
from labgrade.grader.replay.graph import CapturedGraph, LayerRow, agrees

__all__ = ["BadGraph", "CapturedGraph", "LayerRow", "agrees"]
