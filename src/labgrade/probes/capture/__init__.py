"""A network's evaluation as plain data, for the grader to replay."""

from labgrade.probes.capture.evaluation import capture
from labgrade.probes.capture.tracing import CannotCapture

__all__ = ["CannotCapture", "capture"]
