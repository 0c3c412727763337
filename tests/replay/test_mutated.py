"""Graphs with parts exchanged at random: refused by `BadGraph`, or replayed, and nothing else."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.replay.networks import Branches, LeNet, OtherNorms, SmallResNet
from tests.replay.ways import captured, images

from labgrade.grader.replay import BadGraph, CapturedGraph
from labgrade.grader.replay.operators import ALLOWED

NETWORKS = [captured(make()) for make in (LeNet, Branches, OtherNorms, SmallResNet)]
SIZES = st.sampled_from([1 << 20, 1 << 31, 784, 10**9])
NUMBERS = st.one_of(st.integers(-3, 9), st.integers(-(1 << 70), 1 << 70), SIZES, st.floats())
TEXTS = st.sampled_from(
    ["#", "%0", "%1", "%2.0", "%3.1", "%9999", "*1", "*3", "*900000", "=float32", "=tanh", "@", "%", "*"]
)
JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=2)),
    max_leaves=6,
)
NAMES = st.sampled_from(sorted(ALLOWED))


def places(value, path=()):
    """Yield the path to every part of a graph."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


@st.composite
def mutated(draw):
    """A real graph with a few parts replaced, removed, exchanged or written twice."""
    plain = copy.deepcopy(draw(st.sampled_from(NETWORKS)))
    for _ in range(draw(st.integers(1, 4))):
        known = list(places(plain))
        # Most parts are tensors and their roles; most of what can go wrong is in the nodes.
        nodes = [path for path in known if path[0] == "nodes"] if draw(st.integers(0, 5)) else known
        *path, last = draw(st.sampled_from(nodes or known or [("nodes",)]))
        holder = at(plain, path)
        kind = draw(st.sampled_from(["junk", "number", "text", "other", "delete", "double", "name"]))
        if kind == "delete":
            holder.pop(last, None) if isinstance(holder, dict) else holder.pop(last)
        elif kind == "double" and isinstance(holder, list):
            holder.insert(last, copy.deepcopy(holder[last]))
        elif kind == "other":
            holder[last] = copy.deepcopy(at(plain, draw(st.sampled_from(nodes or known or [()]))))
        else:
            holder[last] = draw({"number": NUMBERS, "text": TEXTS, "name": NAMES}.get(kind, JUNK))
    return plain


@settings(max_examples=200, deadline=None)
@given(mutated())
def test_a_mutated_graph_is_refused_or_runs(plain):
    try:
        replay = CapturedGraph.from_plain(plain)
        logits = replay.logits(images(4))
    except BadGraph:
        return

    assert 4 == len(logits)
    assert replay.parameter_count >= 0
    assert len(replay.layers()) == replay.count("convolution") + replay.count("linear")
    for name in list(replay.tensors)[:2]:
        assert replay.influence(name, images(3), torch.Generator()) in {True, False}


@settings(max_examples=200, deadline=None)
@given(JUNK)
def test_junk_is_refused(plain):
    with pytest.raises(BadGraph):
        CapturedGraph.from_plain(plain)
