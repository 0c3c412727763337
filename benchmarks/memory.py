"""Memory of a batch while it runs: does anything grow from the first hundred submissions to the last?"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.overhead import ROOT, hand_ins

_PERIOD = 0.5
_MIB = 1 << 20
_LEAST_SAMPLES = 8


def main() -> None:
    """Grade a class and print each process's private memory in the first and the last quarter of the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        samples = _watched(Path(folder), options.submissions, options.jobs)
    for pid, series in samples.items():
        if len(series) >= _LEAST_SAMPLES:
            first, last = series[: len(series) // 4], series[-len(series) // 4 :]
            at_first, at_last = statistics.median_high(first), statistics.median_high(last)
            print(f"process {pid}: {at_first:6.1f} MiB at first, {at_last:6.1f} MiB at last")


def _watched(work: Path, number: int, jobs: int) -> dict[int, list[float]]:
    folder = hand_ins(work, number)
    command = [sys.executable, "-m", "labgrade", "grade", str(folder), "--out", str(work / "out")]
    command += ["--jobs", str(jobs), "--course", str(ROOT), "--json"]
    samples: dict[int, list[float]] = {}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as batch:
        while batch.poll() is None:
            for pid in (batch.pid, *_children(batch.pid)):
                samples.setdefault(pid, []).append(_private(pid))
            time.sleep(_PERIOD)
    if batch.returncode:
        raise SystemExit("the batch failed")
    return samples


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []


def _private(pid: int) -> float:
    """Return the MiB of anonymous memory that a process holds resident; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    found = [int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:")]
    return sum(found) / _MIB


if __name__ == "__main__":
    main()
