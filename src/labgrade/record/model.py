"""The grade record: one immutable JSON document a submission, read by every later stage.

A record names the checks that were planned as well as those that ran. It is written once
(`store`), never changed; people's overrides are layered over it elsewhere. A record that
contradicts itself (a passed check without its marks, a total that is no sum) cannot be built,
so it cannot be read either.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    model_validator,
)

from labgrade.record.clean import storable_json, storable_text
from labgrade.record.marks import Mark, add_marks

SCHEMA: Final = "labgrade.record/1"

Visibility = Literal["visible", "hidden"]
Outcome = Literal["passed", "failed", "error", "timeout", "crashed", "not_attempted", "skipped", "not_run"]

Text = Annotated[str, BeforeValidator(storable_text)]
"""Text that may come from a student: lone surrogates are spelled out, so that it can be written."""

Evidence = Annotated[dict[str, JsonValue], BeforeValidator(storable_json)]
"""Plain JSON: tuples become lists, NaN and infinities their names, depth is limited."""


def _is_time(value: str) -> str:
    time = datetime.fromisoformat(value)
    if time.tzinfo is None:
        raise ValueError("a time in a record needs its offset from UTC")
    try:
        time.astimezone(UTC)
    except OverflowError:  # the first hours of the year 1, the last of 9999
        raise ValueError("a time in a record has to be one in UTC, too") from None
    return value


Time = Annotated[str, AfterValidator(_is_time)]
"""ISO 8601 with an offset ("2026-11-24T06:04:00.123456+00:00")."""


class RecordModel(BaseModel):
    """Base of everything stored: frozen, no unknown fields, NaN and infinity survive JSON as strings."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        ser_json_inf_nan="strings",
        populate_by_name=True,
        use_attribute_docstrings=True,
    )


class Finding(RecordModel):
    """Something worth telling about a submission that is not a check."""

    code: str
    """Stable id, e.g. "syntax-error", "statement-raised", "top-level-budget"."""
    message: Text
    """One sentence that a student may read."""
    where: Text | None = None
    """File and line or cell ("lab01.py:12", "cell 3, line 2"), or None."""


class Check(RecordModel):
    """One planned check and how it ended."""

    id: str
    """Unique in the lab: "q5.at_two"."""
    title: str
    visibility: Visibility
    outcome: Outcome
    score: Mark | None
    """None exactly where the outcome is "not_run"; all of `max_score` exactly where it is "passed"."""
    max_score: Mark
    feedback: Text
    """Our words, fit for the student; never empty where the check did not pass."""
    hint: Text = ""
    """What the check's author suggests to look at; empty where it passed or a misconception says more."""
    misconception: str | None = None
    """Id "LAB.EXERCISE.slug" of the known mistake that the check recognised."""
    evidence: Evidence = Field(default_factory=dict)
    """Shapes, counts, differences. Of hidden checks it never reaches a student."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (problem := _contradiction(self)) is not None:
            raise ValueError(f"check {self.id}: {problem}")
        return self


def _contradiction(check: Check) -> str | None:
    """Say how outcome, score and feedback of a check contradict each other, or return None."""
    if (check.score is None) != (check.outcome == "not_run"):
        return "the score is null exactly where the outcome is not_run"
    if check.score is not None:
        if check.score > check.max_score:
            return f"the score {check.score} is more than the {check.max_score} to be had"
        if check.max_score and (check.score == check.max_score) != (check.outcome == "passed"):
            return "full marks go with the outcome passed, and with no other"
    if check.outcome != "passed" and not check.feedback.strip():
        return "a check that did not pass needs feedback"
    return None


class Exercise(RecordModel):
    """The checks of one exercise and their sum."""

    id: str
    title: str
    score: Mark | None
    """The sum of the checks' scores; None where any of them is None."""
    max_score: Mark
    checks: tuple[Check, ...]

    @model_validator(mode="after")
    def _sums_up(self) -> Self:
        _require_sums(f"exercise {self.id}", self, self.checks)
        return self


def _require_sums(what: str, whole: Exercise | GradeRecord, parts: tuple[Exercise | Check, ...]) -> None:
    score, possible = add_marks(p.score for p in parts), add_marks(p.max_score for p in parts)
    if (whole.score, whole.max_score) != (score, possible):
        raise ValueError(
            f"{what}: {whole.score} of {whole.max_score} is not the sum of its parts, {score} of {possible}"
        )


class Digests(RecordModel):
    """SHA-256, hex, of everything that decides a mark."""

    submission: str
    grader: str
    data: str
    environment: str


class LayerState(RecordModel):
    """One isolation layer as it was when the submission ran."""

    name: str
    in_force: bool
    detail: str = ""


class Provenance(RecordModel):
    """Where the marks came from: enough to grade again. For the instructor, never for a student."""

    digests: Digests
    seed: int
    """The run's secret, from which inputs are derived by a one-way function."""
    device: str
    dataset: str
    data_split: str = ""
    """How the images were divided ("1000 to train on, …"); empty for a lab that reads none."""
    executor: str
    isolation: tuple[LayerState, ...]
    versions: dict[str, str]
    """Package name to version: labgrade, python, torch, numpy, …"""
    started: Time
    """UTC, ISO 8601 with microseconds."""
    finished: Time
    """UTC, ISO 8601 with microseconds; the record's file is named by it."""
    cpu_seconds: float = Field(ge=0, allow_inf_nan=False)
    """Of the student's processes, measured outside them."""
    slowness: float = Field(default=1.0, ge=1, allow_inf_nan=False)
    """How many times longer than stated the time limits were, since the machine is slow (see `pace`)."""
    exercises_run: tuple[str, ...]
    """Ids that this run covered; fewer than planned where `-k` limited it."""
    entries: tuple[Text, ...]
    """Files that were run, in order."""
    instructor_notes: dict[str, Text] = Field(default_factory=dict)
    """Check id to pytest's or our own detailed text: input, expected, got. Never shown to a student."""
    overridden_layers: tuple[str, ...] = ()
    """Missing isolation layers that the instructor allowed by name."""


class GradeRecord(RecordModel):
    """One grading of one submission."""

    schema_: Literal["labgrade.record/1"] = Field(default=SCHEMA, alias="schema")
    """Name and version of this document's form."""
    sequence: int = Field(ge=1)
    """1 for the first record of this student and lab; the highest is the current one."""
    student: Text
    lab: str
    score: Mark | None
    """The sum of the exercises' scores; None where any of them is None."""
    max_score: Mark
    findings: tuple[Finding, ...]
    exercises: tuple[Exercise, ...]
    output: Text = ""
    """What top-level code printed, cut to a limit; untrusted text."""
    provenance: Provenance

    @model_validator(mode="after")
    def _sums_up(self) -> Self:
        _require_sums("the submission", self, self.exercises)
        ids = [check.id for exercise in self.exercises for check in exercise.checks]
        if len(ids) != len(set(ids)):
            raise ValueError("two checks have the same id")
        return self
