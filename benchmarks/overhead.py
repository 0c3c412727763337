"""What grading costs beyond the student's own computation. See README.md beside this file."""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LAB = "lab01_tensors"
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"


def main() -> None:
    """Measure and print a table; `--json FILE` also writes it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="classes of 80 and 40 in place of 240 and 40")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    large, small = (80, 40) if options.quick else (240, 40)
    results = measure(large, small, options.jobs)
    width = max(map(len, results))
    for name, value in results.items():
        print(f"{name:{width}}  {value:.4g}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


def measure(large: int, small: int, jobs: int) -> dict[str, float]:
    """Return CPU seconds and ratios by name."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        big, little = (_graded_class(work, number, jobs) for number in (large, small))
        marginal = (big - little) / (large - small)
        pytest = statistics.median_high(_pytest_process(work) for _ in range(3))
        limits = _limits(work)
    fixed = little - small * marginal
    return {
        f"labgrade, class of {small} (CPU s)": little,
        f"labgrade, class of {large} (CPU s)": big,
        "labgrade, marginal (CPU s a submission)": marginal,
        "labgrade, fixed start of a batch (CPU s)": fixed,
        "limit, direct calls (CPU s a submission)": limits["direct"],
        "limit, a fork a submission (CPU s)": limits["submission"],
        "limit, a fork an exercise (CPU s)": limits["exercise"],
        "pytest process (CPU s a submission)": pytest,
        "ratio pytest / marginal (must be at least 20, aim 60)": pytest / marginal,
        "ratio fixed / pytest (must be at most 3)": fixed / pytest,
        "ratio marginal / fork a submission": marginal / limits["submission"],
    }


def hand_ins(work: Path, number: int) -> Path:
    """Make a class of right submissions of lab 1, every file different; return its folder."""
    folder = work / f"class{number}" / LAB
    folder.mkdir(parents=True)
    solution = (ROOT / "reference_solutions" / f"{LAB}.py").read_text()
    for i in range(number):
        (folder / f"s{i:03}.py").write_text(f"# hand-in {i}\n{solution}")
    return folder


def _graded_class(work: Path, number: int, jobs: int) -> float:
    folder = hand_ins(work, number)
    command = [sys.executable, "-m", "labgrade", "grade", str(folder), "--out", str(work / f"out{number}")]
    command += ["--jobs", str(jobs), "--seed", "1", "--course", str(ROOT), "--json"]
    seconds, output = cpu_seconds(command)
    submissions = json.loads(output)["submissions"]
    if len(submissions) != number or any(s["score"] != s["max_score"] for s in submissions):
        raise SystemExit("the benchmark's class was not graded with full marks")
    return seconds


def cpu_seconds(command: list[str]) -> tuple[float, str]:
    """Run a command; return the CPU seconds of all its processes, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def _pytest_process(work: Path) -> float:
    submission = work / "one.py"
    submission.write_text((ROOT / "reference_solutions" / f"{LAB}.py").read_text())
    command = [sys.executable, "-m", "benchmarks.one_process", str(submission)]
    return cpu_seconds(command)[0]


def _limits(work: Path) -> dict[str, float]:
    submission = work / "one.py"
    command = [sys.executable, "-m", "benchmarks.bare", str(submission)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return {name: float(value) for name, value in json.loads(done.stdout).items()}


def timed(body: Callable[[], None], repeats: int) -> float:
    """Return the CPU seconds of one call of `body`, its children included, as a mean over `repeats`."""
    start = _used()
    for _ in range(repeats):
        body()
    return (_used() - start) / repeats


def _used() -> float:
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    main()
