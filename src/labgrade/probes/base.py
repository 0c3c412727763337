"""What a probe is: an operation that the grader asks for and the worker answers.

A probe module holds both ends. `ask` functions run in the grader and take `student.NAME` first;
`answer` functions run in the worker, on the student's real function. Both exchange plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from labgrade.budget import USUAL, Allowance
from labgrade.wire import pack, unpack


class Callee(Protocol):
    """The grader's end of a student's function (`student.NAME`), or of a method of a kept object."""

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
        """Run probe `op` on the function in the worker and return its value.

        Args:
            op: the probe's name.
            args: what the function is called with.
            kwargs: the same, by name.
            on: key of a kept object, and the dotted path of its attribute that stands in the function's
                place; "" for the object itself.
            allowance: what the request may use beyond what the exercise may.
            options: for the probe.
        """


@dataclass(frozen=True)
class Call:
    """The worker's end: the student's function and what to call it with.

    Attributes:
        function: the student's own object.
        args, kwargs: values built for this call alone.
        options: what the probe's `ask` sent along.
    """

    function: Callable[..., Any]
    args: list[Any]
    kwargs: dict[str, Any]
    options: dict[str, Any]

    def run(self) -> Any:
        """Call the function once."""
        return self.function(*self.args, **self.kwargs)


@dataclass(frozen=True)
class Probe:
    """An operation by name and the worker's answer to it."""

    op: str
    answer: Callable[[Call], Any]


def snapshot(value: Any) -> Any:
    """Return what would arrive of a value now: a later call, or a write, may change it.

    `copy.deepcopy` would refuse tensors inside a graph, and copy what is too large to send.
    """
    tensors: dict[str, torch.Tensor] = {}
    return unpack(pack(value, tensors), tensors)
