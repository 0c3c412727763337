"""From a submission to what the worker is given: bytes to run, and limits."""

from __future__ import annotations

from labgrade.course import Lab
from labgrade.intake.model import Submission
from labgrade.pace import paced
from labgrade.worker.executor import Limits, Program


def program_of(submission: Submission) -> Program:
    """Return the files and entries of a submission; the worker learns neither student nor path."""
    files = tuple((member.path, member.data) for member in submission.members)
    return Program(files, submission.entries, "submission")


def limits_of(lab: Lab) -> Limits:
    """Return what a submission of this lab may use on this machine."""
    return Limits(paced(lab.limits.load_seconds), paced(lab.limits.exercise_seconds))
