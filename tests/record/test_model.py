"""Records cannot be built, written or read so that they contradict themselves or lose a value."""

from __future__ import annotations

import json
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from labgrade.record.codec import NotARecord, decode, encode
from labgrade.record.model import Check, Exercise, Finding, GradeRecord

from .factory import check, provenance, record

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(SCALARS, st.lists, max_leaves=8)


def failed(**fields: object) -> Check:
    return check(outcome="failed", **fields)


class TestRoundTrip:
    def test_reads_back_equal(self):
        original = record(check(), failed(name="q1.shape", max_score="0.5"))
        assert decode(encode(original)) == original

    def test_same_bytes_again(self):
        raw = encode(record(failed(evidence={"loss": [1.0, math.nan]}), output="naïve ☃"))
        assert encode(decode(raw)) == raw

    @pytest.mark.parametrize(
        ("value", "text"),
        [(float("nan"), "NaN"), (math.inf, "Infinity"), (-math.inf, "-Infinity")],
    )
    def test_non_finite_evidence_survives_by_name(self, value, text):
        evidence = {"greatest_difference": value, "curve": [0.5, value], "deep": {"x": [value]}}
        raw = encode(record(failed(evidence=evidence)))
        assert decode(raw).exercises[0].checks[0].evidence == {
            "greatest_difference": text,
            "curve": [0.5, text],
            "deep": {"x": [text]},
        }
        json.loads(raw, parse_constant=pytest.fail)

    def test_in_memory_equals_on_disk(self):
        evidence = {"shape": (2, 3), "big": 2**70, "nan": math.nan}
        original = record(failed(evidence=evidence))
        assert original == decode(encode(original))
        assert original.exercises[0].checks[0].evidence == {
            "shape": [2, 3],
            "big": "an integer of 71 bits",
            "nan": "NaN",
        }

    @pytest.mark.parametrize("lone", ["\ud800", "a\udfffb", "\udc80"])  # noqa: PT014
    def test_lone_surrogates_become_valid_text(self, lone):
        escaped = lone.encode("utf-8", "backslashreplace").decode()
        original = record(
            failed(feedback=lone, evidence={lone: [lone]}),
            student=f"s{lone}",
            output=lone,
            findings=(Finding(code="odd", message=lone, where=lone),),
            provenance=provenance(instructor_notes={"q1.values": lone}),
        )
        raw = encode(original)
        assert raw.decode("utf-8").count(escaped.replace("\\", "\\\\")) == 8
        assert decode(raw) == original

    def test_characters_outside_the_basic_plane_are_kept(self):
        assert decode(encode(record(output="😀 नमस्ते"))).output == "😀 नमस्ते"

    @given(st.dictionaries(st.text(), JSON))
    def test_any_evidence_survives(self, evidence):
        original = record(failed(evidence=evidence))
        assert decode(encode(original)) == original


class TestMarks:
    def test_are_finite_json_numbers(self):
        raw = encode(record(check(max_score="0.3333"), check(name="q1.b", max_score="1.5")))
        document = json.loads(raw)
        assert document["score"] == document["max_score"] == 1.8333
        assert document["exercises"][0]["checks"][0]["max_score"] == 0.3333

    @given(st.decimals(min_value=0, max_value=99_999_999, places=4))
    def test_are_exact_after_a_round_trip(self, marks):
        assert decode(encode(record(check(max_score=marks)))).max_score == marks

    @pytest.mark.parametrize("mark", ["0.00001", "-1", "NaN", "Infinity", "123456789", True, "one"])
    def test_out_of_form_are_refused(self, mark):
        with pytest.raises(ValidationError):
            check(max_score=mark)


class TestContradictions:
    @pytest.mark.parametrize(
        "fields",
        [
            {"outcome": "passed", "score": 0},
            {"outcome": "failed", "score": 1},
            {"outcome": "failed", "score": 2},
            {"outcome": "failed", "score": None},
            {"outcome": "not_run", "score": 0},
            {"outcome": "failed", "feedback": " "},
        ],
    )
    def test_of_a_check_are_refused(self, fields):
        with pytest.raises(ValidationError):
            check(**fields)

    def test_partial_credit_is_not_full(self):
        assert check(outcome="failed", score="0.5").score == Decimal("0.5")

    @pytest.mark.parametrize("sums", [(2, 1), (1, 2), (None, 1)])
    def test_of_a_sum_are_refused(self, sums):
        score, max_score = sums
        with pytest.raises(ValidationError, match="not the sum"):
            Exercise(id="q1", title="t", score=score, max_score=max_score, checks=(check(),))
        with pytest.raises(ValidationError, match="not the sum"):
            record(score=score, max_score=max_score)

    def test_two_checks_of_one_id_are_refused(self):
        with pytest.raises(ValidationError, match="same id"):
            record(check(), check())

    @pytest.mark.parametrize("time", ["yesterday", "2026-11-24T06:04:00"])
    def test_times_need_an_offset(self, time):
        with pytest.raises(ValidationError):
            provenance(finished=time)

    def test_evidence_of_any_depth_is_refused_not_recursed(self):
        deep: object = 0
        for _ in range(100_000):
            deep = [deep]
        with pytest.raises(ValidationError, match="nested deeper"):
            check(outcome="failed", evidence={"x": deep})


class TestStrictReading:
    def edited(self, **changes: object) -> bytes:
        return json.dumps({**json.loads(encode(record())), **changes}).encode()

    def test_edit_helper_gives_a_readable_record(self):
        assert decode(self.edited()) == record()

    @pytest.mark.parametrize(
        ("raw", "why"),
        [
            (b"", "not strict JSON"),
            (b"\xff\xfe", "not strict JSON"),
            (b"[]", "schema"),
            (b'{"schema": "labgrade.record/2"}', "labgrade.record/2"),
            (b'{"schema": "labgrade.record/1"}', "Field required"),
            (b"[" * 200_000, "nested deeper"),
            (b"[" * 100 + b"]" * 100, "nested deeper"),
            (b'{"a": 1, "a": 2}', "twice"),
            (b'{"a": NaN}', "NaN"),
            (b'{"a": -Infinity}', "Infinity"),
            (b'{"a": 1e999}', "too large"),
            (b'{"a": 1' + b"0" * 1_000_000 + b"}", "too long"),
            (b" " * (17 * 1024 * 1024), "larger than"),
        ],
    )
    def test_names_what_is_wrong(self, raw, why):
        with pytest.raises(NotARecord, match=why):
            decode(raw)

    @pytest.mark.parametrize(
        "changes",
        [
            {"points": 1000},
            {"sequence": "1"},
            {"sequence": 0},
            {"sequence": True},
            {"score": "1"},
            {"score": 1000},
            {"score": None},
            {"student": 7},
            {"findings": {}},
            {"output": None},
        ],
    )
    def test_refuses_what_it_would_not_have_written(self, changes):
        with pytest.raises(NotARecord):
            decode(self.edited(**changes))

    def test_is_frozen(self):
        with pytest.raises(ValidationError):
            record().score = Decimal(1)  # type: ignore[misc]

    def test_knows_its_schema(self):
        assert json.loads(encode(record()))["schema"] == GradeRecord.model_fields["schema_"].default
