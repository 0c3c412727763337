"""Trains usual networks by usual optimisers from many seeds, and says what minima follow.

    python -m benchmarks.calibration                    # all data sets that are found; hours
    python -m benchmarks.calibration --quick            # two seeds
    python -m benchmarks.calibration --write            # and write docs/calibration.md

It can be stopped and started again: what was trained before is read from the cache.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.calibration import page
from benchmarks.calibration.networks import NETWORKS, OPTIMISERS
from benchmarks.calibration.plan import Budget, Task, read_data, stated_budget, tasks
from benchmarks.calibration.store import Store
from benchmarks.calibration.trials import Outcome, run
from labgrade.data.run import RunData
from labgrade.errors import UserError
from labgrade.extensions import data_sets
from labgrade.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "calibration.md"
CHECKPOINTS = (6, 8, 10, 12)
"""Epochs after which every training is measured, so that one run shows what other budgets would give."""

ENOUGH_SEEDS, QUICK_SEEDS = 10, 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; a mistake of the caller's ends it with exit code 2."""
    try:
        _calibrate(_options(arguments))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "python -m benchmarks.calibration", description=__doc__, formatter_class=form
    )
    names = [network.name for network in NETWORKS]
    parser.add_argument(
        "--data", action="append", default=[], metavar="NAME", help="a data set; may be repeated"
    )
    parser.add_argument("--network", action="append", default=[], choices=names, help="one; may be repeated")
    parser.add_argument("--seeds", type=_positive, default=ENOUGH_SEEDS, metavar="N", help="10 by default")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_SEEDS} seeds")
    parser.add_argument(
        "--epochs", type=_positive, nargs="+", default=[], metavar="N", help="measure after these alone"
    )
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "calibration", metavar="FOLDER")
    parser.add_argument(
        "--write", action="store_true", help="write docs/calibration.md; of a whole calibration"
    )
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _calibrate(options: argparse.Namespace) -> None:
    if options.write:
        _require_all(options)
    torch.set_num_threads(1)
    budget = stated_budget(ROOT)
    if options.epochs:
        budget = Budget(budget.images, budget.batch_size, max(options.epochs))
    wanted = [offer.name for offer in data_sets()] if options.write else options.data
    sources = read_data(wanted, load_settings({"course": ROOT}).data_root)
    networks = [n for n in NETWORKS if not options.network or n.name in options.network]
    seeds = QUICK_SEEDS if options.quick else options.seeds
    checkpoints = options.epochs or sorted(
        {*CHECKPOINTS, *(budget.epochs_on(source.name) for source in sources)}
    )
    todo = list(tasks(sources, networks, OPTIMISERS, budget, seeds))
    outcomes = train(todo, checkpoints, Store(options.cache))
    report = page.Report(tuple(outcomes), tuple(sources), budget, tuple(checkpoints))
    lines = list(report.lines())
    print("\n".join(lines))
    if options.write:
        text = page.with_results(PAGE.read_text(encoding="utf-8"), lines)
        PAGE.write_text(text, encoding="utf-8", newline="\n")
        print(PAGE, file=sys.stderr)


def _require_all(options: argparse.Namespace) -> None:
    if options.data or options.network or options.epochs or options.quick or options.seeds < ENOUGH_SEEDS:
        what = f"The page shows all data sets and networks, from at least {ENOUGH_SEEDS} seeds."
        raise UserError(what, "--write", "Leave out --data, --network, --epochs, --quick and --seeds.")


def train(todo: Sequence[Task], checkpoints: Sequence[int], store: Store) -> list[Outcome]:
    """Return the outcome of every task; those in the store are not trained again.

    Args:
        todo: the trainings; those on one run's images follow one another.
        checkpoints: epochs after which each is measured.
        store: is asked first, and told of each new outcome.
    """
    outcomes = []
    data: RunData | None = None
    of: tuple[str, int] | None = None
    for task in _shown(todo):
        trial = task.trial
        outcome = store.get(trial, checkpoints)
        if outcome is None:
            if data is None or of != (trial.dataset, trial.seed):
                data, of = task.source.of_run(trial.seed, trial.images), (trial.dataset, trial.seed)
            outcome = run(trial, task.network, task.optimiser, data, checkpoints)
            store.add(outcome)
        outcomes.append(outcome)
    return outcomes


def _shown(todo: Sequence[Task]) -> Iterable[Task]:
    """Yield the tasks; on a terminal, with what is done, what is left and how long that may take."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=len(todo))
        for task in todo:
            trial = task.trial
            progress.update(
                bar, description=f"seed {trial.seed} {trial.dataset} {trial.network} {trial.optimiser}"
            )
            yield task
            progress.advance(bar)


if __name__ == "__main__":
    main()
