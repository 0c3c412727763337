"""From outcomes to minima: the worst training that is honest, less a margin, with floors below it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from benchmarks.calibration.networks import BASE, NETWORKS, OPTIMISERS, SOFTMAX
from benchmarks.calibration.trials import Measure, Outcome

MARGIN = 0.05
"""Below the worst training measured: students' networks vary more than those of the calibration."""

LEAST = 0.60
BELOW_SOFTMAX = 0.10
ALLOWED_GAP = 0.05
"""How far lab 5 lets a reduced network's accuracy lie below its base's."""

TRAININGS = 3
"""Where the gap is greater, both are trained again until there are so many; the mean less its standard error
decides."""

_USUAL = {optimiser.name for optimiser in OPTIMISERS if optimiser.usual}


@dataclass(frozen=True)
class Minimum:
    """A minimum and what it comes from; all are fractions.

    Attributes:
        worst: of the lab's networks, the usual optimisers and all seeds.
        softmax: the worst of the linear classifier, by the same optimisers and seeds.
    """

    worst: float
    softmax: float

    @property
    def value(self) -> float:
        """The minimum, rounded down to hundredths."""
        least = max(self.worst - MARGIN, self.softmax - BELOW_SOFTMAX, LEAST)
        return math.floor(round(100 * least, 6)) / 100

    @property
    def margin(self) -> float:
        """How far the worst training lies above it; negative where an honest one would miss it."""
        return self.worst - self.value


@dataclass(frozen=True)
class Gaps:
    """How far a reduced network lies below the manual's, over optimisers and seeds.

    Attributes:
        gaps: base minus reduced, a fraction each; both by one optimiser on one run's images.
        means: for each gap that is too great, the mean over `TRAININGS` seeds from its own on, less its
            standard error, which decides.
    """

    gaps: tuple[float, ...]
    means: tuple[float, ...]

    @property
    def greater(self) -> int:
        """How many gaps are greater than allowed."""
        return sum(too_great(gap) for gap in self.gaps)

    @property
    def failed(self) -> int:
        """How many of these are still too great when the means decide."""
        return sum(too_great(gap) for gap in self.means)


def too_great(gap: float) -> bool:
    """Return whether a reduced network loses its mark by this gap."""
    return round(gap, 6) > ALLOWED_GAP


def measured(
    outcomes: Collection[Outcome], dataset: str, epochs: int, *, names: Collection[str]
) -> Iterator[tuple[Outcome, Measure]]:
    """Yield what networks reached on a data set by the usual optimisers after some epochs."""
    for outcome in outcomes:
        trial, measure = outcome.trial, outcome.after(epochs)
        if measure and trial.dataset == dataset and trial.network in names and trial.optimiser in _USUAL:
            yield outcome, measure


def worst(outcomes: Collection[Outcome], names: Collection[str], dataset: str, epochs: int) -> Outcome | None:
    """Return the least accurate training of these networks by the usual optimisers, if there is one."""
    found = measured(outcomes, dataset, epochs, names=names)
    return min(found, key=lambda pair: pair[1].accuracy, default=(None, None))[0]


def minimum(
    outcomes: Collection[Outcome], lab: str, dataset: str, epochs: int, *, transformed: bool = False
) -> Minimum | None:
    """Return the minimum of a lab on a data set, or None where its networks or the linear one are missing.

    Args:
        outcomes: of the calibration.
        lab: its id.
        dataset: name of the data set.
        epochs: that the budget gives.
        transformed: for networks that are measured on gently changed images.
    """

    def least(names: Collection[str]) -> float | None:
        found = measured(outcomes, dataset, epochs, names=names)
        values = [measure.transformed if transformed else measure.accuracy for _, measure in found]
        return min(values, default=None)

    of_lab = least(networks_of(lab))
    floor = least({SOFTMAX.name})
    return None if of_lab is None or floor is None else Minimum(of_lab, floor)


def networks_of(lab: str) -> set[str]:
    """Return the names of the networks that a lab's minima rest on."""
    return {network.name for network in NETWORKS if network.lab == lab and network.usual}


def gaps(outcomes: Collection[Outcome], reduced: str, dataset: str, epochs: int) -> Gaps:
    """Return how far a reduced network lies below the manual's on a data set."""
    reached = {
        (outcome.trial.network, outcome.trial.optimiser, outcome.trial.seed): measure.accuracy
        for outcome, measure in measured(outcomes, dataset, epochs, names={BASE.name, reduced})
    }
    found: list[float] = []
    means: list[float] = []
    for optimiser in sorted(_USUAL):
        seeds = sorted(seed for name, by, seed in reached if (name, by) == (reduced, optimiser))
        paired = [seed for seed in seeds if (BASE.name, optimiser, seed) in reached]
        differences = [
            reached[BASE.name, optimiser, seed] - reached[reduced, optimiser, seed] for seed in paired
        ]
        found += differences
        means += [_mean_from(differences, at) for at, gap in enumerate(differences) if too_great(gap)]
    return Gaps(tuple(found), tuple(means))


def _mean_from(values: Sequence[float], at: int) -> float:
    """Return the mean of `TRAININGS` values from one on, the first following the last, less its error."""
    taken = [values[(at + step) % len(values)] for step in range(TRAININGS)]
    return mean(taken) - stdev(taken) / math.sqrt(TRAININGS)
