"""Progress: of a batch a live bar with the time to go, or plain lines; of a check what trains now."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from labgrade.intake.names import visible

if TYPE_CHECKING:
    from labgrade.batch import Graded

    Told = Callable[[Graded], None]


@contextmanager
def batch_progress(total: int, *, quiet: bool) -> Iterator[Told | None]:
    """Yield a function to be told of each result, or None where nothing is to be said.

    Args:
        total: number of entries.
        quiet: say nothing, whatever standard error is.
    """
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(total) as told:
            yield told
    else:
        yield _Lines(total)


@contextmanager
def _bar(total: int) -> Iterator[Told]:
    from rich import progress
    from rich.console import Console
    from rich.text import Text

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
        progress.TextColumn("to go"),
        progress.TimeRemainingColumn(),
    )
    # No refreshing thread: the batch forks, and a fork of a process with threads is not safe.
    with progress.Progress(*columns, console=Console(stderr=True), auto_refresh=False) as bar:
        task = bar.add_task("starting", total=total)
        bar.refresh()

        def told(graded: Graded) -> None:
            name = Text(visible(f"{graded.lab} {graded.student}", 40))
            bar.update(task, advance=1, description=name.markup, refresh=True)

        yield told


class _Lines:
    """One line a result on standard error, for logs."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0

    def __call__(self, graded: Graded) -> None:
        self._done += 1
        score = "not graded" if graded.score is None else f"{graded.score:g} of {graded.max_score:g}"
        reused = " (as before)" if graded.reused else ""
        name = visible(f"{graded.lab} {graded.student}", 120)
        sys.stderr.write(f"[{self._done}/{self._total}] {name}: {score}{reused}\n")
        sys.stderr.flush()


@contextmanager
def exercise_progress() -> Iterator[Callable[[str], None] | None]:
    """Yield a function to be told which exercise trains now, or None where nobody is looking."""
    if not sys.stderr.isatty():
        yield None
        return

    def told(exercise: str) -> None:
        sys.stderr.write(f"\r\x1b[K{exercise}: training …")
        sys.stderr.flush()

    try:
        yield told
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
