"""Runs of the command line in processes of their own, over one warm process (`warm.py`)."""

from __future__ import annotations

import atexit
import contextlib
import functools
import itertools
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code (minus the signal that killed it), and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it has to be."""
        return json.loads(self.out)

    def scores(self) -> dict[str, float | None]:
        """What `grade --json` says of each path's last part."""
        return {Path(row["path"]).name: row["score"] for row in self.document["submissions"]}


def environment() -> dict[str, str]:
    """Return this process's environment without settings of the caller's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LABGRADE_")}


class Running:
    """A run that was started."""

    def __init__(self, warm: Warm, pid: int, out: Path, err: Path) -> None:
        self._warm = warm
        self.pid = pid
        self._out, self._err = out, err

    @property
    def err(self) -> str:
        """What it wrote to standard error so far."""
        return self._err.read_text(encoding="utf-8")

    @property
    def out(self) -> str:
        """What it wrote to standard output so far."""
        return self._out.read_text(encoding="utf-8")

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def wait(self) -> Ended:
        """Wait for its end."""
        status = self._warm.ask({"wait": self.pid})
        return Ended(os.waitstatus_to_exitcode(status), self.out, self.err)


class Warm:
    """The warm process and the runs that it starts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("warm.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    def ask(self, request: dict[str, Any]) -> Any:
        """Send one request and return its reply."""
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def start(
        self,
        *arguments: object,
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
        before: str = "",
        terminal: str = "",
    ) -> Running:
        """Start `labgrade ARGUMENTS...`.

        Args:
            arguments: of the command line.
            cwd: an empty folder by default.
            env: variables to set.
            before: source that runs in the process first.
            terminal: a terminal's device, in place of the files that take output.
        """
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        out, err = folder / "out", folder / "err"
        out.touch()
        err.touch()
        request = {
            "run": [str(argument) for argument in arguments],
            "cwd": str(cwd or folder),
            "env": env or {},
            "out": terminal or str(out),
            "err": terminal or str(err),
            "before": before,
        }
        return Running(self, self.ask(request), out, err)

    def run(self, *arguments: object, **options: Any) -> Ended:
        """Run `labgrade ARGUMENTS...` to its end; see `start`."""
        return self.start(*arguments, **options).wait()

    def close(self) -> None:
        """End the warm process."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@functools.cache
def warm() -> Warm:
    """Return the one warm process of this test run."""
    folder = tempfile.mkdtemp(prefix="labgrade-runs-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    process = Warm(Path(folder))
    atexit.register(process.close)
    return process


PATIENCE = 120
"""Seconds until a test stops waiting for what comes within a few."""


class Reader:
    """What comes out of a pipe or a terminal, piece by piece."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.seen = ""
        self._told = 0

    def until(self, *texts: str) -> str:
        """Read until all the texts have come since the last call; return all up to the last of them."""
        start = self._told
        while not all(text in self.seen[start:] for text in texts):
            ready, _, _ = select.select([self._descriptor], [], [], PATIENCE)
            assert ready, f"waited in vain for {texts}; what came is {self.seen[start:]!r}"
            self.seen += os.read(self._descriptor, 65_536).decode("utf-8", "replace")
        self._told = max(self.seen.index(text, start) + len(text) for text in texts)
        return self.seen[start : self._told]

    def rest(self) -> str:
        """Read what is left, where the other end is closed or silent."""
        with contextlib.suppress(OSError):  # a terminal that nobody holds any more
            while select.select([self._descriptor], [], [], 0)[0] and (
                data := os.read(self._descriptor, 65_536)
            ):
                self.seen += data.decode("utf-8", "replace")
        return self.seen[self._told :]
