"""For those who test graders and plug-ins: grade source text in one warm process.

    record = grade_source("lab01_tensors", "def flat_view(x): return x.view(-1)")

The first call starts a driver process that collects the course's graders and one zygote; it serves all
later calls and ends with the test run. Submissions run in the real executor, confined as in a batch.
"""

from __future__ import annotations

import atexit
import base64
import functools
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, cast

from labgrade.record.model import GradeRecord

Source = str | bytes | Path


def grade_source(  # noqa: PLR0913 - what a call of `labgrade grade` may say
    lab: str,
    source: Source,
    *,
    seed: int = 1,
    exercises: Sequence[str] = (),
    course: Path | None = None,
    name: str = "submission.py",
    executor: str = "auto",
    visible_only: bool = False,
) -> GradeRecord:
    """Grade one source (text, bytes, or a file) and return its record; see `grade_sources`."""
    return grade_sources(
        lab,
        {"s": source},
        seed=seed,
        exercises=exercises,
        course=course,
        name=name,
        executor=executor,
        visible_only=visible_only,
    )["s"]


def grade_sources(  # noqa: PLR0913 - the same for several
    lab: str,
    sources: Mapping[str, Source],
    *,
    seed: int = 1,
    exercises: Sequence[str] = (),
    course: Path | None = None,
    name: str = "submission.py",
    executor: str = "auto",
    visible_only: bool = False,
) -> dict[str, GradeRecord]:
    """Grade several sources of one lab.

    Args:
        lab: its id.
        sources: student id to source; a Path is graded as `labgrade grade` would (notebook, folder, zip).
        seed: the run's secret.
        exercises: ids to limit the run to.
        course: the course's root; found as the command line finds it where None.
        name: file name for text and bytes (".py" or ".ipynb").
        executor: "auto", "fork" or "spawn".
        visible_only: as a student's self-check: visible checks alone, on public labels.
    """
    driver = _driver(str(course) if course else "", executor)
    return {
        student: driver.grade(
            lab, source, seed=seed, exercises=exercises, name=name, visible_only=visible_only
        )
        for student, source in sources.items()
    }


@functools.cache
def _driver(course: str, executor: str) -> _Driver:
    return _Driver(course, executor)


class _Driver:
    """The driver process: one JSON line per job in, one per record out."""

    def __init__(self, course: str, executor: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "labgrade.testing_driver", course, executor],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        # Pipes were asked for, so they are there.
        self._jobs = cast("IO[str]", self._process.stdin)
        self._records = cast("IO[str]", self._process.stdout)
        atexit.register(self._end)

    def grade(self, lab: str, source: Source, **options: Any) -> GradeRecord:
        job: dict[str, Any] = {"lab": lab, **options, "exercises": list(options["exercises"])}
        if isinstance(source, Path):
            job["path"] = str(source)
        else:
            data = source.encode() if isinstance(source, str) else source
            job["source"] = base64.b64encode(data).decode()
        self._jobs.write(json.dumps(job) + "\n")
        self._jobs.flush()
        line = self._records.readline()
        if not line:
            _driver.cache_clear()
            raise RuntimeError("the grading driver ended; its message is on standard error")
        return GradeRecord.model_validate_json(line)

    def _end(self) -> None:
        self._jobs.close()
        self._process.wait()
