"""Our reader and writer of tensors, held to the library that defines the format."""

from __future__ import annotations

import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import SafetensorError

from labgrade.wire.strict_json import WireError
from labgrade.wire.tensors import decode_tensors, encode_tensors

from .forge import entry, same, tensors
from .forge import safetensors as body_of

bundles = st.dictionaries(
    st.text(max_size=3), tensors().map(lambda t: t.detach().contiguous().clone()), max_size=4
)


@settings(deadline=None, max_examples=100)
@given(bundles)
def test_the_library_reads_what_we_write(bundle):
    read = safetensors.torch.load(encode_tensors(bundle))
    assert same(dict(sorted(bundle.items())), dict(sorted(read.items())))


@settings(deadline=None, max_examples=100)
@given(bundles)
def test_we_read_what_the_library_writes(bundle):
    read = decode_tensors(safetensors.torch.save(bundle), 10)
    assert same(dict(sorted(bundle.items())), dict(sorted(read.items())))


@settings(deadline=None, max_examples=300)
@given(
    st.dictionaries(
        st.text(max_size=2),
        st.builds(
            entry,
            st.sampled_from(["U8", "BOOL", "F32", "F8_E4M3", "I64", "X"]),
            st.lists(st.integers(0, 3), max_size=3),
            st.tuples(st.integers(0, 8), st.integers(0, 8)),
        ),
        max_size=3,
    ),
    st.binary(max_size=8),
)
def test_we_accept_nothing_that_the_library_refuses(header, data):
    body = body_of(header, data)
    try:
        read = decode_tensors(body, 10)
    except WireError:
        return
    assert same(dict(sorted(safetensors.torch.load(body).items())), dict(sorted(read.items())))


def test_the_library_refuses_overlaps_as_we_do():
    body = body_of({"a": entry(shape=(2,), offsets=(0, 2)), "b": entry(offsets=(1, 2))}, b"\1\1")
    with pytest.raises(SafetensorError):
        safetensors.torch.load(body)
    with pytest.raises(WireError):
        decode_tensors(body, 10)


def test_tensors_that_were_read_are_writable_and_apart():
    read = decode_tensors(encode_tensors({"a": torch.ones(2), "b": torch.ones(2)}), 10)
    read["a"][0] = 5
    assert read["b"].tolist() == [1, 1]
