"""Frames from a process that student code owns: each is a `WireError`, and takes little memory."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import tracemalloc

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from labgrade.errors import StudentRaised
from labgrade.wire.frames import Closed, Connection, Frame, FrameLimits, decode
from labgrade.wire.strict_json import WireError
from labgrade.wire.values import unpack
from labgrade.worker import messages

from .forge import LENGTHS, LIMITS, entry, frame_of, parts, plain_values, safetensors

MEGABYTE = 1 << 20


def refused(head: bytes, body: bytes = b"") -> None:
    """Assert that decoding raises WireError, and takes less than 2 × the frame limit of memory."""
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            decode(head, body, LIMITS)
        assert tracemalloc.get_traced_memory()[1] < 2 * LIMITS.frame_bytes
    finally:
        tracemalloc.stop()


class TestHeads:
    @pytest.mark.parametrize(
        "head",
        [
            b"",
            b"\xff\xfe",
            b"null",
            b"[]",
            b'"{}"',
            b"{",
            b"{}{}",
            b"{'a': 1}",
            b'{"a": 1, "a": 2}',
            b'{"a": {"b": 1, "b": 1}}',
            b'{"a": NaN}',
            b'{"a": -Infinity}',
            b'{"a": 1e999}',
            b'{"a": ' + b"9" * 1_000_000 + b"}",
            b'{"a": -' + b"9" * 200 + b"}",
            b"[" * 200_000,
            b"[" * 200_000 + b"]" * 200_000,
            b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
            b'{"a": "' + b"[" * 500 + b'", "b": ' + b"[" * 500 + b"]" * 500 + b"}",
            b'{"a": "\\\\", "b": ' + b"[" * 500 + b"]" * 500 + b"}",
            b'"\\" ' + b"[" * 500,
            b'{"a": "\xed\xa0\x80"}',
            b'{"a": "' + b"x" * MEGABYTE + b'"}',
            b'{"a": [' + b"{}," * 400_000 + b"{}]}",
        ],
        ids=lambda head: repr(head[:20]),
    )
    def test_are_refused(self, head):
        refused(head)

    def test_brackets_in_text_are_no_nesting(self):
        text = '\\"[{' * 1_000 + "\\"
        assert decode(json.dumps({"a": text}).encode(), b"", LIMITS).head == {"a": text}

    def test_siblings_are_no_nesting(self):
        many = [[0]] * 10_000
        assert decode(json.dumps({"a": many}).encode(), b"", LIMITS).head == {"a": many}

    def test_a_million_small_objects_stay_in_memory_bounds(self):
        tracemalloc.start()
        decode(b'{"a": [' + b"{}," * 340_000 + b"{}]}", b"", LIMITS)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 3 * LIMITS.frame_bytes


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b"x",
            b"1234567",
            struct.pack("<Q", 1 << 62),
            safetensors({}, size=3),
            safetensors({}, size=1 << 62),
            safetensors([]),
            safetensors(b'{"a": 1, "a": 1}'),
            safetensors({"a": 1}),
            safetensors({"a": entry()}),
            safetensors({"a": entry()}, b"\1\1"),
            safetensors({"a": entry(offsets=(1, 2))}, b"\1\1"),
            safetensors({"a": entry(offsets=(1, 0))}, b"\1"),
            safetensors({"a": entry(offsets=(0, 1, 2))}, b"\1"),
            safetensors({"a": entry(offsets=())}, b"\1"),
            safetensors({"a": entry(offsets=(-1, 0))}, b"\1"),
            safetensors({"a": entry(offsets=(0.0, 1.0))}, b"\1"),
            safetensors({"a": entry(offsets=(False, True))}, b"\1"),
            safetensors({"a": entry(), "b": entry()}, b"\1"),
            safetensors({"a": entry(shape=(2,), offsets=(0, 2)), "b": entry(offsets=(1, 2))}, b"\1\1"),
            safetensors({"a": entry(), "c": entry(offsets=(2, 3))}, b"\1\1\1"),
            safetensors({"a": entry(shape=(2,))}, b"\1"),
            safetensors({"a": entry(shape=(-1, -1))}, b"\1"),
            safetensors({"a": entry(shape=(1 << 40, 1 << 40))}, b"\1"),
            safetensors({"a": entry(shape=(0, 1 << 40), offsets=(0, 0))}),
            safetensors({"a": entry(shape=(1 << 40, 0), offsets=(0, 0))}),
            safetensors({"a": entry(shape=[1] * 5_000)}, b"\1"),
            safetensors({"a": entry(shape=[1] * 9)}, b"\1"),
            safetensors({"a": entry("BOOL")}, b"\2"),
            safetensors({"a": entry("BOOL", (3,), (0, 3))}, b"\0\1\xff"),
            safetensors({"a": entry("F4")}, b"\1"),
            safetensors({"a": entry("C64", (1,), (0, 8))}, b"\0" * 8),
            safetensors({"a": {**entry(), "dtype": ["U8"]}}, b"\1"),
            safetensors({"a": {**entry(), "more": 1}}, b"\1"),
            safetensors({"a": {**entry(), "shape": 1}}, b"\1"),
            safetensors({"__metadata__": {"a": "b"}}),
            safetensors({"__metadata__": {"a": "b"}, "a": entry()}, b"\1"),
            safetensors({"x" * 300: entry()}, b"\1"),
            safetensors({"\ud800": entry()}, b"\1"),
            safetensors({"a": [[[[1]]]]}),
            safetensors(b'{"a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1e0]}}', b"\1"),
            safetensors({str(n): entry(shape=(0,), offsets=(0, 0)) for n in range(10_001)}),
            safetensors({str(n): entry(shape=(0,), offsets=(0, 0)) for n in range(200_000)}),
        ],
        ids=lambda body: f"{body[8:60]!r} of {len(body)}",
    )
    def test_are_refused(self, body):
        refused(b"{}", body)

    def test_boolean_bytes_are_checked_in_every_tensor(self):
        good, bad = entry("BOOL", (2,), (0, 2)), entry("BOOL", (2,), (2, 4))
        refused(b"{}", safetensors({"a": good, "b": bad}, b"\0\1\0\3"))
        frame = decode(b"{}", safetensors({"a": good, "b": bad}, b"\0\1\0\1"), LIMITS)
        assert frame.tensors["b"].tolist() == [False, True]

    def test_hostile_names_are_only_names(self):
        names = ["", "../../etc/passwd", "\x00", "__class__", "é\u202e"]
        header = {name: entry(offsets=(n, n + 1)) for n, name in enumerate(names)}
        frame = decode(b"{}", safetensors(header, b"\1" * len(names)), LIMITS)
        assert set(frame.tensors) == set(names)


class TestValues:
    @pytest.mark.parametrize(
        "tree",
        [
            {},
            {"k": "no such kind"},
            {"k": ["tuple"], "v": []},
            {"k": "tuple"},
            {"k": "tuple", "v": "ab"},
            {"k": "float", "v": "1.5"},
            {"k": "float", "v": 1.5},
            {"k": "tensor", "v": "missing", "grad": False},
            {"k": "tensor", "v": ["t0"], "grad": False},
            {"k": "tensor", "v": "t0"},
            {"k": "array", "v": "half"},
            {"k": "array", "v": "missing"},
            {"k": "scalar", "dtype": "int8", "v": 300},
            {"k": "scalar", "dtype": "object_", "v": 1},
            {"k": "scalar", "dtype": "float64", "v": "1"},
            {"k": "scalar", "dtype": "float64", "v": {"k": "float"}},
            {"k": "scalar", "dtype": "uint64", "v": -1},
            {"k": "scalar_tensor", "dtype": "int8", "v": 1e300, "grad": False},
            {"k": "scalar_tensor", "dtype": "int64", "v": 1 << 80, "grad": False},
            {"k": "scalar_tensor", "dtype": "int64", "v": {"k": "float", "v": "nan"}, "grad": False},
            {"k": "scalar_tensor", "dtype": "int64", "v": 1, "grad": True},
            {"k": "scalar_tensor", "dtype": "complex64", "v": 1, "grad": False},
            {"k": "scalar_tensor", "dtype": "nn", "v": 1, "grad": False},
            {"k": "meta", "dtype": "float32", "shape": [1 << 40]},
            {"k": "meta", "dtype": "float32", "shape": [1 << 39, 1 << 39]},
            {"k": "meta", "dtype": "float32", "shape": [1] * 9},
            {"k": "meta", "dtype": "float32", "shape": ["1"]},
            {"k": "meta", "dtype": "float32", "shape": [1.0]},
            {"k": "meta", "dtype": "float32", "shape": [-1]},
            {"k": "meta", "dtype": "nn", "shape": [1]},
            {"k": "meta", "dtype": "_inductor", "shape": [1]},
            {"k": "dtype", "v": "_dynamo"},
            {"k": "dtype", "v": "load"},
            {"k": "dtype", "v": None},
            {"k": "device", "v": "nowhere"},
            {"k": "device", "v": {"a": 1}},
            {"k": "size", "v": [-1]},
            {"k": "size", "v": [1 << 63]},
            {"k": "size", "v": [None]},
            {"k": "dict", "v": [1]},
            {"k": "dict", "v": [[1, 2, 3]]},
            {"k": "dict", "v": [[{"k": "tuple", "v": [[]]}, 1]]},
            {"k": "opaque"},
            1 << 63,
            [[1 << 70]],
        ],
        ids=str,
    )
    def test_malformed_ones_are_refused(self, tree):
        tensors = {"t0": torch.ones(1), "half": torch.ones(1, dtype=torch.bfloat16)}
        with pytest.raises(WireError):
            unpack(tree, tensors)

    def test_no_module_is_imported_by_a_name_that_was_sent(self):
        import sys

        before = set(sys.modules)
        for name in ("onnx", "_inductor", "_export", "distributed"):
            with pytest.raises(WireError):
                unpack({"k": "dtype", "v": name}, {})
        assert set(sys.modules) == before

    def test_nesting_is_bounded_without_a_frame_too(self):
        tree: object = 1
        for _ in range(10_000):
            tree = [tree]
        with pytest.raises(WireError, match="nested"):
            unpack(tree, {})

    def test_one_stored_tensor_referred_to_twice(self):
        tree = [{"k": "tensor", "v": "t0", "grad": grad} for grad in (True, False)]
        first, second = unpack(tree, {"t0": torch.ones(1)})
        assert (first.requires_grad, second.requires_grad) == (True, False)

    def test_a_type_name_is_made_harmless(self):
        name = unpack({"k": "opaque", "type": "\x1b[2J\n\u202e" + "x" * 10_000}, {}).type_name
        assert name.isprintable()
        assert len(name) <= 120


# What bytes can hold is too wide to be found blindly: mutate frames that are almost right.
mutations = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True), st.sampled_from(["flip", "cut", "double"]), st.integers(1, 255)
    ),
    min_size=1,
    max_size=4,
)


def mutated(raw: bytes, changes: list[tuple[float, str, int]]) -> bytes:
    data = bytearray(raw)
    for where, how, amount in changes:
        place = int(where * len(data))
        if how == "flip" and data:
            data[place] ^= amount
        elif how == "cut":
            del data[place : place + amount]
        else:
            data[place:place] = data[place : place + amount]
    return bytes(data)


KINDS = [
    "float", "tuple", "size", "dict", "tensor", "scalar_tensor", "meta", "array", "scalar", "device", "dtype",
    "opaque",
]  # fmt: skip
json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=5),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["k", "v", "dtype", "shape", "grad", "type"]), inner, max_size=4),
        st.fixed_dictionaries(
            {
                "k": st.sampled_from(KINDS),
                "v": inner,
                "dtype": st.sampled_from(["float32", "int8", "bool", "uint64", "quint8", "x"]),
                "shape": inner,
                "grad": st.booleans(),
                "type": inner,
            }
        ),
    ),
    max_leaves=6,
)


class TestNothingElseEscapes:
    """Only WireError, or a value, whatever comes."""

    @settings(deadline=None, max_examples=200)
    @given(st.binary(max_size=80), st.binary(max_size=80))
    def test_any_bytes(self, head, body):
        self.read(head, body)
        self.read(b"{}", body)

    @settings(deadline=None, max_examples=200)
    @given(plain_values, mutations, mutations)
    def test_mutated_frames(self, value, of_head, of_body):
        head, body = parts(frame_of(value))
        self.read(mutated(head, of_head), body)
        self.read(head, mutated(body, of_body))

    @settings(deadline=None, max_examples=200)
    @given(st.dictionaries(st.sampled_from(["id", "value", "error", "more"]), json_values, max_size=3))
    def test_any_reply(self, head):
        frame = Frame(head, {"t0": torch.ones(2)})
        with contextlib.suppress(WireError, StudentRaised):
            messages.read_reply(frame, 1)

    @settings(deadline=None, max_examples=200)
    @given(json_values)
    def test_any_value(self, tree):
        with contextlib.suppress(WireError):
            unpack(tree, {"": torch.ones(2), "0": torch.ones((), dtype=torch.bfloat16)})

    @settings(deadline=None, max_examples=100)
    @given(
        st.fixed_dictionaries(
            {
                "names": json_values | st.lists(st.text(max_size=3), max_size=2),
                "findings": json_values | st.lists(st.lists(json_values, min_size=4, max_size=4), max_size=2),
                "output": json_values,
                "forkable": json_values,
            }
        )
        | st.dictionaries(st.text(max_size=3), json_values, max_size=2)
    )
    def test_any_load_reply(self, head):
        with contextlib.suppress(WireError):
            messages.read_load_reply(Frame(head), 100)

    @staticmethod
    def read(head: bytes, body: bytes) -> None:
        with contextlib.suppress(WireError):
            frame = decode(head, body, LIMITS)
            unpack(frame.head.get("value"), frame.tensors)


@pytest.fixture
def ends():
    """A raw socket, and a connection that reads what is written into it."""
    ours, theirs = socket.socketpair()
    connection = Connection(ours, FrameLimits(frame_bytes=1_000, head_bytes=500))
    yield theirs, connection
    connection.close()
    theirs.close()


class TestConnection:
    def test_waits_for_a_whole_frame(self, ends):
        raw, connection = ends
        frame = frame_of([1, torch.ones(3)])
        for byte in frame[:-1]:
            raw.sendall(bytes([byte]))
            assert connection.pump() is None
        raw.sendall(frame[-1:])
        arrived = connection.pump()
        assert torch.equal(unpack(arrived.head["value"], arrived.tensors)[1], torch.ones(3))

    def test_two_frames_that_came_together(self, ends):
        raw, connection = ends
        raw.sendall(frame_of(1) + frame_of(2))
        assert [connection.pump().head, connection.receive().head] == [{"value": 1}, {"value": 2}]

    @pytest.mark.parametrize(
        ("head", "body"), [((1 << 32) - 1, 0), (0, (1 << 32) - 1), (501, 0), (500, 501), (0, 1_001)]
    )
    def test_a_length_beyond_the_limit_is_refused_before_anything_is_read(self, ends, head, body):
        raw, connection = ends
        raw.sendall(LENGTHS.pack(head, body))
        with pytest.raises(WireError, match="over the limit"):
            connection.pump()
        with pytest.raises(WireError, match="over the limit"):
            connection.receive()

    @pytest.mark.parametrize("sent", [b"", b"\0", frame_of("abc")[:-1]])
    def test_an_end_in_the_middle_is_closed(self, ends, sent):
        raw, connection = ends
        raw.sendall(sent)
        raw.shutdown(socket.SHUT_WR)
        with pytest.raises(Closed):
            connection.receive()
        with pytest.raises(Closed):
            connection.pump()

    def test_sending_to_nobody_is_closed(self, ends):
        raw, connection = ends
        raw.close()
        with pytest.raises(Closed):
            connection.send(Frame({"a": 1}))

    def test_sending_to_somebody_who_does_not_read_ends(self, ends):
        _, connection = ends
        with pytest.raises(TimeoutError):
            connection.send(Frame({"a": "x" * (8 << 20)}), timeout=0.05)
