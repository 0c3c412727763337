"""Small records for the tests of this folder."""

from __future__ import annotations

from typing import Any

from labgrade.record.model import Check, Digests, GradeRecord, LayerState, Provenance
from labgrade.record.totals import exercise_of, total

LAB = "lab01_tensors"


def slug(student: str) -> str:
    """Stand in for intake's slug: injective, safe."""
    return "s-" + student.encode("utf-8", "backslashreplace").hex()


def check(name: str = "q1.values", outcome: str = "passed", **fields: Any) -> Check:
    """Return a check of one mark; `fields` replace any of its own."""
    marks = fields.pop("max_score", 1)
    score = {"passed": marks, "not_run": None}.get(outcome, 0)
    feedback = "" if outcome == "passed" else "Look at the axes again."
    return Check(
        **{
            "id": name,
            "title": "The values are right",
            "visibility": "visible",
            "outcome": outcome,
            "score": score,
            "max_score": marks,
            "feedback": feedback,
            **fields,
        },
    )


def provenance(**fields: Any) -> Provenance:
    """Return where the marks came from."""
    return Provenance(
        **{
            "digests": Digests(submission="a" * 64, grader="b" * 64, data="c" * 64, environment="d" * 64),
            "seed": 2**127 + 1,
            "device": "cpu",
            "dataset": "digits",
            "executor": "fork",
            "isolation": (LayerState(name="landlock", in_force=True),),
            "versions": {"python": "3.11.9"},
            "started": "2026-11-24T06:04:00.000001+00:00",
            "finished": "2026-11-24T06:04:01.250000+00:00",
            "cpu_seconds": 0.25,
            "exercises_run": ("q1",),
            "entries": ("lab01.py",),
            **fields,
        },
    )


def record(*checks: Check, student: str = "s01", **fields: Any) -> GradeRecord:
    """Return the record of a submission with one exercise."""
    exercise = exercise_of("q1", "Shapes", checks or (check(),))
    score, max_score = total([exercise])
    return GradeRecord(
        **{
            "sequence": 1,
            "student": student,
            "lab": LAB,
            "score": score,
            "max_score": max_score,
            "findings": (),
            "exercises": (exercise,),
            "provenance": provenance(),
            **fields,
        },
    )
