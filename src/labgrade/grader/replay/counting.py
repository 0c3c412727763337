"""How many numbers a captured network holds.

A tensor counts in full, once, however often and under however many names it is used:

- every parameter, trained or frozen;
- a buffer or constant that is weight or bias of a convolution, matrix product or norm, or part of one;
- a buffer or constant of more than 64 numbers, whatever it is used for.

Running statistics of batch norm do not count, whatever their size, where they are used for nothing else. So
what is left out is small: means and deviations that images are normalised by. Where that comes to more than
256 numbers together, it counts; and so do numbers written into the graph itself: weights could be hidden in
either.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from labgrade.grader.replay.program import Origins, Program
from labgrade.wire.operators import LEAF

_SMALL: Final = 64
_FEW: Final = 256
_STATISTICS: Final = slice(3, 5)  # of the arguments of native_batch_norm


def parameter_count(program: Program, origins: Origins) -> int:
    """Return how many numbers a program holds, as the module docstring defines it."""
    held = {name for step in program.steps for name in origins.held(step)}
    statistics = _statistics(program)
    counted, small = 0, 0
    for name, tensor in program.leaves.items():
        if program.roles[name] in {"parameter", "frozen"} or name in held:
            counted += tensor.numel()
        elif name in statistics:
            continue
        elif tensor.numel() > _SMALL:
            counted += tensor.numel()
        else:
            small += tensor.numel()
    return counted + _unless_few(small) + _unless_few(len(set(_written(program))))


def _unless_few(numbers: int) -> int:
    return numbers if numbers > _FEW else 0


def _statistics(program: Program) -> set[str]:
    """Return the names of tensors that are running statistics and nothing else."""
    as_statistics: set[str] = set()
    otherwise = {program.output}
    for step in program.steps:
        args = step.node.args
        if step.operator.base == "native_batch_norm":
            as_statistics.update(arg for arg in args[_STATISTICS] if isinstance(arg, str))
            args = [*args[: _STATISTICS.start], *args[_STATISTICS.stop :]]
        otherwise.update(_texts([args, list(step.node.kwargs.values())]))
    return {reference.removeprefix(LEAF) for reference in as_statistics - otherwise}


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _texts(value: Any) -> Iterator[str]:
    return (item for item in _flat(value) if isinstance(item, str))


def _written(program: Program) -> Iterator[float]:
    for step in program.steps:
        for item in _flat([step.node.args, list(step.node.kwargs.values())]):
            if type(item) in {int, float}:
                yield float(item)
