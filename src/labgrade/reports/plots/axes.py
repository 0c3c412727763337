"""Axes: a range, ticks at round numbers with their labels, and where a value lies between the ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from labgrade.reports.plots.svg import width_of

_ROUND = (1, 2, 5, 10)
_ALIKE = 1e-9
"""Values that differ by less, relatively, are drawn as one."""
_SLACK = 1e-6
"""Share of a step by which a tick may miss the end of the range, by rounding."""
_DECADES = 1e3
"""From this ratio of greatest to least on, an axis of positive values is logarithmic."""
_LEAST = 1e-290
"""Below it neither a step nor a logarithm is computed."""
_GAP = 14.0
"""SVG units between two labels."""


class Tick(NamedTuple):
    """A place on an axis that has a label."""

    value: float
    label: str


class Axis(NamedTuple):
    """A range of values and its ticks.

    Attributes:
        low: the least value.
        high: the greatest; more than `low`.
        ticks: within the range, ascending.
        log: equal ratios, not equal differences, lie equally far apart; `low` is positive then.
    """

    low: float
    high: float
    ticks: tuple[Tick, ...]
    log: bool = False

    def share(self, value: float) -> float:
        """Return where a value lies: 0 at `low`, 1 at `high`; values outside lie at the nearer end."""
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            place = (math.log10(max(value, self.low)) - low) / (high - low)
        else:
            place = (value - self.low) / (self.high - self.low)
        return min(max(place, 0.0), 1.0)

    @property
    def room(self) -> float:
        """Width of the widest label, in SVG units."""
        return max((width_of(tick.label) for tick in self.ticks), default=0.0)

    @property
    def scale_note(self) -> str:
        """What a label of the axis says of its scale."""
        return " (logarithmic)" if self.log else ""


class _Step(NamedTuple):
    """A round number between ticks: `size` is 1, 2 or 5 times ten to the power `exponent`."""

    size: float
    exponent: int


def linear_axis(low: float, high: float, count: int, *, whole: bool = False, snap: bool = True) -> Axis:
    """Return an axis of equal steps.

    Args:
        low: the least value drawn.
        high: the greatest; more than `low`.
        count: about how many steps; there are never more than two beyond it.
        whole: ticks are whole numbers only, as what is drawn is.
        snap: the range grows until a tick stands at either end.
    """
    step = _step((high - low) / count, whole=whole)
    if snap:
        low = math.floor(low / step.size + _SLACK) * step.size
        high = math.ceil(high / step.size - _SLACK) * step.size
    first, last = math.ceil(low / step.size - _SLACK), math.floor(high / step.size + _SLACK)
    values = [place * step.size for place in range(first, last + 1)]
    return Axis(low, high, tuple(map(Tick, values, _labels(values, step))))


def _step(least: float, *, whole: bool) -> _Step:
    if whole and least < 1:
        return _Step(1.0, 0)
    exponent = math.floor(math.log10(least))
    power = 10.0**exponent
    factor = next((factor for factor in _ROUND if factor * power >= least * (1 - _ALIKE)), _ROUND[-1])
    return _Step(factor * power, exponent + 1) if factor == _ROUND[-1] else _Step(factor * power, exponent)


def _labels(values: Sequence[float], step: _Step) -> list[str]:
    """Write ticks with as many digits as tell them apart, all alike."""
    greatest = max(map(abs, values), default=0.0)
    if greatest == 0 or 1e-4 <= greatest < 1e7:  # noqa: PLR2004  (beyond, zeros outnumber digits)
        return [f"{value + 0.0:,.{max(0, -step.exponent)}f}" for value in values]
    digits = max(0, math.floor(math.log10(greatest)) - step.exponent)
    return [_scientific(value, digits) for value in values]


def _scientific(value: float, digits: int) -> str:
    mantissa, _, exponent = f"{value:.{digits}e}".partition("e")
    return f"{mantissa}e{int(exponent)}" if value else "0"


def logarithmic_axis(low: float, high: float, count: int) -> Axis:
    """Return an axis of powers of ten around `low` and `high`, with about `count` steps at most."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    last = max(last, first + 1)
    every = math.ceil((last - first) / count)
    powers = range(first, last + 1, every)
    ticks = tuple(map(Tick, (10.0**power for power in powers), _powers(powers)))
    return Axis(10.0**first, 10.0**last, ticks, log=True)


def _powers(exponents: range) -> list[str]:
    """Write powers of ten, all alike: with their zeros where these are few."""
    if exponents[0] >= -3 and exponents[-1] <= 7:  # noqa: PLR2004  (beyond, zeros have to be counted)
        return [f"{10.0**exponent:,.{max(0, -exponent)}f}" for exponent in exponents]
    return [f"1e{exponent}" for exponent in exponents]


def value_axis(values: Iterable[float], count: int) -> Axis:
    """Return the axis for what was measured: logarithmic over decades, else with 0 where it is near."""
    low, high = span(values)
    if spans_decades(low, high):
        return logarithmic_axis(low, high, count)
    return linear_axis(0.0 if 0 <= low <= high / 2 else low, high, count)


def spans_decades(low: float, high: float, ratio: float = _DECADES) -> bool:
    """Say whether positive values are better drawn by their ratios."""
    return low > _LEAST and high / low >= ratio


def span(values: Iterable[float]) -> tuple[float, float]:
    """Return the least and the greatest of the values, with room around them where all are alike."""
    known = tuple(values)
    low, high = min(known), max(known)
    size = max(abs(low), abs(high))
    if high - low > max(size * _ALIKE, _LEAST):
        return low, high
    room = size / 10 if size > _LEAST else 1.0
    return low - room, high + room


def whole(values: Iterable[float]) -> bool:
    """Say whether all values are whole numbers."""
    return all(value % 1 == 0 for value in values)


def fitted(make: Callable[[int], Axis], width: float) -> Axis:
    """Return the axis with the most ticks whose labels stand beside each other in `width`."""
    for count in (8, 6, 5, 4, 3, 2):
        axis = make(count)
        if len(axis.ticks) * (axis.room + _GAP) <= width:
            return axis
    return make(1)
