"""The tables of docs/calibration.md, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import torch

from benchmarks.calibration import minima
from benchmarks.calibration.networks import (
    BASE,
    LAB4,
    LAB5,
    LABS,
    NETWORKS,
    OPTIMISERS,
    PERCEPTRON,
    REDUCED,
    Network,
    Optimiser,
)
from benchmarks.calibration.plan import Budget, DataSource
from benchmarks.calibration.trials import Measure, Outcome
from labgrade.errors import UserError

_USUAL = [optimiser for optimiser in OPTIMISERS if optimiser.usual]
_GROUPS = {
    PERCEPTRON.name: {PERCEPTRON.name},
    f"all of {LAB4}": minima.networks_of(LAB4),
    BASE.name: {BASE.name},
    f"all of {LAB5}": minima.networks_of(LAB5),
}
_PLACE = re.compile(r"(<!-- results: generated -->\n).*?(<!-- end -->)", re.DOTALL)


def with_results(text: str, lines: Iterable[str]) -> str:
    """Return the page with its generated part as these lines.

    Raises:
        UserError: the page has no place for it.
    """
    place = _PLACE.search(text)
    if place is None:
        what = "The page has no place for the results."
        raise UserError(what, "docs/calibration.md", f"It stands between {_PLACE.pattern}.")
    results = "\n".join(lines)
    return f"{text[: place.start()]}{place[1]}\n{results}\n\n{place[2]}{text[place.end() :]}"


@dataclass(frozen=True, eq=False)
class Report:
    """What a calibration found, as Markdown.

    Attributes:
        outcomes: of all trainings.
        sources: the data sets.
        budget: that the labs give.
        checkpoints: epochs after which all trainings were measured, rising.
    """

    outcomes: tuple[Outcome, ...]
    sources: tuple[DataSource, ...]
    budget: Budget
    checkpoints: tuple[int, ...]

    def lines(self) -> Iterator[str]:
        """Yield the page's generated part, line by line."""
        yield from self._what_was_trained()
        yield from self._minima()
        yield from self._epochs()
        for source in self.sources:
            yield from self._accuracies(source.name)
        yield from self._gaps()
        yield from self._seconds()

    def _what_was_trained(self) -> Iterator[str]:
        seeds = len({outcome.trial.seed for outcome in self.outcomes})
        budget = self.budget
        yield (
            f"{len(self.outcomes):,} trainings from {seeds} seeds, {budget.images:,} images each in batches "
            f"of {budget.batch_size}, by torch {torch.__version__.partition('+')[0]} on one thread."
        )
        yield ""
        rows = [
            (
                source.name,
                self._epochs_of(source.name),
                source.loaded.detail,
                f"`{source.loaded.digest[:12]}`",
            )
            for source in self.sources
        ]
        yield from _table(("data set", "epochs of the budget", "what it is", "digest"), rows)

    def _epochs_of(self, dataset: str) -> int:
        return self.budget.epochs_on(dataset)

    def _minima(self) -> Iterator[str]:
        yield from _heading("Minima")
        rows = [
            (lab, source.name, kind, *_shown(minimum))
            for lab in LABS
            for source in self.sources
            for kind, transformed in (("as they are", False), ("changed", True))
            if (minimum := self._minimum(lab, source.name, transformed=transformed))
        ]
        titles = ("lab", "data set", "images", "worst training", "worst linear", "minimum", "margin")
        yield from _table(titles, rows)
        yield ""
        yield "In the form of `lab.toml`:"
        for lab in LABS:
            yield ""
            yield "```toml"
            yield f"# {lab}"
            yield from self._budget_as_toml()
            yield from self._as_toml(lab, "minimum", transformed=False)
            yield from self._as_toml(lab, "minimum_transformed", transformed=True)
            yield "```"

    def _minimum(self, lab: str, dataset: str, *, transformed: bool) -> minima.Minimum | None:
        epochs = self._epochs_of(dataset)
        return minima.minimum(self.outcomes, lab, dataset, epochs, transformed=transformed)

    def _budget_as_toml(self) -> Iterator[str]:
        epochs = [(source.name, self._epochs_of(source.name)) for source in self.sources]
        same = len({number for _, number in epochs}) == 1
        table = f"{{ {', '.join(f'{name} = {number}' for name, number in epochs)} }}"
        yield "[training]"
        yield f"images = {self.budget.images}"
        yield f"batch_size = {self.budget.batch_size}"
        yield f"epochs = {epochs[0][1] if same else table}"

    def _as_toml(self, lab: str, key: str, *, transformed: bool) -> Iterator[str]:
        yield f"[training.{key}]"
        for source in self.sources:
            if minimum := self._minimum(lab, source.name, transformed=transformed):
                yield f"{source.name} = {minimum.value:.2f}"

    def _epochs(self) -> Iterator[str]:
        yield from _heading("The worst training of the usual optimisers, by epochs")
        rows = [
            (source.name, title, *(self._worst(names, source.name, epochs) for epochs in self.checkpoints))
            for source in self.sources
            for title, names in _GROUPS.items()
        ]
        yield from _table(
            ("data set", "networks", *(f"{epochs} epochs" for epochs in self.checkpoints)), rows
        )

    def _worst(self, names: Collection[str], dataset: str, epochs: int) -> str:
        outcome = minima.worst(self.outcomes, names, dataset, epochs)
        measure = outcome and outcome.after(epochs)
        if not outcome or not measure:
            return ""
        which = f"{outcome.trial.network}, " if len(names) > 1 else ""
        shown = f"{measure.accuracy:.3f} {which}{outcome.trial.optimiser}"
        return f"**{shown}**" if epochs == self._epochs_of(dataset) else shown

    def _accuracies(self, dataset: str) -> Iterator[str]:
        yield from _heading(f"{dataset}: accuracy after {self._epochs_of(dataset)} epochs, least / median")
        rows = [
            (network.name, *(self._spread(dataset, network, optimiser) for optimiser in OPTIMISERS))
            for network in self._networks()
        ]
        yield from _table(("network", *(optimiser.name for optimiser in OPTIMISERS)), rows)

    def _networks(self) -> list[Network]:
        trained = {outcome.trial.network for outcome in self.outcomes}
        return [network for network in NETWORKS if network.name in trained]

    def _spread(self, dataset: str, network: Network, optimiser: Optimiser) -> str:
        accuracies = [measure.accuracy for _, measure in self._measures(dataset, network, optimiser)]
        return f"{min(accuracies):.3f} / {median(accuracies):.3f}" if accuracies else ""

    def _measures(
        self, dataset: str, network: Network, optimiser: Optimiser
    ) -> Iterator[tuple[Outcome, Measure]]:
        for outcome in self.outcomes:
            trial, measure = outcome.trial, outcome.after(self._epochs_of(dataset))
            wanted = (dataset, network.name, optimiser.name)
            if measure and (trial.dataset, trial.network, trial.optimiser) == wanted:
                yield outcome, measure

    def _gaps(self) -> Iterator[str]:
        yield from _heading("Lab 5 q4: accuracy of the manual's network minus that of a reduced one")
        most = f"over {minima.ALLOWED_GAP:.2f}"
        titles = (
            "data set",
            "reduced network",
            "fewer parameters",
            "greatest gap",
            most,
            "and by means of three",
        )
        yield from _table(titles, list(self._gap_rows()))

    def _gap_rows(self) -> Iterator[tuple[object, ...]]:
        whole = BASE.parameters()
        for source in self.sources:
            for reduced in REDUCED:
                found = minima.gaps(self.outcomes, reduced.name, source.name, self._epochs_of(source.name))
                if found.gaps:
                    fewer = f"{1 - reduced.parameters() / whole:.0%}"
                    greater = f"{found.greater} of {len(found.gaps)}"
                    yield source.name, reduced.name, fewer, f"{max(found.gaps):.3f}", greater, found.failed

    def _seconds(self) -> Iterator[str]:
        last = self.checkpoints[-1]
        yield from _heading(f"Time of {last} epochs, median over data sets and seeds")
        rows = [
            (network.name, network.layers, f"{network.parameters():,}", *self._times(network, last))
            for network in self._networks()
        ]
        titles = (
            "network",
            "layers",
            "parameters",
            *(o.name for o in _USUAL),
            "reference loops",
        )
        yield from _table(titles, rows)

    def _times(self, network: Network, epochs: int) -> Iterator[str]:
        ratios = []
        for optimiser in _USUAL:
            of = [
                (measure.seconds, measure.seconds / outcome.reference)
                for outcome in self.outcomes
                if (outcome.trial.network, outcome.trial.optimiser) == (network.name, optimiser.name)
                and (measure := outcome.after(epochs))
            ]
            yield f"{median(seconds for seconds, _ in of):.1f} s" if of else ""
            ratios += [ratio for _, ratio in of]
        yield f"{median(ratios):.0f}" if ratios else ""


def _shown(minimum: minima.Minimum) -> tuple[str, ...]:
    from_what = (f"{value:.3f}" for value in (minimum.worst, minimum.softmax))
    return (*from_what, f"**{minimum.value:.2f}**", f"{minimum.margin:.3f}")


def _heading(text: str) -> Iterator[str]:
    yield from ("", f"### {text}", "")


def _table(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
