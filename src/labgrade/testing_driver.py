"""The process behind `labgrade.testing`: reads jobs as JSON lines, writes records as JSON lines."""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

from labgrade.course import Lab  # noqa: E402
from labgrade.executors import data_for, start_executor  # noqa: E402
from labgrade.extensions import intake_formats  # noqa: E402
from labgrade.grader.checks import PlannedCheck  # noqa: E402
from labgrade.grader.collect import with_checks_of  # noqa: E402
from labgrade.grader.grade import LabGrading, RunOptions  # noqa: E402
from labgrade.intake.model import Entry, Member, Rejection, Submission, digest_members  # noqa: E402
from labgrade.intake.reader import read_entry  # noqa: E402
from labgrade.record.codec import encode  # noqa: E402
from labgrade.settings import Settings, load_settings  # noqa: E402
from labgrade.worker.executor import Executor  # noqa: E402


def main() -> None:
    """Serve jobs from standard input until it ends."""
    root, kind = sys.argv[1:]
    settings = load_settings({"course": root or None, "executor": kind})
    course = settings.course
    executor = start_executor(settings, course.labs)
    output, sys.stdout = sys.stdout, sys.stderr  # graders and pytest must not write among the records
    try:
        with_checks_of(
            course.labs, course.root / "graders", lambda checks: _serve(settings, checks, executor, output)
        )
    finally:
        executor.close()


def _serve(settings: Settings, checks: list[PlannedCheck], executor: Executor, output: Any) -> None:
    for line in sys.stdin:
        job = json.loads(line)
        lab = settings.course.lab(job["lab"])
        grading = LabGrading(
            lab,
            checks,
            RunOptions(
                job["seed"],
                dataset=settings.dataset,
                exercises=tuple(job["exercises"]),
                data=data_for(settings, [lab]),
                visible_only=job["visible_only"] or lab.hidden_module is None,
            ),
        )
        record = grading.grade(_submission(job, lab), executor, 1)
        output.write(json.dumps(json.loads(encode(record))) + "\n")
        output.flush()


def _submission(job: dict[str, Any], lab: Lab) -> Submission | Rejection:
    if "path" in job:
        path = Path(job["path"])
        return read_entry(Entry(path.stem, lab.id, str(path)), formats=intake_formats())
    members = (Member(job["name"], base64.b64decode(job["source"])),)
    return Submission("s", lab.id, job["name"], members, (job["name"],), digest_members(members))


if __name__ == "__main__":
    main()
