"""A convolution layer that holds its numbers and refuses to compute: for work by the functional form."""

from __future__ import annotations

from typing import Any, NoReturn

from torch import nn

MESSAGE = "this layer is not to be called: compute its result from its weight, bias, stride and padding"


class UncallableConv2d(nn.Conv2d):
    """An `nn.Conv2d` whose attributes, `parameters()` and `state_dict()` work as ever.

    Calling it in any usual way raises a RuntimeError with `MESSAGE`: `layer(x)`, `layer.forward(x)`,
    `nn.Conv2d.forward(layer, x)`, `torch.func.functional_call`. So a function that gives the right values has
    computed them by itself.

    A grader builds one in the worker:
    `probes.make(student.NAME, "labgrade.probes.uncallable.UncallableConv2d", 1, 3, 3, stride=2, bias=False)`.
    """

    def __call__(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse."""
        raise RuntimeError(MESSAGE)

    def forward(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse."""
        raise RuntimeError(MESSAGE)

    def _conv_forward(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise RuntimeError(MESSAGE)
