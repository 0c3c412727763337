"""The two ends of a probe in one process, with a real frame between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from tests.wire.forge import parts

from labgrade.budget import USUAL, Allowance
from labgrade.wire.frames import LARGE, UNLIMITED, Frame, FrameLimits, decode, encode
from labgrade.worker import messages
from labgrade.worker.child import answer
from labgrade.worker.executor import LoadReport
from labgrade.worker.loading import Loaded


class InProcess:
    """A callee whose function runs here, with copies of its arguments."""

    def __init__(self, function: Callable[..., Any]) -> None:
        report = LoadReport(frozenset({"function"}), (), "")
        self._loaded = Loaded({"function": function}, ModuleType("submission"), report, frozenset())

    def ask(
        self,
        op: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        on: tuple[str, str] | None = None,
        allowance: Allowance = USUAL,
        **options: Any,
    ) -> Any:
        arguments = {
            "function": "function",
            "args": list(args),
            "kwargs": dict(kwargs),
            "options": options,
            "on": on,
        }
        asked = arrived(messages.request(1, op, arguments, large=allowance.large), UNLIMITED)
        limits = LARGE if allowance.large else FrameLimits()
        return messages.read_reply(arrived(answer(asked, self._loaded), limits), 1)


class Replying:
    """A callee whose worker answers anything with the same value."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def ask(self, _op: str, _args: tuple[Any, ...], _kwargs: Mapping[str, Any], **_options: Any) -> Any:
        return self._value


def arrived(frame: Frame, limits: FrameLimits) -> Frame:
    """Return a frame after its way over the wire."""
    return decode(*parts(encode(frame)), limits)
