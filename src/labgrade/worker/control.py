"""Small messages with descriptors between our own processes: batch, zygote, supervisor, loader.

Each is one JSON object in one datagram of a SOCK_SEQPACKET pair, so that nothing has to be framed and a
descriptor travels with the message that names it.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence
from typing import Any

from labgrade.wire.frames import Closed

_MESSAGE_BYTES = 65_536
_DESCRIPTORS = 4

Message = dict[str, Any]


def pair() -> tuple[socket.socket, socket.socket]:
    """Return two connected control sockets."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def stream_pair() -> tuple[socket.socket, socket.socket]:
    """Return two connected stream sockets, for frames."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)


def send(control: socket.socket, message: Message, descriptors: Sequence[int] = ()) -> None:
    """Send one message; raises Closed where nobody reads any more."""
    raw = json.dumps(message, separators=(",", ":")).encode()
    try:
        socket.send_fds(control, [raw], list(descriptors))
    except (BrokenPipeError, ConnectionResetError):
        raise Closed from None


def receive(control: socket.socket) -> tuple[Message, list[int]]:
    """Wait for one message; returns it with the descriptors that came along.

    Raises:
        Closed: at the end, and where what came is no message of ours.
    """
    try:
        raw, descriptors, _flags, _address = socket.recv_fds(control, _MESSAGE_BYTES, _DESCRIPTORS)
    except ConnectionResetError:
        raise Closed from None
    if not raw:
        raise Closed
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        for descriptor in descriptors:
            os.close(descriptor)
        raise Closed
    return message, descriptors
