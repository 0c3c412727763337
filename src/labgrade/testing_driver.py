"""The process behind `labgrade.testing`: reads jobs as JSON lines, writes records as JSON lines."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

from labgrade.course import Course, Lab, find_course  # noqa: E402
from labgrade.extensions import intake_formats, make_executor  # noqa: E402
from labgrade.grader.checks import PlannedCheck, grader_files  # noqa: E402
from labgrade.grader.collect import with_checks  # noqa: E402
from labgrade.grader.grade import LabGrading, RunOptions  # noqa: E402
from labgrade.intake.model import Entry, Member, Rejection, Submission, digest_members  # noqa: E402
from labgrade.intake.reader import read_entry  # noqa: E402
from labgrade.record.codec import encode  # noqa: E402
from labgrade.worker.executor import Executor  # noqa: E402


def main() -> None:
    """Serve jobs from standard input until it ends."""
    root, kind = sys.argv[1:]
    course = find_course(Path(root) if root else None)
    preload = [name for lab in course.labs for name in lab.preload]
    executor = make_executor(kind, [*preload, "IPython.core.inputtransformer2"], hide=(course.root,))
    output, sys.stdout = sys.stdout, sys.stderr  # graders and pytest must not write among the records
    modules = [module for lab in course.labs for module in grader_files(lab.graders)]
    try:
        with_checks(modules, course.root / "graders", lambda checks: _serve(course, checks, executor, output))
    finally:
        executor.close()


def _serve(course: Course, checks: list[PlannedCheck], executor: Executor, output: Any) -> None:
    for line in sys.stdin:
        job = json.loads(line)
        lab = course.lab(job["lab"])
        own = [check for check in checks if check.lab == lab.id]
        grading = LabGrading(
            lab,
            own,
            RunOptions(
                job["seed"], exercises=tuple(job["exercises"]), visible_only=lab.hidden_module is None
            ),
        )
        submission = _submission(job, lab)
        if isinstance(submission, Rejection):
            record = grading.reject(submission, executor, 1)
        else:
            record = grading.grade(submission, executor, 1)
        output.write(json.dumps(json.loads(encode(record))) + "\n")
        output.flush()


def _submission(job: dict[str, Any], lab: Lab) -> Submission | Rejection:
    if "path" in job:
        path = Path(job["path"])
        return read_entry(Entry(path.stem, lab.id, str(path)), formats=intake_formats())
    members = (Member(job["name"], base64.b64decode(job["source"])),)
    return Submission("s", lab.id, job["name"], members, _paths(members), digest_members(members))


def _paths(members: Iterable[Member]) -> tuple[str, ...]:
    return tuple(member.path for member in members)


if __name__ == "__main__":
    main()
