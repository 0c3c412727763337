"""Outcomes kept in a file, a line each, so that a calibration can be stopped and taken up again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.calibration.trials import Measure, Outcome, Trial

_FILE = "outcomes.jsonl"


class Store:
    """The outcomes of a folder.

    Args:
        folder: made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / _FILE
        self._outcomes = {outcome.trial: outcome for outcome in _read(self._file)}

    def get(self, trial: Trial, epochs: Collection[int]) -> Outcome | None:
        """Return the outcome of a trial where it was measured after all of these epochs."""
        outcome = self._outcomes.get(trial)
        return outcome if outcome and all(outcome.after(epoch) for epoch in epochs) else None

    def add(self, outcome: Outcome) -> None:
        """Keep an outcome; of two of one trial the later is kept."""
        self._outcomes[outcome.trial] = outcome
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(outcome)) + "\n")


def _read(file: Path) -> Iterator[Outcome]:
    """Yield what is whole: a line that was cut off when the process ended is done again, and ends here."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    if text and not text.endswith("\n"):
        text = text[: text.rfind("\n") + 1]
        file.write_text(text, encoding="utf-8")
    for line in text.splitlines():
        yield _outcome(json.loads(line))


def _outcome(fields: dict[str, Any]) -> Outcome:
    measures = tuple(Measure(**measure) for measure in fields["measures"])
    return Outcome(Trial(**fields["trial"]), measures, fields["reference"])
