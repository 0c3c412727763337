"""How a check ended, and what is said about it: to the student, and to the instructor.

Three things never blur: wrong work (`failed`, `error`, …), a broken grader (`not_run`), and a machine
that could not (`not_run`). For hidden checks nothing that came from the worker is repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from labgrade.errors import (
    CheckFailed,
    NotAttempted,
    StudentCrashed,
    StudentRaised,
    StudentTimedOut,
)
from labgrade.grader.checks import PlannedCheck
from labgrade.grader.compare import Mistake
from labgrade.grader.evidence import Evidence
from labgrade.record.model import Check, Outcome
from labgrade.worker.executor import LoadFinding


@dataclass(frozen=True)
class Ending:
    """How one check ended.

    Attributes:
        outcome: as in the record.
        say: for the student where the check is visible; may quote input and values.
        say_hidden: for the student where the check is hidden; our own words by class of error.
        mistake, mistake_say: the known mistake recognised, or "".
        evidence: JSON-able facts.
        note: details for the instructor.
        missing_name: for a NameError the name, else "".
        findings: (code, message) pairs that the check tells the submission, whatever its verdict.
    """

    outcome: Outcome
    say: str = ""
    say_hidden: str = ""
    mistake: str = ""
    mistake_say: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    missing_name: str = ""
    findings: tuple[tuple[str, str], ...] = ()

    def showing(self, evidence: Evidence) -> Ending:
        """Return the ending with what its check showed beside its verdict."""
        if not (evidence.facts or evidence.findings):
            return self
        facts = {**evidence.facts, **self.evidence}
        return replace(self, evidence=facts, findings=tuple(evidence.findings))


PASSED = Ending("passed")

_KINDS = {
    "type": "The result is of the wrong type for an input that you have not seen.",
    "shape": "The result has the wrong shape for an input that you have not seen.",
    "dtype": "The result has the wrong dtype for an input that you have not seen.",
    "length": "The result has the wrong length for an input that you have not seen.",
    "keys": "The result lacks a key.",
    "values": "The values are wrong for an input that you have not seen.",
    "condition": "The result is not right for an input that you have not seen.",
}
_ERRORS = {
    "ArithmeticError", "AssertionError", "AttributeError", "EOFError", "FileNotFoundError", "ImportError",
    "IndexError", "KeyError", "MemoryError", "ModuleNotFoundError", "NameError", "OSError", "OverflowError",
    "RecursionError", "RuntimeError", "TypeError", "UnboundLocalError", "ValueError", "ZeroDivisionError",
}  # fmt: skip


def ending_of(error: BaseException, mistakes: Sequence[Mistake] = ()) -> Ending:
    """Classify what a check raised. Anything that is not a student's doing is `not_run`: our fault."""
    for kind, build in _BUILDERS:
        if isinstance(error, kind):
            ending: Ending = build(error, mistakes)
            return ending
    return our_fault(error)


def our_fault(error: BaseException) -> Ending:
    """Return the ending of a check that we failed to run."""
    note = f"{type(error).__name__}: {error}"[:4_000]
    return Ending("not_run", _OUR_FAULT, _OUR_FAULT, note=note)


_OUR_FAULT = "This check could not be run. That is not your fault, and the mark stays open until it has been."


def _failed(error: CheckFailed, _mistakes: Sequence[Mistake]) -> Ending:
    hidden = _KINDS.get(error.kind, _KINDS["condition"])
    return Ending("failed", error.say, hidden, error.mistake, error.mistake_say, error.evidence, error.say)


def _asserted(error: BaseException, _mistakes: Sequence[Mistake]) -> Ending:
    return Ending("failed", "The result is not right.", _KINDS["condition"], note=str(error)[:4_000])


def _raised(error: StudentRaised, mistakes: Sequence[Mistake]) -> Ending:
    place = f" ({error.where})" if error.where else ""
    detail = f"{error.type_name}: {error.message}" if error.message else error.type_name
    name = error.type_name if error.type_name in _ERRORS else "an exception"
    slug, say = next(
        ((m.slug, m.say) for m in mistakes if m.explains(error.type_name, error.message)),
        ("", ""),
    )
    return Ending(
        "error",
        f"Your code raised {detail}{place}. {error.advice}".rstrip(),
        f"Your code raised {name} for an input that you have not seen.",
        slug,
        say,
        {"raised": error.type_name},
        f"{detail}{place}",
        error.missing_name,
    )


def _timed_out(error: StudentTimedOut, _mistakes: Sequence[Mistake]) -> Ending:
    say = "Your code used up the time of this exercise and was stopped. Is there a loop that never ends?"
    return Ending("timeout", say, say, note=str(error))


def _crashed(error: StudentCrashed, _mistakes: Sequence[Mistake]) -> Ending:
    say = f"Your code ended its own process ({error.cause}) instead of returning a value."
    hidden = "Your code ended its own process instead of returning a value."
    return Ending("crashed", say, hidden, evidence={"cause": error.cause}, note=error.cause)


def _not_attempted(error: NotAttempted, _mistakes: Sequence[Mistake]) -> Ending:
    hidden = (
        f"`{error.name}` raises NotImplementedError: it is still the stub, or calls one that is."
        if error.stub
        else f"There is no `{error.name}` yet."
    )
    say = hidden
    if error.near:  # a name of the student's own choice: for visible checks only
        say = f"There is no `{error.name}`. Your file has `{error.near}`: is that the one? Then rename it."
    return Ending("not_attempted", say, hidden, evidence={"missing": error.name}, note=say)


_BUILDERS: tuple[tuple[type[BaseException], Any], ...] = (
    (CheckFailed, _failed),
    (StudentRaised, _raised),
    (StudentTimedOut, _timed_out),
    (StudentCrashed, _crashed),
    (NotAttempted, _not_attempted),
    (AssertionError, _asserted),
    (pytest.fail.Exception, _asserted),  # also what `pytest.raises` says where nothing was raised
)


def skipped(needed: str) -> Ending:
    """The ending of a check whose needed exercise did not pass."""
    say = f"This check needs {needed}, which did not pass yet."
    return Ending("skipped", say, say, evidence={"needs": needed})


def recorded(check: PlannedCheck, ending: Ending, lost: Sequence[LoadFinding]) -> Check:
    """Return the record's line for a check."""
    passed = ending.outcome == "passed"
    score = check.marks if passed else check.marks * 0
    return Check(
        id=check.id,
        title=check.title,
        visibility=check.visibility,
        outcome=ending.outcome,
        score=None if ending.outcome == "not_run" else score,
        max_score=check.marks,
        feedback="" if passed else _feedback(check, ending, lost),
        hint=check.hint if _hint_helps(ending, lost) else "",
        misconception=f"{check.lab}.{check.exercise}.{ending.mistake}" if ending.mistake else None,
        evidence=ending.evidence | ({"kind": "self-report"} if check.self_report else {}),
    )


def _feedback(check: PlannedCheck, ending: Ending, lost: Sequence[LoadFinding]) -> str:
    # An author's sentence may be empty, feedback may not.
    shown = ending.say.strip() if check.visibility == "visible" else ""
    parts = [shown or ending.say_hidden]
    cause = lost_name(ending, lost)
    if cause is not None and check.visibility == "visible":
        parts.append(f"`{ending.missing_name}` was to be defined at {cause.where}, but that line failed.")
    if ending.mistake_say:
        parts.append(ending.mistake_say)
    return " ".join(parts)


def _hint_helps(ending: Ending, lost: Sequence[LoadFinding]) -> bool:
    # A recognised mistake says more, and a name that was never defined has nothing to do with the check.
    return (
        ending.outcome in ("failed", "error") and not ending.mistake_say and lost_name(ending, lost) is None
    )


def lost_name(ending: Ending, lost: Sequence[LoadFinding]) -> LoadFinding | None:
    """Return the failed statement that would have defined the name which this ending lacked."""
    if not ending.missing_name:
        return None
    return next((finding for finding in lost if ending.missing_name in finding.lost_names), None)
