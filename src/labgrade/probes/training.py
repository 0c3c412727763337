"""What a trained network is asked for: its graph as plain data; and a training loop of our own."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from labgrade.budget import Allowance
from labgrade.probes.base import Call, Probe
from labgrade.probes.capture import CannotCapture, capture
from labgrade.probes.modules import Module, real_module
from labgrade.probes.seeding import seed_torch
from labgrade.probes.timing import Timed, timed
from labgrade.probes.walk import beside, evaluating, named_parameters, set_mode
from labgrade.wire.plain import DTYPES, Make

_CAPTURE = Allowance(seconds=30.0, large=True)
_GRACE_SECONDS = 5.0
_RATE = 1e-3


def export(module: Module, small: torch.Tensor, large: torch.Tensor, others: torch.Tensor) -> Any:
    """Return what the worker says is the module's graph in evaluation mode, as plain data.

    Args:
        module: in the worker.
        small: a batch of inputs.
        large: another, of another size.
        others: a third.

    Returns:
        A dict with `graph` (see `probes.capture`) and the `logits` of the third batch, or with the `reason`
        why there is no graph. Untrusted.
    """
    return module.callee.ask(
        EXPORT.op, (), {}, on=(module.key, ""), allowance=_CAPTURE, small=small, large=large, others=others
    )


def train_by_adam(module: Module, loader: Make, *, epochs: int, seconds: float, seed: int) -> Timed:
    """Train by Adam (rate 1e-3) and cross-entropy, where a student's own loop is missing.

    Returns:
        The mean loss of each epoch.
    """
    allowance = Allowance(seconds + _GRACE_SECONDS)
    told = module.callee.ask(
        ADAM.op,
        (),
        {},
        on=(module.key, ""),
        allowance=allowance,
        loader=loader,
        epochs=epochs,
        seconds=seconds,
        seed=seed,
    )
    match told:
        case [value, bool(finished)]:
            return Timed(value, finished)
    return Timed(None, finished=False)


def _answer_export(call: Call) -> dict[str, Any]:
    subject: Any = real_module(call)
    small, large, others = (beside(subject, call.options[name]) for name in ("small", "large", "others"))
    try:
        with evaluating(subject):
            graph = capture(subject, small, large)
            # In the dtype that the network takes, as the graph has it.
            return {"graph": graph, "logits": subject(others.to(DTYPES[graph["images"][1]]))}
    except CannotCapture as error:
        return {"reason": str(error)}


def _answer_adam(call: Call) -> list[Any]:
    seed_torch(int(call.options["seed"]))
    loop = Call(_train, [real_module(call), call.options["loader"], int(call.options["epochs"])], {}, {})
    return list(timed(loop, float(call.options["seconds"])))


def _train(network: Any, loader: Any, epochs: int) -> list[float]:
    every = {id(value): value for _, value in named_parameters(network)}  # a tied one once
    optimizer = torch.optim.Adam(every.values(), lr=_RATE)
    set_mode(network, train=True)
    return [_epoch(network, loader, optimizer) for _ in range(epochs)]


def _epoch(network: Any, loader: Any, optimizer: torch.optim.Optimizer) -> float:
    total = 0.0
    for images, labels in loader:
        optimizer.zero_grad()
        loss = functional.cross_entropy(network(beside(network, images)), beside(network, labels))
        torch.autograd.backward(loss)
        optimizer.step()
        total += float(loss.detach())
    return total / max(len(loader), 1)


EXPORT = Probe("export", _answer_export)
ADAM = Probe("train_by_adam", _answer_adam)
