"""The limit: the same checks by direct calls in a warm process; with forks a submission, and an exercise."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

from benchmarks.local import LocalExecutor, in_fork
from benchmarks.overhead import ROOT, timed
from labgrade.course import Lab, load_course
from labgrade.grader.bench import FIXTURES
from labgrade.grader.checks import PlannedCheck, grader_files
from labgrade.grader.collect import with_checks
from labgrade.grader.run import RunPlan, SubmissionBench
from labgrade.worker.executor import Limits, Program

_REPEATS = 20


def main() -> None:
    """Print CPU seconds a submission as JSON."""
    lab = load_course(ROOT).lab("lab01_tensors")
    source = Path(sys.argv[1]).read_bytes()
    results = with_checks(
        grader_files(lab.graders), lab.graders.parent, lambda checks: _measure(checks, source, lab)
    )
    print(json.dumps(results))


def _measure(checks: list[PlannedCheck], source: bytes, lab: Lab) -> dict[str, float]:
    exercises = sorted({check.exercise for check in checks})

    def direct(only: str = "") -> None:
        program = Program((("one.py", source),), ("one.py",), "submission")
        with LocalExecutor().open(program, Limits()) as loaded:
            bench = SubmissionBench(RunPlan(lab, 1), channel=loaded, loaded=loaded)
            for check in checks:
                if only in ("", check.exercise):
                    check.item.obj(**_fixtures(check, bench))

    gc.freeze()
    return {
        "direct": timed(direct, _REPEATS),
        "submission": timed(lambda: in_fork(direct), _REPEATS),
        "exercise": timed(lambda: [in_fork(lambda e=e: direct(e)) for e in exercises], _REPEATS // 4),
    }


def _fixtures(check: PlannedCheck, bench: SubmissionBench) -> dict[str, object]:
    """Build a check's fixtures by hand."""
    return {name: bench.provide(name, check.item) for name in FIXTURES if name in check.item.fixturenames}


if __name__ == "__main__":
    main()
