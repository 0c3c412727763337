"""One pytest process that runs a lab's checks on one submission in itself: what peers pay each time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.local import LocalExecutor
from benchmarks.overhead import ROOT
from labgrade.course import load_course
from labgrade.grader import checks
from labgrade.grader.bench import BENCH
from labgrade.grader.run import RunPlan, SubmissionBench
from labgrade.worker.executor import Limits, Program


class _Bench:
    """Gives pytest's own run loop a bench, as the author's run would."""

    def __init__(self, submission: Path) -> None:
        program = Program((("one.py", submission.read_bytes()),), ("one.py",), "submission")
        self._opened = LocalExecutor().open(program, Limits())
        lab = load_course(ROOT).lab("lab01_tensors")
        loaded = self._opened.__enter__()
        self.bench = SubmissionBench(RunPlan(lab, 1), channel=loaded, loaded=loaded)

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[BENCH] = self.bench


def main() -> None:
    """Run the graders of lab 1 against the submission named on the command line."""
    modules = checks.grader_files(ROOT / "graders" / "lab01_tensors")
    arguments = [
        *map(str, modules),
        "-q",
        "--import-mode=importlib",
        "-pno:cacheprovider",
        f"--rootdir={ROOT / 'graders'}",
    ]
    raise SystemExit(pytest.main(arguments, plugins=[_Bench(Path(sys.argv[1]))]))


if __name__ == "__main__":
    main()
