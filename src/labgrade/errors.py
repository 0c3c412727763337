"""The exceptions of labgrade.

    LabgradeError
    ├── UserError              something the caller can put right: one line and a next step, exit code 2
    ├── ExecutorUnavailable    this machine cannot run student code as asked (exit code 2)
    ├── WorkerLost             our own zygote or supervisor died: never the student's fault
    ├── StudentFailure         what a student's code did instead of answering
    │   ├── StudentRaised      it raised an exception
    │   ├── StudentTimedOut    it used up the exercise's time
    │   ├── StudentCrashed     its process ended, or answered with something malformed
    │   └── NotAttempted       the name asked for is missing, or still the stub
    └── CheckFailed            the answer came and is wrong

Each class carries its facts as attributes; sentences are made where they are shown.
"""

from __future__ import annotations

from typing import Any


class LabgradeError(Exception):
    """Base of every exception that labgrade raises on purpose."""


class UserError(LabgradeError):
    """Something the person at the keyboard can put right.

    Args:
        what: what is wrong, as one sentence.
        where: file, option or key that it concerns, or "".
        next_step: what to do about it, or "".
    """

    def __init__(self, what: str, where: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        tip = f" {self.next_step}" if self.next_step else ""
        return f"{place}{self.what}{tip}"


class ExecutorUnavailable(UserError):
    """This machine cannot run student code in the way that was asked for."""


class WorkerLost(LabgradeError):
    """A process of ours (zygote, supervisor) died; the submission can be graded again."""


class StudentFailure(LabgradeError):
    """Base of everything a student's code can do instead of answering."""


class StudentRaised(StudentFailure):
    """The student's code raised.

    Attributes:
        type_name: class name of the exception, at most 80 characters.
        message: its text, at most 2 KiB, control characters escaped. Untrusted.
        where: the student's own last line in the traceback ("lab01.py:12"), or "".
        missing_name: for a NameError the name that was missing, else "".
        advice: what to do, for frequent habits (no GPU, no network, a path of another machine), else "".
    """

    def __init__(
        self, type_name: str, message: str, where: str = "", missing_name: str = "", advice: str = ""
    ) -> None:
        super().__init__(f"{type_name}: {message}")
        self.type_name = type_name
        self.message = message
        self.where = where
        self.missing_name = missing_name
        self.advice = advice


class StudentTimedOut(StudentFailure):
    """The exercise used up its time.

    Attributes:
        seconds: the limit that was passed.
        kind: "cpu" or "wall".
    """

    def __init__(self, seconds: float, kind: str = "cpu") -> None:
        super().__init__(f"used up its {seconds:g} {kind} seconds")
        self.seconds = seconds
        self.kind = kind


class StudentCrashed(StudentFailure):
    """The student's process ended, or its reply was malformed.

    Attributes:
        cause: short sentence of ours: "signal 11, SIGSEGV", "exit status 0", "it closed its channel", …
        progress: while loading, the number of the top-level statement that ran; None where it is not known.
    """

    def __init__(self, cause: str, progress: int | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.progress = progress


class NotAttempted(StudentFailure):
    """A name that the exercise needs is missing, or is still the stub.

    Attributes:
        name: the name asked for.
        near: a name of the student's that looks like it, or "".
        stub: True where the name exists and raised NotImplementedError.
    """

    def __init__(self, name: str, near: str = "", *, stub: bool = False) -> None:
        super().__init__(name)
        self.name = name
        self.near = near
        self.stub = stub


class CheckFailed(LabgradeError):
    """An answer is wrong. Raised by `expect`, and by checks that decide themselves.

    Attributes:
        kind: "type", "shape", "dtype", "values", "keys", "length" or "condition": what differs first.
        say: the full sentence for a visible check. May quote input, expected and got.
        mistake: slug of the misconception recognised, or "".
        mistake_say: its feedback, free of inputs and expected values, or "".
        evidence: JSON-able facts (shapes, counts, differences) for the record.
    """

    def __init__(
        self,
        kind: str,
        say: str,
        *,
        mistake: str = "",
        mistake_say: str = "",
        evidence: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(say)
        self.kind = kind
        self.say = say
        self.mistake = mistake
        self.mistake_say = mistake_say
        self.evidence = evidence or {}
