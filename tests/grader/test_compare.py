"""The one comparison of all graders: what passes, what fails, why, and in which words."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from labgrade.errors import CheckFailed
from labgrade.grader import Mistake, expect
from labgrade.wire.plain import Opaque

NAN, INF = math.nan, math.inf
HOLDS, BROKEN = True, False
MATRIX = torch.arange(6.0).reshape(2, 3)


def failure(ask) -> CheckFailed:
    """Return what a comparison that must fail raised."""
    with pytest.raises(CheckFailed) as caught:
        ask()
    return caught.value


class TestOrder:
    """Type, then shape, then dtype, then values: the first difference is the one that is told."""

    @pytest.mark.parametrize(
        ("value", "kind", "says"),
        [
            (None, "type", "should be a tensor, but it is None (is a return missing?)"),
            ([[0, 1, 2], [3, 4, 5]], "type", "a list of length 2"),
            ("text", "type", "a str of length 4"),
            (3.0, "type", "of type float"),
            (Opaque("Linear"), "type", "an object of type Linear"),
            (torch.ones(2, 3, device="meta"), "type", "meta device"),
            (torch.ones(2, 3, dtype=torch.complex64), "type", "a tensor of complex64"),
            (np.array([["a"]]), "type", "an array of shape (1, 1)"),
            (torch.zeros(3, 2, dtype=torch.int64), "shape", "shape (2, 3), but it has shape (3, 2)"),
            (torch.zeros(6), "shape", "it has shape (6,)"),
            (torch.zeros(1, 2, 3), "shape", "it has shape (1, 2, 3)"),
            (torch.zeros(0), "shape", "it has shape (0,)"),
            (torch.zeros(2, 3, dtype=torch.int64), "dtype", "dtype float32, but its dtype is int64"),
            (MATRIX.to(torch.float64), "dtype", "its dtype is float64"),
            (MATRIX + 1, "values", "6 of 6 values"),
        ],
    )
    def test_the_first_difference_is_told(self, value, kind, says):
        found = failure(lambda: expect(value).close_to(MATRIX, dtype=torch.float32))
        assert found.kind == kind
        assert says in found.say
        found = failure(lambda: expect(value).equals(MATRIX))
        assert found.kind == kind

    def test_facts_go_to_the_record(self):
        assert failure(lambda: expect(torch.zeros(6)).close_to(MATRIX)).evidence == {
            "expected_shape": [2, 3],
            "shape": [6],
        }
        wrong = MATRIX.clone()
        wrong[1, 2] += 0.5
        wrong[0, 1] -= 0.25
        assert failure(lambda: expect(wrong).close_to(MATRIX)).evidence == {
            "mismatched": 2,
            "total": 6,
            "greatest_difference": 0.5,
            "place": [1, 2],
            "got": "5.5",
            "expected": "5",
            "tolerance": "rtol 0.0001, atol 1e-05",
        }

    def test_a_sentence_says_count_difference_place_and_tolerance(self):
        wrong = MATRIX.clone()
        wrong[1, 2] += 0.5
        found = failure(lambda: expect(wrong, "the product").close_to(MATRIX))
        assert found.say == (
            "1 of 6 values of the product differ; the greatest difference is 0.5 "
            "(at [1, 2]: expected 5, got 5.5; allowed: rtol 0.0001, atol 1e-05)."
        )

    def test_one_number_is_told_shortly(self):
        assert failure(lambda: expect(2.0).close_to(3.5)).say == "The result should be 3.5, but it is 2."
        assert failure(lambda: expect(2.0, "dz/da").close_to(3.5)).say == "dz/da should be 3.5, but it is 2."

    @pytest.mark.parametrize("what", ["the result", "a tensor", "an item", "item 3"])
    def test_a_sentence_begins_with_a_capital(self, what):
        assert failure(lambda: expect(None, what).number()).say.startswith(what.capitalize())

    def test_two_numbers_that_differ_are_not_printed_alike(self):
        found = failure(lambda: expect(0.53490001).close_to(0.5349, rtol=0, atol=1e-9))
        assert "0.53490001" in found.say


class TestHoles:
    """Comparisons that sloppier helpers let pass."""

    def test_two_empties(self):
        with pytest.raises(ValueError, match="empty"):
            expect(torch.empty(0)).close_to(torch.empty(0))
        for nothing in ([], (), np.empty((3, 0)), torch.empty(2, 0)):
            with pytest.raises(ValueError, match="empty"):
                expect(nothing).equals(nothing)

    @pytest.mark.parametrize(
        "value",
        [
            torch.empty(0),
            torch.ones(1, 7, 1),
            torch.ones(7),
            torch.ones(1, 7),
            torch.ones(()),
            torch.ones(7, 2),
            torch.ones(1, 1),
        ],
        ids=lambda value: str(tuple(value.shape)),
    )
    def test_shapes_that_broadcast(self, value):
        assert failure(lambda: expect(value).close_to(torch.ones(7, 1))).kind == "shape"

    @pytest.mark.parametrize("got", [NAN, INF, -INF])
    @pytest.mark.parametrize("place", [0, 3])
    def test_values_that_are_not_finite(self, got, place):
        value = torch.ones(4)
        value[place] = got
        found = failure(lambda: expect(value).close_to(torch.ones(4)))
        assert "not finite" in found.say
        assert found.evidence["place"] == [place]
        assert failure(lambda: expect(got).close_to(1.0)).kind == "values"
        assert failure(lambda: expect([1.0, got]).close_to([1.0, 1.0])).kind == "values"

    @pytest.mark.parametrize("expected", [INF, -INF, NAN])
    def test_an_expectation_that_is_not_finite_accepts_only_itself(self, expected):
        for wrong in {0.0, 1e30, INF, -INF, NAN} - {expected}:
            failure(lambda wrong=wrong: expect(wrong).close_to(expected))
            failure(
                lambda wrong=wrong: expect(torch.tensor([1.0, wrong])).close_to(torch.tensor([1.0, expected]))
            )
            failure(
                lambda wrong=wrong: expect(torch.tensor([1.0, wrong])).equals(torch.tensor([1.0, expected]))
            )
        for same in (torch.tensor([1.0, expected]), torch.tensor([[expected]], dtype=torch.float64)):
            expect(same.clone()).close_to(same).equals(same)
            expect(same + 0.0).close_to(same)
        expect(expected).close_to(expected)

    def test_lists_of_unequal_length(self):
        for value in ([1.0], [1.0, 2.0, 3.0], (), torch.ones(1)):
            found = failure(lambda value=value: expect(value).close_to([1.0, 2.0]))
            assert found.kind == "length"

    def test_booleans_are_no_numbers(self):
        for value in (True, np.bool_(HOLDS), torch.tensor(HOLDS), torch.tensor([True]), np.array([[True]])):
            assert failure(lambda value=value: expect(value).close_to(1)).kind in ("type", "dtype")
        assert (
            failure(lambda: expect(torch.ones(2, dtype=torch.bool)).close_to(torch.ones(2))).kind == "dtype"
        )
        assert failure(lambda: expect(torch.ones(2)).close_to(torch.ones(2) > 0)).kind == "dtype"
        assert failure(lambda: expect([True, False]).close_to([1, 0])).kind == "type"

    def test_complex_numbers_do_not_lose_their_imaginary_part(self):
        for value in (1 + 2j, np.complex64(1 + 2j), torch.tensor(1 + 2j), np.array([1 + 2j])):
            assert failure(lambda value=value: expect(value).close_to(1)).kind == "type"

    @pytest.mark.parametrize("value", ["1", "1_0", "nan", b"1", "１"])
    def test_text_is_no_number(self, value):
        assert failure(lambda: expect(value).close_to(10)).kind == "type"

    @pytest.mark.filterwarnings("ignore:.*quantized")
    def test_sparse_and_quantised_tensors_have_no_plain_values(self):
        quantised = torch.quantize_per_tensor(MATRIX, 0.1, 0, torch.qint8)
        for value in (MATRIX.to_sparse(), MATRIX.to("meta"), quantised):
            assert failure(lambda value=value: expect(value).close_to(MATRIX)).kind == "type"

    def test_large_integers_are_compared_exactly(self):
        x = torch.tensor([2**60, 5])
        assert failure(lambda: expect(x + torch.tensor([1, 0])).equals(x)).evidence["mismatched"] == 1
        expect(x.clone()).equals(x)


class TestTolerance:
    @pytest.mark.parametrize("expected", [0.05, -3.0, 1e4, 1e-3])
    @pytest.mark.parametrize(("share", "passes"), [(0.5, True), (-0.5, True), (2.0, False), (-2.0, False)])
    def test_half_of_it_passes_and_twice_it_fails(self, expected, share, passes):
        off = expected + share * (1e-5 + 1e-4 * abs(expected))
        cases = [
            (off, expected),
            (
                torch.tensor([1.0, off], dtype=torch.float64),
                torch.tensor([1.0, expected], dtype=torch.float64),
            ),
            ([1.0, off], [1.0, expected]),
            (np.array([[off]]), expected),
        ]
        for value, wanted in cases:
            if passes:
                expect(value).close_to(wanted)
            else:
                assert (
                    failure(lambda value=value, wanted=wanted: expect(value).close_to(wanted)).kind
                    == "values"
                )

    def test_zero_tolerance_of_equals(self):
        x = torch.tensor([1.0, 2.0])
        expect(x.clone()).equals(x)
        failure(lambda: expect(torch.nextafter(x, x + 1)).equals(x))
        failure(lambda: expect([1.0, 2.0000000001]).equals([1.0, 2.0]))


REAL_DTYPES = [
    torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.uint8, torch.int8, torch.int16,
    torch.int32, torch.int64, torch.uint16, torch.uint32, torch.uint64,
]  # fmt: skip


KINDS = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", ">f4", ">i8"]


class TestNumberRule:
    """Any value with exactly one element: every legitimate way to write it."""

    @pytest.mark.parametrize("dtype", REAL_DTYPES, ids=str)
    @pytest.mark.parametrize("shape", [(), (1,), (1, 1)], ids=str)
    def test_tensors_of_every_real_dtype(self, dtype, shape):
        expect(torch.full(shape, 3.0).to(dtype)).close_to(3.0).equals(3)

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("shape", [(), (1,), (1, 1)], ids=str)
    def test_arrays_and_scalars_of_every_real_dtype(self, kind, shape):
        array = np.full(shape, 3, dtype=kind)
        expect(array).close_to(3.0)
        expect(array.reshape(-1)[0]).close_to(3.0)

    @pytest.mark.parametrize("value", [3, 3.0, np.float64(3), np.int64(3)])
    def test_python_and_numpy_numbers(self, value):
        assert expect(value).number() == 3.0
        assert type(expect(value).number()) is float

    def test_with_a_graph(self):
        w = torch.tensor([3.0], requires_grad=True)
        expect(w).close_to(3.0)
        expect((w * 2).sum()).close_to(6)

    @pytest.mark.parametrize(
        "value", [torch.ones(2), torch.ones(1, 1, 1), torch.ones(0), np.ones((1, 0)), np.ones((1, 1, 1))]
    )
    def test_not_with_other_shapes(self, value):
        assert failure(lambda: expect(value).number()).kind == "shape"

    @pytest.mark.parametrize("value", [[3.0], (3.0,), {"a": 3.0}, None, "3", True, Opaque("int")])
    def test_not_in_a_container(self, value):
        assert failure(lambda: expect(value).number()).kind == "type"

    def test_numbers_beyond_floats(self):
        assert expect(10**400).number() == INF
        assert expect(-(10**400)).number() == -INF
        failure(lambda: expect(10**400).close_to(1.0))

    @pytest.mark.parametrize(
        "value", [2**53 + 1, torch.tensor([2**53 + 1]), np.int64(2**53 + 1), np.uint64(2**53 + 1)]
    )
    def test_integers_are_exact(self, value):
        assert expect(value).integer() == 2**53 + 1

    @pytest.mark.parametrize("value", [2.5, NAN, INF, torch.tensor(2.5), np.float32(-0.5)])
    def test_what_is_no_whole_number(self, value):
        found = failure(lambda: expect(value, "the index").integer())
        assert (found.kind, "whole number" in found.say) == ("values", True)

    def test_whole_floats_are_integers(self):
        assert expect(torch.tensor([[4.0]])).integer() == 4


class TestLists:
    @pytest.mark.parametrize(
        "value",
        [
            [1, 2.0, 3],
            (1.0, 2.0, 3.0),
            torch.tensor([1.0, 2.0, 3.0], requires_grad=True),
            torch.tensor([1, 2, 3]),
            np.array([1, 2, 3], dtype=np.uint8),
            [torch.tensor(1.0), np.float32(2), torch.tensor([[3]])],
        ],
    )
    def test_every_way_to_write_a_list_of_numbers(self, value):
        expect(value).close_to([1, 2, 3])
        expect(value).close_to((1.0, 2.0, 3.0))

    def test_count_and_place_in_a_list(self):
        found = failure(lambda: expect([1.0, 5.0, 3.5], "the losses").close_to([1.0, 2.0, 3.0]))
        assert found.say == (
            "2 of 3 values of the losses differ; the greatest difference is 3 "
            "(at [1]: expected 2, got 5; allowed: rtol 0.0001, atol 1e-05)."
        )

    def test_an_item_of_another_type(self):
        found = failure(lambda: expect([1.0, None]).close_to([1.0, 2.0]))
        assert found.say.startswith("Item 1 of the result should be a number, but it is None")

    def test_tensors_in_a_list(self):
        expect([MATRIX, 2.0]).close_to((MATRIX, 2))
        assert failure(lambda: expect([MATRIX.T, 2.0]).close_to((MATRIX, 2))).kind == "shape"
        assert failure(lambda: expect([MATRIX.double()]).equals([MATRIX])).kind == "dtype"

    def test_a_matrix_is_no_list(self):
        assert failure(lambda: expect(MATRIX).items()).kind == "type"

    def test_items_pair_and_key(self):
        assert expect((1, 2)).pair() == (1, 2)
        assert expect(torch.tensor([1.0, 2.0])).pair() == (1.0, 2.0)
        assert failure(lambda: expect([1]).pair()).kind == "length"
        assert expect({"a": 1}).key("a").number() == 1
        found = failure(lambda: expect({"a": 1}).key("b"))
        assert (found.kind, found.evidence) == ("keys", {"missing": "b"})
        assert failure(lambda: expect([1]).key("a")).kind == "type"
        assert "'a' in the result" in failure(lambda: expect({"a": None}).key("a").number()).say

    def test_a_long_answer_is_counted_before_it_is_spread_out(self):
        assert failure(lambda: expect(torch.zeros(1).expand(1 << 60)).items(3)).kind == "length"


class TestTextAndNothing:
    def test_text(self):
        expect("relu").equals("relu").close_to("relu")
        assert failure(lambda: expect("tanh").equals("relu")).kind == "values"
        assert failure(lambda: expect(1).equals("relu")).kind == "type"

    def test_nothing(self):
        expect(None).equals(None)
        assert failure(lambda: expect(0).equals(None)).kind == "type"

    @pytest.mark.parametrize(
        "expected", [True, {"a": 1}, {1}, 1j, Opaque("x"), torch.ones(1, dtype=torch.complex64)]
    )
    def test_what_no_grader_can_compare_with_is_its_own_fault(self, expected):
        with pytest.raises(TypeError):
            expect(1).close_to(expected)


class TestTensor:
    def test_returns_it_without_a_graph(self):
        w = torch.ones(2, requires_grad=True)
        assert not expect(w * 2).tensor((2,)).requires_grad
        assert torch.equal(expect(np.ones(2, dtype=np.float32)).tensor(), torch.ones(2))

    def test_meta_only_where_it_is_asked_for(self):
        value = torch.ones(2, 3, device="meta")
        assert expect(value).tensor((2, 3), meta=True).device.type == "meta"
        assert failure(lambda: expect(value).tensor((2, 3))).kind == "type"

    def test_dtype_classes(self):
        assert failure(lambda: expect(torch.ones(1)).tensor(floating=False)).kind == "dtype"
        assert failure(lambda: expect(torch.tensor([1])).tensor(floating=True)).kind == "dtype"
        found = failure(lambda: expect(torch.ones(1)).tensor(dtype=torch.float64))
        assert found.evidence == {"expected_dtype": "float64", "dtype": "float32"}


class TestConditions:
    @pytest.mark.parametrize("holds", [True, np.bool_(HOLDS), torch.tensor(HOLDS), np.array([True])])
    def test_that_hold(self, holds):
        expect(1).that(holds, "Not so.")

    @pytest.mark.parametrize("broken", [False, np.bool_(BROKEN), torch.tensor(BROKEN)])
    def test_that_do_not(self, broken):
        found = failure(lambda: expect(1).that(broken, "Not so.", kind="values"))
        assert (found.say, found.kind) == ("Not so.", "values")

    @pytest.mark.parametrize("condition", [None, "yes", [1], torch.ones(2) > 0, 1.5, NAN])
    def test_that_are_none_are_the_graders_fault(self, condition):
        with pytest.raises(TypeError, match="truth value"):
            expect(1).that(condition, "Not so.")


RIGHT = torch.tensor([1.0, 2.0])
TURNED = Mistake("turned", torch.tensor([2.0, 1.0]), say="Look at the order.")
SHORT = Mistake("short", lambda value: len(value) == 1, say="Look at the length.")


class TestMistakes:
    def test_recognised_by_value(self):
        found = failure(lambda: expect(torch.tensor([2.0, 1.0])).close_to(RIGHT, mistakes=[SHORT, TURNED]))
        assert (found.mistake, found.mistake_say) == ("turned", "Look at the order.")

    def test_recognised_by_predicate_whatever_failed_first(self):
        found = failure(lambda: expect([1.0]).close_to(RIGHT, mistakes=[TURNED, SHORT]))
        assert (found.kind, found.mistake) == ("type", "short")

    def test_the_first_that_fits_is_told(self):
        also = Mistake("also", lambda _: True, say="…")
        found = failure(lambda: expect(torch.tensor([2.0, 1.0])).equals(RIGHT, mistakes=[TURNED, also]))
        assert found.mistake == "turned"

    def test_none_that_fits(self):
        assert failure(lambda: expect(torch.zeros(2)).close_to(RIGHT, mistakes=[TURNED])).mistake == ""

    def test_never_where_the_comparison_passes(self):
        anything = Mistake("anything", lambda _: True)
        expect(RIGHT).close_to(RIGHT, mistakes=[anything]).equals(RIGHT, mistakes=[anything])
        expect(RIGHT).that(HOLDS, "…", mistakes=[anything])

    def test_recognised_where_a_condition_fails(self):
        found = failure(lambda: expect([1.0]).that(BROKEN, "Not so.", mistakes=[SHORT]))
        assert found.mistake == "short"

    @pytest.mark.parametrize(
        "predicate",
        [
            lambda value: value.no_such_thing,
            lambda value: value["a"],
            lambda value: torch.ones(2) > 0,  # noqa: ARG005
            lambda value: 1 / 0,  # noqa: ARG005
        ],
    )
    def test_a_predicate_that_raises_does_not_apply(self, predicate):
        found = failure(lambda: expect(None).close_to(1.0, mistakes=[Mistake("odd", predicate), SHORT]))
        assert found.mistake == ""

    @pytest.mark.parametrize(
        ("produced", "wrong"),
        [
            (None, 0.0),
            (NAN, 0.0),
            ("relu", "tanh"),
            ([1.0, 2.0], [2.0, 1.0]),
            (torch.empty(0), torch.empty(1)),
            ([], [1.0]),
            (torch.tensor([NAN, 1.0]), torch.tensor([1.0, NAN])),
            (MATRIX, MATRIX.T),
            (torch.tensor([True]), torch.tensor([False])),
        ],
    )
    def test_values_of_every_kind(self, produced, wrong):
        mistake = Mistake("known", produced)
        assert failure(lambda: expect(produced).close_to(7.0, mistakes=[mistake])).mistake == "known"
        assert failure(lambda: expect(wrong).close_to(7.0, mistakes=[mistake])).mistake == ""

    def test_a_value_that_cannot_be_compared_is_refused_when_it_is_declared(self):
        with pytest.raises(TypeError, match="'odd'"):
            Mistake("odd", {"a": 1})

    def test_exceptions_are_no_values(self):
        raises = Mistake("raised", raises="ValueError", match="shape")
        assert failure(lambda: expect(None).close_to(1.0, mistakes=[raises])).mistake == ""
        assert raises.explains("ValueError", "a shape is wrong")
        assert not raises.explains("ValueError", "a dtype is wrong")
        assert not raises.explains("TypeError", "a shape is wrong")
        assert not Mistake("valued", 1.0).explains("", "")


anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.complex_numbers(),
        st.text(max_size=3),
        st.binary(max_size=3),
        st.sampled_from([
            Opaque("Linear"),
            torch.empty(0),
            torch.ones(2, 3),
            torch.ones(2, 3, device="meta"),
            torch.ones((), dtype=torch.complex64),
            torch.eye(2).to_sparse(),
            torch.tensor([True, False]),
            torch.tensor([NAN, INF]),
            torch.ones(1, requires_grad=True) * 2,
            torch.tensor(2**62),
            torch.ones(2).to(torch.float8_e5m2),
            torch.Size([2]),
            torch.device("cpu"),
            torch.float32,
            np.array(["a", None], dtype=object),
            np.datetime64("NaT"),
            np.str_("a"),
        ]),
        hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=2)),
        hnp.arrays(hnp.scalar_dtypes(), ()).map(lambda array: array[()]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=1), inner, max_size=2),
    ),
    max_leaves=5,
)  # fmt: skip
EXPECTED = [
    1.0,
    2,
    INF,
    torch.ones(2, 3),
    torch.ones(1) > 0,
    np.arange(3),
    [1.0, 2.0],
    ["a", (1, None)],
    "a",
    None,
]
MISTAKES = [
    TURNED,
    SHORT,
    Mistake("nothing"),
    Mistake("empty", torch.empty(0)),
    Mistake("listed", [1.0, 2.0]),
]


class TestWhateverAStudentReturns:
    """The only exception is CheckFailed."""

    @settings(deadline=None, max_examples=300)
    @given(anything, st.sampled_from(EXPECTED))
    def test_comparisons(self, value, expected):
        for compare in (expect(value).close_to, expect(value).equals):
            self.ask(lambda compare=compare: compare(expected, mistakes=MISTAKES))
        self.ask(lambda: expect(value).close_to(expected, dtype=torch.float32))

    @settings(deadline=None, max_examples=300)
    @given(anything)
    def test_accesses(self, value):
        it = expect(value)
        self.ask(it.number)
        self.ask(it.integer)
        self.ask(it.tensor)
        self.ask(lambda: it.tensor((2, 3), floating=True, meta=True))
        self.ask(lambda: it.tensor(dtype=torch.int64))
        self.ask(it.items)
        self.ask(lambda: it.items(2))
        self.ask(it.pair)
        self.ask(lambda: it.key("a"))
        self.ask(lambda: it.that(BROKEN, "Not so.", mistakes=MISTAKES))

    @staticmethod
    def ask(question) -> None:
        failed = None
        try:
            question()
        except CheckFailed as error:
            failed = error
        assert failed is None or (failed.say and failed.kind)
