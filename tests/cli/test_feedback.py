"""What a student reads in the terminal after a check."""

from __future__ import annotations

import pytest

from labgrade.cli.feedback import show
from labgrade.course import load_course
from labgrade.record.model import Check, Digests, Finding, GradeRecord, Provenance
from labgrade.record.totals import exercise_of, total

OUTCOMES = {
    "passed": ("✓", ""),
    "failed": ("✗", "2 of 4 values differ."),
    "error": ("✗", "Your code raised ValueError: no (s.py, line 3)."),
    "timeout": ("✗", "Your code used up the time of this exercise."),
    "crashed": ("✗", "Your code ended its own process."),
    "not_attempted": ("·", "`double` is still the stub."),
    "skipped": ("·", "This check needs q1, which did not pass yet."),
    "not_run": ("?", "This check could not be run. That is not your fault."),
}


def check_of(outcome: str, exercise: str = "q1", name: str = "of_three", **fields) -> Check:
    score = {"passed": 1, "not_run": None}.get(outcome, 0)
    title = "Twice three is six"
    return Check(
        **{
            "id": f"{exercise}.{name}",
            "title": title,
            "visibility": "visible",
            "outcome": outcome,
            "score": score,
            "max_score": 1,
            "feedback": OUTCOMES[outcome][1],
            **fields,
        }
    )


def record_of(*checks: Check, findings: tuple[Finding, ...] = ()) -> GradeRecord:
    ids = dict.fromkeys(check.id.partition(".")[0] for check in checks)
    exercises = tuple(
        exercise_of(name, f"Title of {name}", [c for c in checks if c.id.startswith(f"{name}.")])
        for name in ids
    )
    time = "2026-11-24T06:00:00.000000+00:00"
    nothing = "0" * 64
    provenance = Provenance(
        digests=Digests(submission=nothing, grader=nothing, data=nothing, environment=nothing),
        seed=1,
        device="cpu",
        dataset="digits",
        executor="fork",
        isolation=(),
        versions={},
        started=time,
        finished=time,
        cpu_seconds=0,
        exercises_run=tuple(ids),
        entries=(),
    )
    score, max_score = total(exercises)
    return GradeRecord(
        sequence=1,
        student="s",
        lab="lab01_tiny",
        score=score,
        max_score=max_score,
        findings=findings,
        exercises=exercises,
        provenance=provenance,
    )


@pytest.fixture
def shown(course_root, capsys):
    """What is printed for a record, as lines."""
    (lab,) = load_course(course_root).labs

    def lines(record: GradeRecord) -> list[str]:
        show(record, lab)
        printed = capsys.readouterr()
        assert printed.err == ""
        return [line.rstrip() for line in printed.out.splitlines()]

    return lines


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_has_a_sign_its_marks_and_its_feedback(shown, outcome):
    sign, feedback = OUTCOMES[outcome]

    lines = shown(record_of(check_of(outcome)))

    marks = {"passed": "1/1", "not_run": "1"}.get(outcome, "0/1")
    assert lines[1] == f"  {sign} Twice three is six   {marks}"
    assert lines[2:-1] == ([f"    {feedback}"] if feedback else [])


def test_an_exercise_is_named_with_its_visible_marks(shown):
    lines = shown(record_of(check_of("passed"), check_of("failed", name="of_four")))

    assert lines[0] == "q1  Title of q1   1 of 2 visible marks"


def test_an_exercise_with_something_not_run_is_open(shown):
    assert shown(record_of(check_of("not_run")))[0] == "q1  Title of q1   open visible marks"


def test_a_hint_and_the_recognised_mistake_stand_below_the_feedback(shown):
    check = check_of("failed", hint="Look at the axes.", misconception="lab01_tiny.q1.axes")

    lines = shown(record_of(check))

    assert lines[2:5] == [
        "    2 of 4 values differ.",
        "    hint: Look at the axes.",
        "    recognised: lab01_tiny.q1.axes",
    ]


def test_findings_come_first_with_their_place(shown):
    finding = Finding(code="syntax-error", message="expected ':'.", where="s.py:3")

    assert shown(record_of(check_of("passed"), findings=(finding,)))[0] == "note  s.py:3: expected ':'."


def test_the_last_line_never_speaks_of_all_checks_alone(shown):
    lines = shown(record_of(check_of("passed"), check_of("passed", exercise="q2")))

    assert lines[-1] == "2 of 2 visible checks passed (2 marks); 3 hidden checks (2 marks) run at grading"


def test_the_last_line_counts_the_exercises_that_were_checked(shown):
    lines = shown(record_of(check_of("failed", exercise="q2")))

    assert (
        lines[-1] == "0 of 1 visible checks passed (0 of 1 marks); 1 hidden check (0.5 marks) runs at grading"
    )


@pytest.mark.parametrize(
    "hostile", ["\x1b[2J\x1b]52;c;AAAA\x07", "a\rb", "\u202eabc", "[bold]x[/bold] [/red]"]
)
def test_what_a_student_wrote_is_shown_and_not_obeyed(shown, hostile):
    finding = Finding(code="statement-raised", message=hostile, where=hostile)

    text = "\n".join(shown(record_of(check_of("error", feedback=hostile, hint=hostile), findings=(finding,))))

    assert not set(text) & set("\x1b\x07\r\u202e")
    assert "[/red]" in text or "[/red]" not in hostile
