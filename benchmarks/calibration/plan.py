"""What a calibration does: the budget that the labs state, the data sets found here, and the trials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.calibration.networks import LABS, Network, Optimiser
from benchmarks.calibration.trials import Trial
from labgrade.coursefile import TrainingTable, read_lab
from labgrade.data.images import Loaded
from labgrade.data.run import RunData, run_data
from labgrade.errors import UserError
from labgrade.extensions import data_sets
from labgrade.grader.inputs import derive

INFORMATION_SEEDS = 3
"""Seeds of what is trained for information, and no minimum rests on."""


@dataclass(frozen=True)
class Budget:
    """What the labs give a training; both give the same.

    Attributes:
        images: number of training images.
        batch_size: of the loader.
        epochs: passes over the images; a number, or data set to number.
    """

    images: int
    batch_size: int
    epochs: int | dict[str, int]

    def epochs_on(self, dataset: str) -> int:
        """Return the epochs on a data set; the most that any gets on one that the labs do not name."""
        if isinstance(self.epochs, int):
            return self.epochs
        return self.epochs.get(dataset, max(self.epochs.values()))


def stated_budget(root: Path) -> Budget:
    """Read the budget from the labs' `lab.toml`.

    Raises:
        UserError: a lab states none, or another than the other lab.
    """
    files = {lab: root / "assignments" / lab / "lab.toml" for lab in LABS}
    budgets = {file: _budget(read_lab(file, lab).training, file) for lab, file in files.items()}
    if len({str(budget) for budget in budgets.values()}) > 1:
        what = f"The labs give trainings different budgets: {', '.join(map(str, budgets.values()))}."
        raise UserError(what, ", ".join(map(str, budgets)), "Give both the same.")
    return next(iter(budgets.values()))


def _budget(table: TrainingTable | None, file: Path) -> Budget:
    if table is None:
        raise UserError("There is no [training].", str(file), "State the budget of a training.")
    return Budget(table.images, table.batch_size, table.epochs)


@dataclass(frozen=True, eq=False)
class DataSource:
    """A data set that was read.

    Attributes:
        name: of the data set.
        loaded: the data set.
    """

    name: str
    loaded: Loaded

    def of_run(self, seed: int, images: int) -> RunData:
        """Return what a grading run would see of it: images, labels and orientation follow from the seed."""
        return run_data(
            self.name, self.loaded, images=images, draw=lambda label: derive(seed, "calibration", label)
        )


def read_data(names: Sequence[str], roots: Sequence[Path]) -> list[DataSource]:
    """Read data sets.

    Args:
        names: which; none for all that are found.
        roots: folders to search, in order.

    Raises:
        UserError: a name is unknown, or its data set is not here.
    """
    known = {offer.name: offer for offer in data_sets()}
    for name in names:
        if name not in known:
            raise UserError(f"There is no data set {name!r}.", "--data", f"Known: {', '.join(known)}.")
    chosen = names or [name for name, offer in known.items() if offer.look(roots).found]
    return [DataSource(name, known[name].load(roots)) for name in chosen]


@dataclass(frozen=True, eq=False)
class Task:
    """A trial, with the things that it names.

    Attributes:
        trial: the trial.
        network: what is trained.
        optimiser: how.
        source: on what.
    """

    trial: Trial
    network: Network
    optimiser: Optimiser
    source: DataSource


def tasks(
    sources: Sequence[DataSource],
    networks: Sequence[Network],
    optimisers: Sequence[Optimiser],
    budget: Budget,
    seeds: int,
) -> Iterator[Task]:
    """Yield every training, seed by seed, so that a part of them is a smaller calibration."""
    fingerprints = {network.name: network.fingerprint() for network in networks}
    for seed in range(seeds):
        for source in sources:
            for network in networks:
                for optimiser in optimisers:
                    if seed >= INFORMATION_SEEDS and not (network.usual and optimiser.usual):
                        continue
                    trial = Trial(
                        dataset=source.name,
                        digest=source.loaded.digest,
                        network=network.name,
                        fingerprint=fingerprints[network.name],
                        optimiser=optimiser.name,
                        seed=seed,
                        images=budget.images,
                        batch_size=budget.batch_size,
                    )
                    yield Task(trial, network, optimiser, source)
