"""The journal of runs: which seed a batch drew, so that the same batch can go on after it was killed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from labgrade import strict_json
from labgrade.record.atomic import append_line

_MAX_LINE = 1024 * 1024
_MAX_DEPTH = 16


@dataclass(frozen=True)
class RunLog:
    """One line of JSON at a run's start and one at its end, each on disk before the run goes on.

    Attributes:
        path: the journal's file; it need not exist yet.
    """

    path: Path

    def start(self, seed: int, options: Mapping[str, JsonValue]) -> str:
        """Note that a run begins; return its id, for `end`."""
        run = secrets.token_hex(8)
        self._append({"run": run, "event": "start", "seed": seed, "options": dict(options)})
        return run

    def end(self, run: str) -> None:
        """Note that a run came to its end."""
        self._append({"run": run, "event": "end"})

    def unfinished(self, options: Mapping[str, JsonValue]) -> int | None:
        """Return the seed of the last run with these options, where it has no end; else None.

        An older run without an end does not count once a later one with these options has ended.
        """
        wanted = json.loads(json.dumps(dict(options)))
        last: tuple[str, int] | None = None
        for line in self._lines():
            if line["event"] == "start" and line["options"] == wanted:
                last = line["run"], line["seed"]
            elif last is not None and line["event"] == "end" and line["run"] == last[0]:
                last = None
        return None if last is None else last[1]

    def _append(self, line: dict[str, Any]) -> None:
        append_line(self.path, json.dumps(line, sort_keys=True, allow_nan=False).encode("ascii"))

    def _lines(self) -> Iterator[dict[str, Any]]:
        """Yield the whole lines; one torn by a kill says nothing and is passed over."""
        if not self.path.is_file():
            return
        with self.path.open("rb") as file:
            for raw in file:
                if (line := _parsed(raw)) is not None:
                    yield line


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        line = strict_json.loads(raw, max_bytes=_MAX_LINE, max_depth=_MAX_DEPTH)
    except strict_json.NotStrictJson:
        return None
    if not (isinstance(line, dict) and isinstance(line.get("run"), str)):
        return None
    begins = line.get("event") == "start" and type(line.get("seed")) is int and "options" in line
    return line if begins or line.get("event") == "end" else None
