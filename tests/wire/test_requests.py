"""What crosses to the worker alone, objects kept there and recipes; and replies larger than usual."""

from __future__ import annotations

import socket

import numpy as np
import pytest
import torch

from labgrade.wire.frames import LARGE, UNLIMITED, Connection, Frame, FrameLimits, decode, encode
from labgrade.wire.plain import Make, Opaque, Ref
from labgrade.wire.strict_json import WireError
from labgrade.wire.values import LARGE_REPLY, REPLY, REQUEST, pack, unpack

from .forge import LENGTHS, frame_of, parts, same, sent


def asked(value):
    """What arrives in the worker of a value that a grader hands over."""
    frame = decode(*parts(frame_of(value, REQUEST)), UNLIMITED)
    return unpack(frame.head["value"], frame.tensors)


def alike(left, right):
    """Whether two values are the same, recipes compared part by part."""
    if isinstance(left, Make):
        return (
            type(right) is Make
            and left.path == right.path
            and alike(left.args, right.args)
            and alike(left.kwargs, right.kwargs)
        )
    if isinstance(left, Ref):
        return type(right) is Ref and left.key == right.key
    if isinstance(left, (list, tuple)):
        return type(left) is type(right) and len(left) == len(right) and all(map(alike, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(alike(left[key], right[key]) for key in left)
    return same(left, right)


class Handle(Ref):
    """As probes use it: more than a key stays on the grader's side."""

    def __init__(self, key):
        super().__init__(key)
        object.__setattr__(self, "callee", object())


class TestToTheWorker:
    @pytest.mark.parametrize(
        "value",
        [
            Ref("object7"),
            Make("torch.nn.Flatten"),
            Make("torch.nn.Linear", 2, 3, bias=False),
            Make("a.b", torch.ones(2, 3), np.arange(3), x=torch.tensor(1.0), path="not the recipe's own"),
            Make(
                "a.b",
                Make("c.d", Ref("object1")),
                [Ref("object2"), (Make("e.f"),)],
                deep={"k": Ref("object3")},
            ),
            [Ref("object1"), Ref("object1")],
            {"model": Ref("object1"), 3: (Make("a.b"),)},
        ],
        ids=str,
    )
    def test_references_and_recipes_arrive(self, value):
        assert alike(value, asked(value))

    def test_a_handle_arrives_as_its_key(self):
        assert asked([Handle("object4")]) == [Ref("object4")]

    @pytest.mark.parametrize(
        "wrap", [lambda v: Make("a.b", v), lambda v: Make("a.b", x=v), lambda v: [v], lambda v: {1: v}]
    )
    def test_however_deep_they_arrive_or_are_refused_at_once(self, wrap):
        value, arrived = Make("a.b", 1), []
        for _ in range(30):
            value = wrap(value)
            try:
                frame_of(value, REQUEST)
            except TypeError:
                arrived.append(False)
            else:
                arrived.append(alike(value, asked(value)))
        assert arrived == sorted(arrived, reverse=True)
        assert 8 <= sum(arrived) < 30

    def test_what_does_not_cross_is_refused_within_a_recipe_too(self):
        with pytest.raises(TypeError, match="does not cross"):
            pack(Make("a.b", [object()]), {}, REQUEST)


class TestToTheGrader:
    @pytest.mark.parametrize("limits", [REPLY, LARGE_REPLY])
    def test_they_cross_by_their_names(self, limits):
        told = sent([Ref("object1"), Handle("object1"), Make("torch.nn.Linear", 2, 3)], limits)
        assert told == [Opaque("Ref"), Opaque("Handle"), Opaque("Make")]

    @pytest.mark.parametrize(
        "tree",
        [
            {"k": "ref"},
            {"k": "ref", "v": {"k": "ref"}, "more": 1},
            {"k": "make"},
            {"k": "make", "path": "a.b"},
            {"k": "make", "path": "a.b", "v": []},
            {"k": "make", "path": "a.b", "v": [1]},
            {"k": "make", "path": "a.b", "v": [[], {}, 1]},
            {"k": "make", "path": "a.b", "v": {"k": "tuple", "v": []}},
            {"k": "make", "path": "a.b", "v": [5, {"k": "dict", "v": []}]},
            {"k": "make", "path": "a.b", "v": [[], 5]},
            {"k": "make", "path": "a.b", "v": [[], {"k": "dict", "v": [[1, 2]]}]},
        ],
        ids=str,
    )
    def test_forged_ones_are_malformed_or_harmless(self, tree):
        try:
            value = unpack(tree, {})
        except WireError:
            return
        assert type(value) in (Ref, Make)
        assert all(part.isprintable() for part in (value.key if type(value) is Ref else value.path))


def connected(limits):
    ours, theirs = socket.socketpair()
    return Connection(ours, limits), theirs


class TestLargeReplies:
    SIZE = 20 << 20

    def test_the_length_alone_is_enough_to_refuse_one(self):
        connection, theirs = connected(FrameLimits())
        theirs.sendall(LENGTHS.pack(20, self.SIZE))
        with pytest.raises(WireError, match="over the limit"):
            connection.pump()

    def test_the_same_length_is_waited_for_where_it_was_asked_for(self):
        connection, theirs = connected(LARGE)
        theirs.sendall(LENGTHS.pack(20, self.SIZE))
        assert connection.pump() is None
        connection.limits = FrameLimits()
        with pytest.raises(WireError, match="over the limit"):
            connection.pump()

    @pytest.mark.parametrize("size", [(64 << 20) - 19, 1 << 31, (1 << 32) - 1])
    def test_beyond_it_none_is(self, size):
        connection, theirs = connected(LARGE)
        theirs.sendall(LENGTHS.pack(20, size))
        with pytest.raises(WireError, match="over the limit"):
            connection.pump()

    def test_a_large_head_is_not_part_of_it(self):
        connection, theirs = connected(LARGE)
        theirs.sendall(LENGTHS.pack((1 << 20) + 1, 0))
        with pytest.raises(WireError, match="over the limit"):
            connection.pump()

    def test_the_largest_that_is_packed_is_accepted(self):
        for limits, accepted in ((REPLY, FrameLimits()), (LARGE_REPLY, LARGE)):
            whole = torch.zeros(limits.tensor_bytes, dtype=torch.uint8)
            tensors = {}
            tree = pack([whole, torch.ones(1)], tensors, limits)
            raw = encode(Frame({"value": tree}, tensors))
            frame = decode(*parts(raw), accepted)

            assert len(raw) - LENGTHS.size <= accepted.frame_bytes
            large, small = unpack(frame.head["value"], frame.tensors)
            assert torch.equal(large, whole)
            assert isinstance(small, Opaque)
