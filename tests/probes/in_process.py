"""The two ends of a probe in one process, with a real frame between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.wire.forge import parts

from labgrade.probes import BUILTIN_PROBES, Call
from labgrade.wire.frames import UNLIMITED, Frame, FrameLimits, decode, encode
from labgrade.wire.values import pack, unpack
from labgrade.worker import messages

ANSWERS = {probe.op: probe.answer for probe in BUILTIN_PROBES}


class InProcess:
    """A callee whose function runs here, with copies of its arguments."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def ask(self, op: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], **options: Any) -> Any:
        asked = arrived(
            messages.request(1, op, {"args": list(args), "kwargs": kwargs, "options": options}), UNLIMITED
        )
        given = unpack(asked.head["arguments"], asked.tensors)
        value = ANSWERS[op](Call(self._function, given["args"], given["kwargs"], given["options"]))
        tensors: dict[str, Any] = {}
        reply = arrived(Frame({"id": 1, "value": pack(value, tensors)}, tensors), FrameLimits())
        return messages.read_reply(reply, 1)


class Replying:
    """A callee whose worker answers anything with the same value."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def ask(self, _op: str, _args: tuple[Any, ...], _kwargs: Mapping[str, Any], **_options: Any) -> Any:
        return self._value


def arrived(frame: Frame, limits: FrameLimits) -> Frame:
    """Return a frame after its way over the wire."""
    return decode(*parts(encode(frame)), limits)
