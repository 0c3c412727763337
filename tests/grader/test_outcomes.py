"""How a check ended and what a student reads: for hidden checks nothing that the worker said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

import pytest

from labgrade.errors import (
    CheckFailed,
    NotAttempted,
    StudentCrashed,
    StudentRaised,
    StudentTimedOut,
)
from labgrade.grader import Mistake
from labgrade.grader.checks import PlannedCheck
from labgrade.grader.outcomes import PASSED, Ending, ending_of, our_fault, recorded, skipped
from labgrade.worker.executor import LoadFinding

UNSEEN = "hidden-input-7919"
MISTAKES = (
    Mistake("detached", raises="RuntimeError", match="does not require grad", say="Is the input tracked?"),
    Mistake("any-runtime", raises="RuntimeError", say="Look at the error."),
    Mistake("by-value", 1.0, say="…"),
)


def planned(visibility: str, **changes: Any) -> PlannedCheck:
    values = {
        "id": "q1.a",
        "lab": "lab01",
        "exercise": "q1",
        "title": "A title",
        "visibility": visibility,
        "marks": Decimal("1.5"),
        "hint": "A hint.",
        "mistakes": MISTAKES,
        "needs": (),
        "self_report": False,
        "item": cast("Any", None),
        "plain": True,
    }
    return PlannedCheck(**{**values, **changes})


def both(error: BaseException, lost=(), **changes: Any):
    """Return the record's line of a visible and of a hidden check that ended with `error`."""
    ending = ending_of(error, MISTAKES)
    return tuple(recorded(planned(kind, **changes), ending, lost) for kind in ("visible", "hidden"))


STUDENTS_DOING = [
    (CheckFailed("type", f"It is {UNSEEN}."), "failed"),
    (CheckFailed("shape", f"It has {UNSEEN}."), "failed"),
    (CheckFailed("dtype", UNSEEN), "failed"),
    (CheckFailed("length", UNSEEN), "failed"),
    (CheckFailed("keys", UNSEEN), "failed"),
    (CheckFailed("values", UNSEEN, evidence={"got": UNSEEN}), "failed"),
    (CheckFailed("condition", UNSEEN), "failed"),
    (CheckFailed("a kind of the author's own", UNSEEN), "failed"),
    (AssertionError(f"assert {UNSEEN} == 3"), "failed"),
    (StudentRaised("ValueError", UNSEEN, "lab01.py:4242"), "error"),
    (StudentRaised(UNSEEN, UNSEEN, UNSEEN, UNSEEN), "error"),
    (StudentRaised("NameError", f"name '{UNSEEN}' is not defined", "", UNSEEN), "error"),
    (StudentRaised("RuntimeError", "", ""), "error"),
    (StudentTimedOut(2.5), "timeout"),
    (StudentCrashed("signal 11, SIGSEGV"), "crashed"),
    (StudentCrashed(f"its reply was malformed: {UNSEEN}"), "crashed"),
    (NotAttempted("double"), "not_attempted"),
    (NotAttempted("double", near=f"doubl_{UNSEEN}"), "not_attempted"),
    (NotAttempted("double", stub=True), "not_attempted"),
]


class TestStudentsDoing:
    @pytest.mark.parametrize(("error", "outcome"), STUDENTS_DOING, ids=lambda case: str(case)[:40])
    def test_costs_the_mark_and_is_explained(self, error, outcome):
        for check in both(error):
            assert (check.outcome, check.score, check.max_score) == (outcome, 0, Decimal("1.5"))
            assert check.feedback.strip()

    @pytest.mark.parametrize("error", [error for error, _ in STUDENTS_DOING], ids=lambda case: str(case)[:40])
    def test_hidden_feedback_repeats_nothing_of_the_worker(self, error):
        hidden = both(error)[1]
        for told in (UNSEEN, "4242", "SIGSEGV"):
            assert told not in hidden.feedback
            assert told not in hidden.title

    def test_visible_feedback_says_what_happened(self):
        assert both(CheckFailed("values", "It should be 3."))[0].feedback == "It should be 3."
        raised = both(StudentRaised("ValueError", "no such axis", "lab01.py:12"))[0]
        assert "ValueError: no such axis (lab01.py:12)" in raised.feedback
        assert "SIGSEGV" in both(StudentCrashed("signal 11, SIGSEGV"))[0].feedback

    @pytest.mark.parametrize(
        ("type_name", "named"),
        [("ValueError", True), ("RuntimeError", True), ("MyError", False), ("<b>", False), ("", False)],
    )
    def test_hidden_feedback_names_only_exceptions_of_python(self, type_name, named):
        hidden = both(StudentRaised(type_name, "x"))[1]
        expected = type_name if named else "an exception"
        assert hidden.feedback.startswith(f"Your code raised {expected} for an input")

    @pytest.mark.parametrize("say", ["", "  "])
    def test_a_sentence_that_an_author_left_empty(self, say):
        for check in both(CheckFailed("values", say)):
            assert check.feedback.strip()

    def test_asserted_text_is_for_the_instructor(self):
        ending = ending_of(AssertionError("assert 3 == 4"))
        assert "3 == 4" in ending.note
        assert all("3 == 4" not in check.feedback for check in both(AssertionError("assert 3 == 4")))


class TestNames:
    def test_a_near_miss_is_named_where_the_check_is_visible(self):
        visible, hidden = both(NotAttempted("to_channels_last", near="to_channel_last"))
        assert "`to_channel_last`" in visible.feedback
        assert hidden.feedback == "There is no `to_channels_last` yet."

    def test_a_stub_is_told_from_a_missing_name(self):
        assert "still the stub" in both(NotAttempted("f", stub=True))[0].feedback
        assert "There is no `f` yet" in both(NotAttempted("f"))[0].feedback

    def test_a_lost_name_leads_to_the_line_that_failed(self):
        error = StudentRaised("NameError", "name 'w' is not defined", "lab01.py:30", "w")
        lost = [
            LoadFinding("statement-raised", "…", "lab01.py:3", ("v",)),
            LoadFinding("x", "…", "cell 2", ("w",)),
        ]
        visible, hidden = both(error, lost)
        assert "`w` was to be defined at cell 2" in visible.feedback
        assert "cell 2" not in hidden.feedback
        assert (visible.hint, hidden.hint) == ("", "")


class TestHints:
    @pytest.mark.parametrize(
        ("error", "helps"),
        [
            (CheckFailed("values", "x"), True),
            (StudentRaised("ValueError", "x"), True),
            (AssertionError(), True),
            (StudentTimedOut(1), False),
            (StudentCrashed("x"), False),
            (NotAttempted("f"), False),
            (CheckFailed("values", "x", mistake="m", mistake_say="Look."), False),
        ],
        ids=str,
    )
    def test_are_given_where_they_help(self, error, helps):
        assert [bool(check.hint) for check in both(error)] == [helps, helps]


class TestMisconceptions:
    def test_from_a_value(self):
        error = CheckFailed("values", "x", mistake="turned", mistake_say="Look at the order.")
        for check in both(error):
            assert check.misconception == "lab01.q1.turned"
            assert "Look at the order." in check.feedback

    @pytest.mark.parametrize(
        ("type_name", "message", "slug"),
        [
            ("RuntimeError", "element 0 does not require grad and", "detached"),
            ("RuntimeError", "something else", "any-runtime"),
            ("RuntimeError", "", "any-runtime"),
            ("ValueError", "does not require grad", None),
            ("", "", None),
        ],
    )
    def test_from_an_exception(self, type_name, message, slug):
        for check in both(StudentRaised(type_name, message)):
            assert check.misconception == (f"lab01.q1.{slug}" if slug else None)


class TestOurFault:
    @pytest.mark.parametrize(
        "error",
        [KeyError("x"), RuntimeError("broken"), TypeError(), ValueError("empty"), SystemExit(1)],
        ids=repr,
    )
    def test_leaves_the_mark_open(self, error):
        for check in both(error):
            assert (check.outcome, check.score) == ("not_run", None)
            assert "not your fault" in check.feedback
            assert "broken" not in check.feedback

    def test_is_noted_for_the_instructor(self):
        assert our_fault(KeyError("x")).note == "KeyError: 'x'"
        assert len(our_fault(ValueError("x" * 100_000)).note) <= 4_000


class TestTheRest:
    def test_passed_needs_no_words(self):
        check = recorded(planned("visible"), PASSED, ())
        assert (check.outcome, check.score, check.feedback, check.hint) == ("passed", Decimal("1.5"), "", "")

    def test_skipped_names_what_it_needs(self):
        for kind in ("visible", "hidden"):
            check = recorded(planned(kind), skipped("q0"), ())
            assert (check.outcome, check.score) == ("skipped", 0)
            assert "q0" in check.feedback

    def test_a_self_report_is_marked_as_one(self):
        ending = Ending("failed", "x", "x", evidence={"a": 1})
        check = recorded(planned("visible", self_report=True), ending, ())
        assert check.evidence == {"a": 1, "kind": "self-report"}
