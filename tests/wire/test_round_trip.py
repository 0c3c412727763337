"""What a student's function returns arrives as it was, or as the name of its type: nothing in between."""

from __future__ import annotations

import collections
import enum
import math
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from labgrade.wire.plain import Opaque
from labgrade.wire.values import REQUEST

from .forge import SCALAR_DTYPES, TENSOR_DTYPES, plain_values, same, sent


def crossed(value):
    """What becomes of a value that has no plain form, also within lists; text loses what is no Unicode."""
    if isinstance(value, list):
        return [crossed(item) for item in value]
    names = {complex: "complex", bytes: "bytes", int: "int beyond 64 bits"}
    return "?" if isinstance(value, str) else Opaque(names[type(value)])


class Point(NamedTuple):
    x: int
    y: int


class TestWhatCrosses:
    @settings(deadline=None, max_examples=200)
    @given(plain_values)
    def test_any_plain_value_comes_back_equal(self, value):
        arrived = sent(value)
        assert same(native(value), arrived)

    @pytest.mark.parametrize("dtype", TENSOR_DTYPES, ids=str)
    @pytest.mark.parametrize("shape", [(), (1,), (0,), (2, 0, 3), (2, 3)], ids=str)
    def test_tensors_of_every_dtype_and_shape(self, dtype, shape):
        tensor = torch.ones(shape).to(dtype)
        assert same(tensor, sent(tensor))

    @pytest.mark.parametrize("value", [1 << 63, (1 << 64) - 1])
    def test_the_largest_unsigned_numbers(self, value):
        assert same(np.uint64(value), sent(np.uint64(value)))
        tensor = torch.from_numpy(np.array(value, dtype=np.uint64))
        assert same(tensor, sent(tensor))

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7e308])
    def test_floats_that_json_has_no_word_for(self, value):
        arrived = sent(value)
        assert same(value, arrived)
        assert math.copysign(1, arrived) == math.copysign(1, value)
        assert same(torch.tensor(value, dtype=torch.float64), sent(torch.tensor(value, dtype=torch.float64)))
        assert same(np.float64(value), sent(np.float64(value)))

    def test_views_arrive_with_their_own_values(self):
        x = torch.arange(24.0).reshape(2, 3, 4)
        for view in (x.permute(2, 0, 1), x[:, ::2], x[..., -1], x.expand(2, 2, 3, 4), x.diagonal()):
            assert same(view.contiguous(), sent(view))
        array = np.arange(6.0).reshape(2, 3)
        assert same(array[::-1, ::-1].copy(), sent(array[::-1, ::-1]))
        assert same(array.T.copy(), sent(array.T))

    def test_a_graph_is_cut_and_the_need_for_one_is_told(self):
        w = torch.ones(2, requires_grad=True)
        arrived = sent([w, w * 2, w.sum()])
        assert [t.requires_grad for t in arrived] == [True, True, True]
        assert [t.is_leaf for t in arrived] == [True, True, True]

    def test_parameters_and_subclasses_are_plain_tensors(self):
        class Stubborn(torch.Tensor):
            @classmethod
            def __torch_function__(cls, *_args, **_kwargs):
                raise RuntimeError("mine")

        assert same(torch.ones(2, requires_grad=True), sent(torch.nn.Parameter(torch.ones(2))))
        for plain in (torch.ones(2), torch.ones(2, dtype=torch.int64), torch.tensor(3.0)):
            assert same(plain, sent(plain.clone().as_subclass(Stubborn)))

    def test_meta_tensors_stay_without_values(self):
        arrived = sent(torch.empty(2, 1 << 30, dtype=torch.float16, device="meta"))
        assert (arrived.device.type, tuple(arrived.shape), arrived.dtype) == (
            "meta",
            (2, 1 << 30),
            torch.float16,
        )

    @pytest.mark.parametrize("kind", SCALAR_DTYPES)
    @pytest.mark.parametrize("order", ["<", ">"])
    def test_numpy_values_of_every_kind_and_byte_order(self, kind, order):
        array = np.array([[0, 1], [1, 0]], dtype=order + kind)
        assert same(array.astype(kind), sent(array))
        assert same(array.astype(kind)[0, 1], sent(array[0, 1]))

    def test_containers_keep_their_kind(self):
        assert same((1, [2, (3,)]), sent((1, [2, (3,)])))
        assert same(torch.Size([2, 3]), sent(torch.Size([2, 3])))
        assert same((1, 2), sent(Point(1, 2)))
        assert same({"a": 1}, sent(collections.OrderedDict(a=1)))

    def test_keys_of_a_dict(self):
        keys = [1, "1", 1.5, None, (1, "a"), np.int64(7), np.int64(8), torch.float32, torch.device("cpu")]
        arrived = sent({key: place for place, key in enumerate(keys)})
        assert list(arrived.values()) == list(range(len(keys)))
        assert (arrived[7], arrived[8]) == (5, 6)

    def test_a_key_that_does_not_cross_is_named(self):
        assert sent({frozenset(): 1}) == {Opaque("frozenset"): 1}

    def test_subclasses_of_numbers_and_text_arrive_as_what_they_hold(self):
        class Colour(str, enum.Enum):  # noqa: UP042 - as students write it
            RED = "red"

        assert same(["red", 2, "np"], sent([Colour.RED, enum.IntEnum("E", "A B").B, np.str_("np")]))

    def test_text_becomes_valid(self):
        assert sent("a\ud800b") == "a?b"
        assert sent("x" * 70_000) == "x" * 65_536

    def test_two_views_of_one_storage(self):
        x = torch.arange(4.0)
        assert same([x, x[1:], x.view(2, 2)], sent([x, x[1:], x.view(2, 2)]))


def native(value):
    """What a value is once arrays have this machine's byte order."""
    if isinstance(value, np.ndarray):
        return value.astype(value.dtype.newbyteorder("="))
    if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        return type(value)(native(item) for item in value)
    if isinstance(value, dict):
        return {key: native(item) for key, item in value.items()}
    return value


class Liar:
    def __init__(self, kind):
        self.kind = kind

    @property
    def __class__(self):
        return self.kind


class TestWhatDoesNotCross:
    @pytest.mark.parametrize(
        ("value", "name"),
        [
            (1j, "complex"),
            (b"x", "bytes"),
            ({1}, "set"),
            (range(3), "range"),
            ((n for n in "ab"), "generator"),
            (torch.nn.Linear(1, 1), "Linear"),
            (print, "builtin_function_or_method"),
            (np.array(["a"]), "array of <U1"),
            (np.array([None]), "array of object"),
            (np.datetime64("2026-01-01"), "datetime64"),
            (np.longdouble(1), "longdouble"),
            (1 << 63, "int beyond 64 bits"),
            (10**5_000, "int beyond 64 bits"),
            (torch.ones(2, dtype=torch.complex64), "complex64"),
            (torch.eye(2).to_sparse(), "sparse"),
            (torch.ones(2).to(torch.float8_e5m2), "float8"),
            (torch.ones([1] * 9), "1, 1"),
            (torch.ones(1).expand(1 << 50), "1125899906842624"),
            (torch.empty(0, 1 << 40), "1099511627776"),
            (torch.empty([1] * 9, device="meta"), "1, 1"),
            (torch.zeros(16 << 20, dtype=torch.uint8), "16777216"),
            (np.broadcast_to(np.ones(1), (1 << 40,)), "1099511627776"),
            (np.empty((0, 1 << 40)), "1099511627776"),
        ],
        ids=lambda case: case if isinstance(case, str) else "",
    )
    def test_its_type_is_named(self, value, name):
        arrived = sent(value)
        assert isinstance(arrived, Opaque)
        assert name in arrived.type_name

    @pytest.mark.filterwarnings("ignore:.*quantized")
    def test_a_quantised_tensor(self):
        arrived = sent(torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.quint8))
        assert "quint8" in arrived.type_name

    @pytest.mark.parametrize(
        "kind", [int, float, str, list, dict, bool, torch.Tensor, np.ndarray, type(None)]
    )
    def test_an_object_that_lies_about_its_class(self, kind):
        assert sent(Liar(kind)) == Opaque("Liar")

    def test_a_class_whose_name_is_computed(self):
        class Meta(type):
            @property
            def __name__(cls):
                raise RuntimeError("mine")

        class Plain(metaclass=Meta):
            pass

        assert sent(Plain()) == Opaque("Plain")

    def test_names_hold_nothing_invisible(self):
        hostile = type("a\x1b[31m\u202eb\nc" + "x" * 300, (), {})
        name = sent(hostile()).type_name
        assert name.isprintable()
        assert len(name) <= 120

    def test_nesting_beyond_the_limit_costs_only_the_innermost(self):
        value: object = 1
        for _ in range(1_000):
            value = {"a": (value,)}
        arrived = sent(value)
        depth = 0
        while not isinstance(arrived, Opaque):
            arrived = arrived["a"] if isinstance(arrived, dict) else arrived[0]
            depth += 1
        assert 10 <= depth <= 20

    @pytest.mark.parametrize(
        "build", [lambda x: [x], lambda x: (x,), lambda x: {"a": x}, lambda x: {(1, 2): x}]
    )
    def test_every_nesting_that_is_sent_is_accepted(self, build):
        value: object = math.nan
        for _ in range(40):
            value = build(value)
        assert "nested too deeply" in repr(sent(value))

    def test_a_list_that_holds_itself(self):
        value: list = []
        value += [value, value]
        arrived = sent(value)
        while isinstance(arrived, list):
            arrived = arrived[0]
        assert arrived == Opaque("a value nested too deeply")

    def test_a_long_list_costs_only_itself(self):
        arrived = sent([list(map(float, range(1_000_000))), torch.ones(2), list(range(10_000))])
        assert arrived[0] == Opaque("list of length 1000000, too long to send")
        assert same([torch.ones(2), list(range(10_000))], arrived[1:])

    def test_a_long_list_of_long_texts(self):
        arrived = sent(["é" * 60_000] * 1_000)
        assert isinstance(arrived, Opaque)

    def test_an_endless_iterator_of_a_list_is_not_asked(self):
        class Endless(list):
            def __iter__(self):
                while True:
                    yield 1

        assert sent(Endless([1, 2])) == [1, 2]

    def test_many_tensors_without_dimensions(self):
        """A list of losses on which nobody called item()."""
        losses = [torch.tensor(float(n), requires_grad=True) for n in range(5_000)]
        assert [loss.item() for loss in sent(losses)] == list(map(float, range(5_000)))

    def test_more_tensors_than_a_frame_holds(self):
        arrived = sent([torch.ones(1) for _ in range(12_000)])
        kinds = collections.Counter(type(item) for item in arrived)
        assert kinds[torch.Tensor] >= 5_000
        assert kinds[torch.Tensor] + kinds[Opaque] == 12_000

    def test_tensors_together_too_large(self):
        arrived = sent([torch.zeros(1 << 20, dtype=torch.float32) for _ in range(5)])
        assert [type(item) for item in arrived] == [torch.Tensor] * 3 + [Opaque] * 2

    @settings(deadline=None, max_examples=50)
    @given(st.recursive(st.sampled_from([1j, b"x", 1 << 70, "\ud800"]), st.lists, max_leaves=30))
    def test_no_value_makes_a_frame_that_is_refused(self, value):
        assert sent(value) == crossed(value)


class TestWhatAGraderHandsOver:
    def test_arrives_whole_or_is_the_graders_fault(self):
        images = torch.zeros(16 << 20, dtype=torch.uint8)
        assert same(sent([images.numel()], REQUEST), [images.numel()])
        with pytest.raises(TypeError, match="does not cross to the worker: set"):
            sent({1}, REQUEST)

    def test_may_be_larger_than_an_answer(self):
        from labgrade.wire.frames import UNLIMITED, decode
        from labgrade.wire.values import unpack

        from .forge import frame_of, parts

        images = torch.zeros(20 << 20, dtype=torch.uint8)
        frame = decode(*parts(frame_of([images, list(range(200_000))], REQUEST)), UNLIMITED)
        arrived = unpack(frame.head["value"], frame.tensors)
        assert arrived[0].shape == images.shape
        assert len(arrived[1]) == 200_000

    def test_what_a_student_returned_may_be_handed_on(self):
        assert sent(Opaque("Linear"), REQUEST) == Opaque("Linear")
