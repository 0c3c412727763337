"""What a trained network is asked for: its graph as plain data; and a training loop of our own."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from labgrade.budget import Allowance
from labgrade.probes.base import Call, Probe
from labgrade.probes.capture import CannotCapture, capture
from labgrade.probes.modules import Module, real_module
from labgrade.probes.timing import Timed, ask_timed, timed
from labgrade.probes.walk import beside, evaluating, named_parameters, set_mode
from labgrade.wire.plain import DTYPES, Make
from labgrade.wire.values import LARGE_REPLY

_CAPTURE = Allowance(seconds=30.0, large=True)
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
    return ask_timed(
        module.callee,
        ADAM,
        (),
        {},
        on=(module.key, ""),
        loader=loader,
        epochs=epochs,
        seconds=seconds,
        seed=seed,
    )


def _answer_export(call: Call) -> dict[str, Any]:
    subject: Any = real_module(call)
    small, large, others = (beside(subject, call.options[name]) for name in ("small", "large", "others"))
    try:
        with evaluating(subject):
            graph = capture(subject, small, large)
            held = sum(leaf.nbytes for leaf in graph["leaves"].values())
            if held > LARGE_REPLY.tensor_bytes:
                return {"reason": f"its tensors take {held >> 20} MiB, more than is sent"}
            # In the dtype that the network takes, as the graph has it.
            return {"graph": graph, "logits": subject(others.to(DTYPES[graph["images"][1]]))}
    except CannotCapture as error:
        return {"reason": str(error)}
    except Exception as error:  # noqa: BLE001 - some form of network that nobody thought of still has predictions
        return {"reason": f"{type(error).__name__} while it was recorded"}


def _answer_adam(call: Call) -> list[Any]:
    network, options = real_module(call), call.options
    return timed(Call(_train, [network, options["loader"], int(options["epochs"])], {}, options))


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
