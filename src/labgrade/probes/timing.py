"""A call with time of its own; past it, it is interrupted, and its objects keep the state they reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labgrade.budget import Allowance, Budget, OutOfTime
from labgrade.probes.base import Call, Callee, Probe
from labgrade.probes.seeding import seed_torch

_GRACE_SECONDS = 5.0
"""Beyond the budget, before a call that swallows its interruption is killed with its process."""


@dataclass(frozen=True)
class Timed:
    """What came of a call with a budget.

    Attributes:
        value: what it returned; None where it was interrupted.
        finished: it returned by itself.
    """

    value: Any
    finished: bool


def within(function: Callee, *args: Any, seconds: float, seed: int | None = None, **kwargs: Any) -> Timed:
    """Call the function with `seconds` CPU seconds of its own, which do not count as the exercise's.

    With a `seed`, right after `torch.manual_seed(seed)`.

    That it was interrupted in time is the worker's word; one that does not let itself be interrupted is
    stopped from outside a little later (`StudentTimedOut`).
    """
    allowance = Allowance(seconds + _GRACE_SECONDS)
    reply = function.ask(WITHIN.op, args, kwargs, allowance=allowance, seconds=seconds, seed=seed)
    match reply:
        case [value, bool(finished)]:
            return Timed(value, finished)
    return Timed(reply, finished=True)


def _answer_within(call: Call) -> list[Any]:
    if call.options["seed"] is not None:
        seed_torch(int(call.options["seed"]))
    return list(timed(call, float(call.options["seconds"])))


def timed(call: Call, seconds: float) -> tuple[Any, bool]:
    """Run a call within a budget; return its value and whether it finished."""
    values: list[Any] = []
    error = Budget(seconds).run(lambda: values.append(call.run()))
    if error is None:
        return values[0], True
    if type(error) is OutOfTime:
        return None, False
    raise error


WITHIN = Probe("within", _answer_within)
