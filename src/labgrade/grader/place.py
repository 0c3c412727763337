"""Where an author's pytest run may stand: never where a hand-in could configure it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest


def require_trusted_place(submission: Path, rootdir: Path, graders: Sequence[str]) -> None:
    """Refuse a run that would read `conftest.py` or an ini file from the submission's own folder.

    pytest looks for its root before it knows our option: the PATH of `--submission PATH` is one more place.

    Args:
        submission: the hand-in.
        rootdir: what pytest found as its root.
        graders: what it is to collect, paths or node ids.

    Raises:
        pytest.UsageError: there is no submission, or one of these places lies in its folder.
    """
    if not submission.exists():
        raise pytest.UsageError(f"--submission {submission}: there is no such file or folder")
    folder = submission.resolve() if submission.is_dir() else submission.resolve().parent
    places = [("rootdir", rootdir), ("the working directory", Path.cwd())]
    places += [("the grader", Path(argument.partition("::")[0])) for argument in graders]
    for what, place in places:
        if place.resolve().is_relative_to(folder):
            raise pytest.UsageError(
                f"{what} {place} is in the hand-in's own folder, whose conftest.py or pytest.ini would run; "
                "start pytest from the course's folder, with --submission=PATH in one word"
            )
