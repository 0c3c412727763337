"""What crosses between grader and worker: length-prefixed frames of JSON and safetensors, never pickle."""

from labgrade.wire.frames import Closed, Connection, Frame, FrameLimits
from labgrade.wire.strict_json import WireError
from labgrade.wire.values import Opaque, pack, unpack

__all__ = ["Closed", "Connection", "Frame", "FrameLimits", "Opaque", "WireError", "pack", "unpack"]
