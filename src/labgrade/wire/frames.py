"""Frames on a stream socket: two lengths, a JSON head, a safetensors body.

Lengths are checked before anything is read, the JSON before it is parsed, the safetensors header
before a tensor is made of it. What does not fit raises `WireError`; the caller then gives up that
channel, and only the exercise that used it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from torch import Tensor

from labgrade.wire import strict_json
from labgrade.wire.strict_json import WireError
from labgrade.wire.tensors import decode_tensors, encode_tensors

_LENGTHS = struct.Struct(">II")
_CHUNK = 1 << 20
_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


class Closed(Exception):
    """The other end closed the connection."""


@dataclass(frozen=True)
class FrameLimits:
    """What a frame that we receive may hold.

    Attributes:
        frame_bytes: head and body together.
        head_bytes: the JSON head.
        depth: nesting of the JSON head.
        tensors: entries of the body.
    """

    frame_bytes: int = 16 << 20
    head_bytes: int = 1 << 20
    depth: int = 64
    tensors: int = 10_000


LARGE = FrameLimits(frame_bytes=64 << 20)
"""For a reply that holds a whole network."""

UNLIMITED = FrameLimits(frame_bytes=1 << 31, head_bytes=1 << 30, depth=96)
"""For the worker, which receives only what the trusted side sends."""


@dataclass(frozen=True)
class Frame:
    """A decoded frame: JSON head and tensors by name (on the CPU)."""

    head: dict[str, Any]
    tensors: Mapping[str, Tensor] = field(default_factory=dict)


class Stream(Protocol):
    """The part of a stream socket that a connection uses."""

    def recv(self, size: int, /) -> bytes:
        """Read at most `size` bytes; b"" at the end."""

    def sendall(self, data: bytes, /) -> None:
        """Write all of `data`."""

    def settimeout(self, timeout: float | None, /) -> None:
        """Limit each later call to `timeout` seconds; None for no limit."""

    def setblocking(self, flag: bool, /) -> None:  # noqa: FBT001 - the socket's own signature
        """Choose whether `recv` waits."""

    def fileno(self) -> int:
        """Return the descriptor that is read from."""

    def close(self) -> None:
        """Close it."""


class Connection:
    """Frames over a stream.

    Args:
        stream: a connected socket, or what behaves like one; owned by the connection from here on.
        limits: for frames that are received.

    Attributes:
        limits: of the next frame that is received; may be changed between frames.
    """

    def __init__(self, stream: Stream, limits: FrameLimits) -> None:
        self._socket = stream
        self.limits = limits
        self._buffer = bytearray()

    def fileno(self) -> int:
        """The socket's descriptor, for poll."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def send(self, frame: Frame, *, timeout: float | None = None) -> None:
        """Send a frame; raises TimeoutError after `timeout` seconds, Closed where nobody reads."""
        self._socket.settimeout(timeout)
        try:
            self._socket.sendall(encode(frame))
        except (BrokenPipeError, ConnectionResetError):
            raise Closed from None

    def receive(self) -> Frame:
        """Block until a whole frame came."""
        self._socket.settimeout(None)
        while True:
            frame = self._pop()
            if frame is not None:
                return frame
            self._read(_CHUNK)

    def pump(self) -> Frame | None:
        """Take what has arrived without blocking; return a frame when one is complete.

        Raises:
            Closed: at the end of the stream.
            WireError: when what came is not an acceptable frame.
        """
        frame = self._pop()
        if frame is None:
            self._socket.setblocking(False)  # noqa: FBT003 - the socket's own signature
            try:
                self._read(_CHUNK)
            except BlockingIOError:
                return None
            frame = self._pop()
        return frame

    def _read(self, size: int) -> None:
        try:
            data = self._socket.recv(size)
        except ConnectionResetError:
            raise Closed from None
        if not data:
            raise Closed
        self._buffer += data

    def _pop(self) -> Frame | None:
        if len(self._buffer) < _LENGTHS.size:
            return None
        head_size, body_size = _LENGTHS.unpack_from(self._buffer)
        if head_size > self.limits.head_bytes or head_size + body_size > self.limits.frame_bytes:
            raise WireError(f"a frame of {head_size + body_size} bytes is over the limit")
        end = _LENGTHS.size + head_size + body_size
        if len(self._buffer) < end:
            return None
        with memoryview(self._buffer) as view:
            head = bytes(view[_LENGTHS.size : end - body_size])
            body = bytes(view[end - body_size : end])
        del self._buffer[:end]
        return decode(head, body, self.limits)


def encode(frame: Frame) -> bytes:
    """Serialise a frame."""
    head = _ENCODER.encode(frame.head).encode()
    body = b""
    if frame.tensors:
        body = encode_tensors(frame.tensors)
    return _LENGTHS.pack(len(head), len(body)) + head + body


def decode(head: bytes, body: bytes, limits: FrameLimits) -> Frame:
    """Parse head and body within `limits`.

    Raises:
        WireError: for anything else than a JSON object and well-formed safetensors.
    """
    parsed = strict_json.loads(head, max_bytes=limits.head_bytes, max_depth=limits.depth)
    if not isinstance(parsed, dict):
        raise WireError("the head is no JSON object")
    if not body:
        return Frame(parsed)
    return Frame(parsed, decode_tensors(body, limits.tensors))
