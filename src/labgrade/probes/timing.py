"""A call with time of its own; past it, it is interrupted, and its objects keep the state they reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labgrade.budget import Allowance, Budget, OutOfTime
from labgrade.pace import paced
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
    return ask_timed(function, WITHIN, args, kwargs, seconds=seconds, seed=seed)


def ask_timed(
    function: Callee,
    probe: Probe,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    seconds: float,
    **options: Any,
) -> Timed:
    """Ask for a probe whose answer is given by `timed`; options as `Callee.ask`."""
    seconds = paced(seconds)
    allowance = Allowance(seconds + _GRACE_SECONDS)
    reply = function.ask(probe.op, args, kwargs, allowance=allowance, seconds=seconds, **options)
    match reply:
        case [value, bool(finished)]:
            return Timed(value, finished)
    return Timed(reply, finished=True)


def timed(call: Call) -> list[Any]:
    """Run a call within the seconds and by the seed of its options.

    Returns:
        Its value, and whether it finished.
    """
    if call.options["seed"] is not None:
        seed_torch(int(call.options["seed"]))
    values: list[Any] = []
    error = Budget(float(call.options["seconds"])).run(lambda: values.append(call.run()))
    if error is None:
        return [values[0], True]
    if type(error) is OutOfTime:
        return [None, False]
    raise error


WITHIN = Probe("within", timed)
