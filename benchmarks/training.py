"""What grading a lab that trains costs beyond the trainings themselves. See README.md beside this file."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.overhead import ROOT, cpu_seconds

LAB = "lab05_cnn"
NETWORKS = ("CNNClassifier", "ReducedCNN", "FashionCNN")


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--class", dest="size", type=int, default=30, help="hand-ins of the class")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="leave the class out")
    options = parser.parse_args()
    results = overhead()
    if not options.quick:
        results |= class_of(options.size, options.jobs)
    width = max(map(len, results))
    for name, value in results.items():
        print(f"{name:{width}}  {value:.4g}")


def overhead() -> dict[str, float]:
    """Return the CPU seconds of one submission with the manual's own network, graded and bare, in one run."""
    command = [sys.executable, "-m", "benchmarks.training_bare", LAB, *NETWORKS]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        two, three = (_graded(_hand_ins(work, n), work / f"out{n}", jobs=1)[0] for n in (2, 3))
        bare = json.loads(subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout)
    marginal, trainings = three - two, sum(bare.values())
    return {
        **{f"bare training of {name} (CPU s)": seconds for name, seconds in bare.items()},
        "graded, marginal (CPU s a submission)": marginal,
        "ratio graded / bare trainings (must be at most 1.3)": marginal / trainings,
    }


def class_of(size: int, jobs: int) -> dict[str, float]:
    """Return how long a class takes, in wall seconds, when every hand-in trains all its networks."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        _, seconds = _graded(_hand_ins(work, size), work / "out", jobs=jobs)
    return {f"class of {size}, {jobs} jobs on {os.cpu_count()} cores (minutes)": seconds / 60}


def _hand_ins(work: Path, number: int) -> Path:
    folder = work / f"class{number}" / LAB
    folder.mkdir(parents=True)
    solution = (ROOT / "reference_solutions" / f"{LAB}.py").read_text()
    for i in range(number):
        (folder / f"s{i:03}.py").write_text(f"# hand-in {i}\n{solution}")
    return folder


def _graded(folder: Path, out: Path, jobs: int) -> tuple[float, float]:
    """Grade a class of right submissions; return CPU seconds of all processes, and wall seconds."""
    command = [sys.executable, "-m", "labgrade", "grade", str(folder), "--out", str(out), "--json"]
    command += ["--jobs", str(jobs), "--seed", "1", "--course", str(ROOT)]
    start = time.monotonic()
    seconds, output = cpu_seconds(command)
    if any(s["score"] != s["max_score"] for s in json.loads(output)["submissions"]):
        raise SystemExit("the benchmark's class was not graded with full marks")
    return seconds, time.monotonic() - start


if __name__ == "__main__":
    main()
