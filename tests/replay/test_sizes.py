"""No operator makes more than was foreseen before it ran: what limits rest on."""

from __future__ import annotations

import contextlib

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from labgrade.grader.replay import BadGraph
from labgrade.grader.replay.limits import MOST_NUMBERS, Tally
from labgrade.grader.replay.operators import ALLOWED, operator
from labgrade.grader.replay.program import Step
from labgrade.grader.replay.reading import DTYPES
from labgrade.grader.replay.sizes import extent, numbers_in, tensors_in
from labgrade.wire.operators import MEMORY_FORMATS, Node

pytestmark = pytest.mark.filterwarnings("ignore")  # torch warns of deviations of one number

FEW = st.integers(-1, 4)
SHAPES = st.lists(st.sampled_from([0, 1, 1, 2, 3, 4, 8]), max_size=5)
FLOATS = st.sampled_from([0.0, 0.5, 1.0, -2.0, 1e-5, 1e300, 1e-300, float("inf"), float("nan")])


@st.composite
def tensors(draw):
    dtype = draw(st.sampled_from([torch.float32, torch.float32, torch.float64, torch.int64, torch.bool]))
    tensor = torch.ones(draw(SHAPES), dtype=dtype)
    return tensor.transpose(0, 1) if tensor.dim() > 1 and draw(st.booleans()) else tensor


OF_KIND = {
    "Tensor": st.one_of(tensors(), tensors(), st.just(2.0)),
    "int": st.one_of(FEW, FEW, st.sampled_from([7, 30, 1024, 5000, 1 << 20, -1000])),
    "number": st.one_of(FEW, FLOATS),
    "float": FLOATS,
    "bool": st.booleans(),
    "str": st.sampled_from(["none", "tanh"]),
    "ScalarType": st.sampled_from(list(DTYPES.values())),
    "MemoryFormat": st.sampled_from(list(MEMORY_FORMATS.values())),
}


def values(kind):
    """Return a strategy for arguments of a schema's type; None for those that a graph never gives."""
    if kind.startswith("Optional["):
        inner = values(kind.removeprefix("Optional[").removesuffix("]"))
        return inner and st.one_of(st.none(), inner)
    if kind.startswith("List["):
        return st.lists(values(kind.removeprefix("List[").removesuffix("]")), max_size=4)
    return OF_KIND.get(kind)


@st.composite
def calls(draw):
    called = operator(draw(st.sampled_from(sorted(ALLOWED))))
    args, kwargs = [], {}
    for argument in called.overload._schema.arguments:
        strategy = values(str(argument.real_type))
        if strategy is None or (argument.has_default_value() and draw(st.booleans())):
            continue
        if argument.kwarg_only:
            kwargs[argument.name] = draw(strategy)
        else:
            args.append(draw(strategy))
    return called, args, kwargs


@st.composite
def windows(draw):
    """Calls of what slides a window, with arguments that mostly fit."""
    dimensions, small = draw(st.integers(1, 3)), st.integers(1, 3)

    def each(strategy):
        return [draw(strategy) for _ in range(draw(st.sampled_from([1, dimensions, dimensions])))]

    sides = [draw(st.integers(1, 12)) for _ in range(dimensions)]
    image = torch.ones(2, 4, *sides)
    name = draw(st.sampled_from(["convolution", "max_pool", "avg_pool", "im2col"]))
    if name == "convolution":
        weight = torch.ones(4, draw(st.sampled_from([2, 4])), *(draw(small) for _ in range(dimensions)))
        groups = 4 // weight.shape[1]
        options = [
            each(small),
            each(st.integers(0, 3)),
            each(small),
            draw(st.booleans()),
            each(st.integers(0, 2)),
        ]
        return operator("aten.convolution.default"), [image, weight, None, *options, groups], {}
    kernel, stride, padding, dilation = each(small), each(small), each(st.integers(0, 1)), each(small)
    if name == "im2col":
        return operator("aten.im2col.default"), [image, kernel, dilation, padding, stride], {}
    name += f"{max(dimensions, 2)}d" + ("_with_indices" if name == "max_pool" else "")
    gaps = [dilation] if name.startswith("max_pool") else []
    return operator(f"aten.{name}.default"), [image, kernel, stride, padding, *gaps, draw(st.booleans())], {}


def makes_no_more_than_foreseen(called, args, kwargs):
    with contextlib.suppress(BadGraph):
        step = Step(0, called, Node(called.overload, args, kwargs))
        foreseen = None if called.views else _foreseen(called, args, kwargs)
        with torch.no_grad():
            made = list(tensors_in(Tally(2).call(step, args, kwargs)))
        assert all(extent(tensor) <= MOST_NUMBERS for tensor in made)
        assert foreseen is None or all(tensor.numel() <= foreseen for tensor in made)


def _foreseen(called, args, kwargs):
    try:
        return numbers_in(called.base, args, kwargs)
    except Exception:  # noqa: BLE001 - the call is refused for the same reason
        return -1


@settings(max_examples=800, deadline=None)
@given(calls())
def test_no_result_is_larger_than_foreseen(call):
    makes_no_more_than_foreseen(*call)


@settings(max_examples=300, deadline=None)
@given(windows())
def test_no_window_has_more_places_than_foreseen(call):
    makes_no_more_than_foreseen(*call)


@pytest.mark.parametrize(
    ("name", "args", "numbers"),
    [
        ("arange", [7], 9),
        ("arange", [2, 7], 7),
        ("arange", [0, 1, 0.25], 6),
        ("repeat", [torch.ones(2, 3), [2, 2, 1]], 24),
        ("constant_pad_nd", [torch.ones(2, 3, 4), [1, 2, 0, 5]], 2 * 8 * 7),
        ("cat", [[torch.ones(2, 3), torch.ones(4, 3)]], 18),
        ("eye", [7], 49),
        ("addmm", [torch.ones(5), torch.ones(3, 4), torch.ones(4, 5)], 15),
        ("mv", [torch.ones(3, 4), torch.ones(4)], 3),
        ("add", [torch.ones(3, 1), torch.ones(4)], 12),
        ("upsample_nearest2d", [torch.ones(2, 3, 4, 5), [8, 10]], 480),
        ("sum", [torch.ones(2, 0, 3), [1]], 6),
    ],
)
def test_what_is_foreseen(name, args, numbers):
    assert numbers == numbers_in(name, args, {})
