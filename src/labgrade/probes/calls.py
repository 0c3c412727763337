"""Plain calls, and calls under a seed."""

from __future__ import annotations

import copy
from typing import Any

from labgrade.probes.base import Call, Callee, Probe, snapshot
from labgrade.probes.seeding import seed_torch


def _answer_call(call: Call) -> Any:
    return call.run()


CALL = Probe("call", _answer_call)


def seeded(function: Callee, *args: Any, seed: int, **kwargs: Any) -> Any:
    """Return the function's value right after `torch.manual_seed(seed)`."""
    return function.ask(SEEDED.op, args, kwargs, seed=seed)


def _answer_seeded(call: Call) -> Any:
    seed_torch(int(call.options["seed"]))
    return call.run()


SEEDED = Probe("seeded", _answer_seeded)


def repeated(function: Callee, *args: Any, times: int = 2, **kwargs: Any) -> list[Any]:
    """Return the values of `times` calls in one process, with no reseeding between them.

    Each call gets arguments of its own, so that one that changes them does not spoil the next. What came back
    as something else stands for each value: it is right for none.
    """
    values = function.ask(REPEATED.op, args, kwargs, times=times)
    return values if isinstance(values, list) and len(values) == times else [values] * times


def _answer_repeated(call: Call) -> Any:
    return [snapshot(_once(call).run()) for _ in range(int(call.options["times"]))]


def _once(call: Call) -> Call:
    return Call(call.function, copy.deepcopy(call.args), copy.deepcopy(call.kwargs), {})


REPEATED = Probe("repeated", _answer_repeated)
