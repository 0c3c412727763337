"""Evidence becomes short labelled facts, whatever it holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labgrade.reports.facts import MAX_FACTS, Fact, facts_of


@pytest.mark.parametrize(
    ("evidence", "facts"),
    [
        ({"expected_shape": [2, 3], "shape": [3]}, [Fact("Shape", "(3,)", "(2, 3)")]),
        ({"shape": [], "expected_shape": [1]}, [Fact("Shape", "()", "(1,)")]),
        ({"shape": [4, 2]}, [Fact("Shape", "(4, 2)")]),
        ({"dtype": "torch.int64", "expected_dtype": "float32"}, [Fact("Dtype", "int64", "float32")]),
        ({"length": 2, "expected_length": 3}, [Fact("Length", "2", "3")]),
        ({"accuracy": 0.8733333333, "minimum": 0.8}, [Fact("Accuracy", "0.873333", "at least 0.8")]),
        ({"accuracy": 1, "parameters": 160}, [Fact("Accuracy", "1"), Fact("Parameters", "160")]),
        ({"accuracy": "NaN", "minimum": None}, [Fact("Accuracy", "NaN", "at least null")]),
        ({"minimum": 0.8}, [Fact("Minimum", "0.8")]),
        ({"plots": [{"kind": "curve"}]}, []),
        ({"plots": "none of ours", "x": 1}, [Fact("X", "1")]),
        ({"mismatched": 4, "total": 24}, [Fact("Elements that differ", "4 of 24")]),
        (
            {"greatest_difference": 0.743123, "place": [1, 2]},
            [Fact("Greatest difference", "0.7431 at [1, 2]")],
        ),
        ({"greatest_difference": "Infinity", "place": []}, [Fact("Greatest difference", "Infinity")]),
        ({"tolerance": {"rtol": 0.1}}, [Fact("Allowed", '{"rtol": 0.1}')]),
        ({"got": "1.2", "expected": "3"}, [Fact("Value there", "1.2", "3")]),
        ({"raised": "ValueError"}, [Fact("Raised", "ValueError")]),
        ({"epochs_seen": 3, "frozen": True}, [Fact("Epochs seen", "3"), Fact("Frozen", "true")]),
        ({}, []),
    ],
)
def test_known_keys_read_as_sentences_others_by_their_name(evidence, facts):
    assert list(facts_of(evidence)) == facts


def test_comparisons_come_first():
    evidence = {"zebra": 1, "tolerance": "atol 0", "shape": [1], "mismatched": 1, "total": 2}
    assert [fact.label for fact in facts_of(evidence)] == [
        "Shape",
        "Elements that differ",
        "Allowed",
        "Zebra",
    ]


def test_is_not_changed():
    evidence = {"shape": [1], "x": 2}
    facts_of(evidence)
    assert evidence == {"shape": [1], "x": 2}


def test_long_and_odd_values_are_cut_and_made_visible():
    facts = facts_of({"message": "x" * 10**6, "\u202ekey": "\x1b[0m", "rows": list(range(10_000))})
    assert all(len(fact.label) < 100 and len(fact.value) < 400 for fact in facts)
    assert Fact("\\u202ekey", "\\x1b[0m") in facts


def test_only_so_many():
    assert len(facts_of({f"k{i}": i for i in range(1000)})) == MAX_FACTS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        "shape",
        "expected_shape",
        "dtype",
        "mismatched",
        "total",
        "greatest_difference",
        "place",
        "tolerance",
        "accuracy",
        "minimum",
        "plots",
    ],
)


@given(st.dictionaries(KEYS | st.text(), JSON))
def test_never_fails_on_evidence_of_another_form(evidence):
    for fact in facts_of(evidence):
        assert all(isinstance(text, str) for text in fact)


def test_one_wrong_number_is_not_counted():
    assert [] == [fact.label for fact in facts_of({"mismatched": 1, "total": 1})]


def test_a_self_report_is_said_in_words():
    (fact,) = facts_of({"kind": "self-report"})

    assert ("Rests on", "what your program reports of itself") == (fact.label, fact.value)
