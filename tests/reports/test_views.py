"""What a student's page may hold is chosen field by field, and nothing slips in by itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from labgrade.record.model import Check, GradeRecord
from labgrade.reports.code import CodeView
from labgrade.reports.views import LabInfo, Score, StudentView, student_view

from .factory import INFO, LAB, check, confusion, curve, exercise, points, record, table, varied


def view_of(graded: GradeRecord, lab: LabInfo = INFO) -> StudentView:
    return student_view(graded, lab, "Deep Learning Lab", CodeView())


def texts(value: Any) -> Iterator[str]:
    """Walk every field of a view and yield all that could reach a page."""
    if dataclasses.is_dataclass(value):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, (tuple, list)):
        for part in value:
            yield from texts(part)
    else:
        yield str(value)


def marked(value: Any, path: str, found: dict[str, str]) -> Any:
    """Rebuild plain record data with a unique word in every string; note where each one went."""
    if isinstance(value, dict):
        return {key: marked(item, f"{path}.{key}", found) for key, item in value.items()}
    if isinstance(value, list):
        return [marked(item, f"{path}[{place}]", found) for place, item in enumerate(value)]
    if isinstance(value, str) and path.rpartition(".")[2] not in KEPT:
        word = f"word{len(found):04}end"
        found[word] = path
        return f"{LAB}.q1.{word}" if path.endswith("misconception") else word
    return value


KEPT = {"schema", "outcome", "visibility", "started", "finished", "lab", "kind"}
"""Strings that the model or a reader restricts; the walk leaves them as they are."""


class TestAllowList:
    DRAWN = (
        *("[0].title", "[0].x_label", "[0].y_label", "[0].series[0].name"),
        *("[1].title", "[1].classes[0]", "[1].classes[1]", "[1].classes[2]"),
        *("[2].title", "[2].columns[0]", "[2].columns[1]", "[2].rows[0][0]", "[2].rows[1][0]"),
        *("[3].title", "[3].x_label", "[3].y_label"),
    )

    def shown_fields(self) -> set[str]:
        found: dict[str, str] = {}
        plots = [plot | {"added": "x"} for plot in (curve(), confusion(), table(), points())]
        evidence = {"fact": "x", "plots": plots}
        plain = record(
            exercise(
                "q1",
                check("q1.a", "failed", evidence=evidence, misconception=f"{LAB}.q1.slug"),
                check("q1.b", "failed", visibility="hidden", evidence=evidence, misconception=f"{LAB}.q1.s"),
            ),
            findings=({"code": "c", "message": "m", "where": "w"},),
            output="printed",
        ).model_dump(mode="json", by_alias=True)
        text = " ".join(texts(view_of(GradeRecord.model_validate(marked(plain, "", found)))))
        return {path for word, path in found.items() if word in text}

    def test_holds_these_fields_and_no_others(self):
        assert self.shown_fields() == {
            ".student",
            ".output",
            ".findings[0].message",
            ".findings[0].where",
            ".exercises[0].id",
            ".exercises[0].title",
            ".exercises[0].checks[0].id",
            ".exercises[0].checks[0].title",
            ".exercises[0].checks[0].feedback",
            ".exercises[0].checks[0].hint",
            ".exercises[0].checks[0].misconception",
            ".exercises[0].checks[0].evidence.fact",
            *(f".exercises[0].checks[0].evidence.plots{path}" for path in self.DRAWN),
            ".exercises[0].checks[1].feedback",
            ".exercises[0].checks[1].hint",
        }

    def test_a_new_field_of_a_record_does_not_appear_by_itself(self):
        class NewCheck(Check):
            added: str = "NEWFIELD"

        class NewRecord(GradeRecord):
            added: str = "NEWFIELD"

        def grown(kind: type[BaseModel], old: BaseModel) -> Any:
            return kind.model_construct(**{name: getattr(old, name) for name in type(old).model_fields})

        old = varied()
        part = old.exercises[0]
        checks = tuple(grown(NewCheck, one) for one in part.checks)
        exercises = (part.model_copy(update={"checks": checks}), *old.exercises[1:])
        new = grown(NewRecord, old.model_copy(update={"exercises": exercises}))
        assert (new.added, new.exercises[0].checks[0].added) == ("NEWFIELD", "NEWFIELD")
        assert view_of(new) == view_of(old)

    def test_numbers_that_are_secret_are_not_there(self):
        text = " ".join(texts(view_of(varied())))
        for secret in (str(varied().provenance.seed), "0.25", "H1DD3N", "HIDDEN TITLE", "hidden_axes"):
            assert secret not in text


class TestHidden:
    def test_are_numbered_within_their_exercise(self):
        hidden = {"visibility": "hidden"}
        view = view_of(
            record(
                exercise("q5", check("q5.a", **hidden), check("q5.b"), check("q5.c", "error", **hidden)),
                exercise("q6", check("q6.a", **hidden)),
            ),
        )
        names = [[c.name for c in e.hidden] for e in view.exercises]
        assert names == [["Hidden check 1 of q5", "Hidden check 2 of q5"], ["Hidden check 1 of q6"]]
        assert view.exercises[0].hidden[1].badge.word == "Raised an error"
        assert view.exercises[0].hidden[1].feedback

    def test_an_unknown_visibility_is_hidden(self):
        odd = check("q1.a").model_copy(update={"visibility": "after_due"})
        part = exercise("q1", check("q1.b")).model_copy(update={"checks": (odd,)})
        view = view_of(record(part.model_copy(update={"score": Decimal(1)})))
        assert view.exercises[0].visible == ()
        assert view.exercises[0].hidden[0].name == "Hidden check 1 of q1"


class TestPlots:
    def test_are_those_of_visible_checks(self):
        hidden = check("q1.b", visibility="hidden", evidence={"plots": [table("NOT THIS")]})
        view = view_of(record(exercise("q1", check("q1.a", evidence={"plots": [table("This")]}), hidden)))

        assert [plot.title for plot in view.exercises[0].visible[0].plots] == ["This"]
        assert "NOT THIS" not in " ".join(texts(view))

    def test_are_no_facts(self):
        view = view_of(record(exercise("q1", check("q1.a", evidence={"plots": [table()], "epochs": 3}))))

        assert [fact.label for fact in view.exercises[0].visible[0].facts] == ["Epochs"]


class TestScores:
    def test_title(self):
        view = view_of(record(exercise("q1", check("q1.a", max_score="2.5"), check("q1.b", "failed"))))
        assert view.title == "s01 · Introduction to tensors · 2.5 of 3.5"

    def test_our_fault_is_no_zero(self):
        view = view_of(record(exercise("q1", check("q1.a", max_score=3), check("q1.b", "not_run"))))
        assert view.title == "s01 · Introduction to tensors · not graded (our fault)"
        assert view.score == Score(None, Decimal(4), Decimal(3))
        assert (view.score.percent, view.score.tone) == (75, "ours")

    def test_counts_what_passed(self):
        assert view_of(varied()).passed == (5, 12, 2, 4)

    @pytest.mark.parametrize(
        ("got", "tone"),
        [("0", "h0"), ("0.01", "h1"), ("3.9", "h1"), ("4", "h2"), ("7.5", "h3"), ("10", "h4")],
    )
    def test_shades(self, got, tone):
        assert Score(Decimal(got), Decimal(10)).tone == tone


class TestWords:
    def test_misconceptions_have_a_name_or_their_slug(self):
        slug = f"{LAB}.q2.reshape-for-permute"
        named = LabInfo(LAB, "t", misconceptions={slug: "Reshape in place of permute"})
        assert INFO.misconception(slug) == "reshape for permute"
        assert named.misconception(slug) == "Reshape in place of permute"
        assert view_of(varied(), named).exercises[1].visible[1].misconception == "Reshape in place of permute"

    def test_time_is_utc_for_people(self):
        assert view_of(varied()).graded == "24 November 2026, 06:04 UTC"

    def test_all_untrusted_text_is_made_visible_and_cut(self):
        evil = "\u202e\x1b[2J"
        bad = check("q1.a", "failed", feedback=evil + "x" * 10**6, evidence={"message": evil})
        view = view_of(
            record(
                exercise("q1", bad),
                student=evil + "s" * 500,
                output=evil + "o" * 10**6,
                findings=[{"code": "c", "message": evil * 10**5, "where": evil}] * 200,
            ),
        )
        everything = list(texts(view))
        assert not any("\u202e" in text or "\x1b" in text for text in everything)
        assert sum(map(len, everything)) < 200_000
        assert (len(view.findings), view.more_findings) == (50, 150)
