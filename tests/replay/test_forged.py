"""Graphs that no capture wrote: refused, in bounded memory, by nothing but `BadGraph`."""

from __future__ import annotations

import resource

import pytest
import torch
from tests.replay.networks import LeNet
from tests.replay.ways import captured, images

from labgrade.grader.replay import BadGraph, CapturedGraph
from labgrade.grader.replay.operators import ALLOWED, operator
from labgrade.wire.values import Opaque

MIB = 1 << 20
W = torch.randn(4, 1, 3, 3)
CHANNELS = torch.ones(1)


def graph(*nodes, leaves=None, output=None, shape=(1, 28, 28)):
    """Plain data of a graph; a node is (name, argument, …)."""
    tensors = leaves or {}
    return {
        "nodes": [[f"aten.{name}", list(args), {}] for name, *args in nodes],
        "leaves": tensors,
        "roles": dict.fromkeys(tensors, "parameter"),
        "images": [list(shape), "float32"],
        "output": output or f"%{len(nodes) - 1}",
    }


def test_every_operator_on_the_list_is_there():
    assert {operator(name).name for name in ALLOWED} == ALLOWED


@pytest.mark.parametrize(
    "plain", [None, 3, "graph", [], {}, Opaque("dict"), {"nodes": []}, {**graph(), "more": 1}, graph()]
)
def test_what_is_no_graph_is_refused(plain):
    with pytest.raises(BadGraph):
        CapturedGraph.from_plain(plain)


@pytest.mark.parametrize(
    "plain",
    [
        graph(("view.default", "#", ["*1", -1]), output="%1"),
        graph(("view.default", "#", ["*1", -1]), output="%-1"),
        graph(("view.default", "#", ["*1", -1]), output="%0.0"),
        graph(("view.default", "#", ["*1", -1]), output="@weight"),
        graph(("view.default", "#", ["*1", -1]), output="=view"),
        graph(("view.default", "%0", ["*1", -1])),
        graph(("view.default", "%1", ["*1", -1]), ("view.default", "#", ["*1", -1])),
        graph(("view.default", "#", ["*1", "-1"])),
        graph(("view.default", "#", ["*0", 784])),
        graph(("view.default", "#", ["*1", 784.0])),
        graph(("view.default", "#", ["*1", True])),
        graph(("view.default", "#", ["*1", None])),
        graph(("view.default", "#", ["*1", 10**30])),
        graph(("view.default", "#", [["*1"], 784])),
        graph(("view.default", "#", 784)),
        graph(("view.default", "#")),
        graph(("view.default", "#", ["*1", -1], 3)),
        graph(("view.dtype", "#", "=int32")),
        graph(("max.dim", "#", 3), output="%0"),
        graph(("max.dim", "#", 3), output="%0.1"),
        graph(("unbind.int", "#", 1), output="%0.7"),
        graph(("gelu.default", "#", "tanh")),
        graph(("_to_copy.default", "#", "=float32")),
        graph(("cat.default", "#", 1)),
        graph(("cat.default", ["#", None], 1)),
        graph(("cat.default", [["#"], "#"], 1)),
        graph(("relu.default", Opaque("Tensor"))),
        graph(("relu.default", torch.zeros(3))),
        graph(("sum.default", "#")),
        graph(("mean.dim", "#", [0])),
        graph(("gt.Scalar", "#", 0)),
        graph(("mm.default", "#", "#")),
        graph(("relu.default", "#"), shape=(0, 28)),
        graph(("relu.default", "#"), shape=(1 << 30,)),
        graph(("relu.default", "#"), shape=(1 << 12, 1 << 12)),
        graph(("relu.default", "#"), leaves={"w": torch.empty(3, device="meta")}),
        graph(("relu.default", "#"), leaves={"w": torch.zeros(3, dtype=torch.complex64)}),
        graph(("relu.default", "#"), leaves={"w": 3}),
        graph(("relu.default", "#"), leaves={3: W}),
        graph(("relu.default", "#"), leaves={"w" * 301: W}),
        {**graph(("relu.default", "#"), leaves={"w": W}), "roles": {}},
        {**graph(("relu.default", "#"), leaves={"w": W}), "roles": {"w": "teacher"}},
        {**graph(("relu.default", "#")), "images": [[1, 28, 28], "complex64"]},
        {**graph(("relu.default", "#")), "images": [[1, 28, 28], "int64"]},
        {**graph(("relu.default", "#")), "images": None},
        graph(("view.default", "#", ["*1", -1]), ("repeat.default", "%0", [1, 10])),
        {**graph(("relu.default", "#")), "nodes": [["aten.relu.default", ["#"]]]},
        {**graph(("relu.default", "#")), "nodes": [["aten.relu.default", ["#"], {"out": "#"}]]},
        {**graph(("relu.default", "#")), "nodes": [["aten.relu.default", [], {"self": "#"}]]},
        {**graph(("relu.default", "#")), "nodes": [["aten.zeros.default", [["*1", 3]], {"device": "=cuda"}]]},
        {**graph(("relu.default", "#")), "nodes": [["aten.relu.default", ["#"], {}]] * 5001},
    ],
)
def test_malformed_graphs_are_refused(plain):
    with pytest.raises(BadGraph):
        CapturedGraph.from_plain(plain)


@pytest.mark.parametrize(
    "name",
    [
        "aten.as_strided.default", "aten.set_.source_Storage", "aten.resize_.default",
        "aten.from_file.default", "aten.index.Tensor", "aten.gather.default", "aten.topk.default",
        "aten.nonzero.default", "aten._cdist_forward.default", "aten.max_unpool2d.default",
        "aten.embedding.default", "aten.randn.default", "aten.floor_divide.default", "aten.eq.Tensor",
        "aten._local_scalar_dense.default", "prims.where.default", "aten.relu.out", "aten.relu",
        "aten.__class__.default", "aten.relu.__call__", "os.system.default", "torch.load.default", "", "..",
        "aten..default", "aten.relu.default.", "ATEN.relu.default",
    ],
)  # fmt: skip
def test_other_operators_are_refused(name):
    with pytest.raises(BadGraph):
        CapturedGraph.from_plain({**graph(("relu.default", "#")), "nodes": [[name, ["#"], {}]]})


READS_BEYOND = {
    "batch norm with too few channels": graph(
        ("native_batch_norm.default", "#", None, None, "@m", "@m", False, 0.1, 1e-5),
        output="%0.0",
        leaves={"m": CHANNELS},
        shape=(4000, 3, 3),
    ),
    "batch norm without statistics": graph(
        ("native_batch_norm.default", "#", None, None, None, None, False, 0.1, 1e-5), output="%0.0"
    ),
    "weight norm with too few magnitudes": graph(
        ("_weight_norm_interface.default", "@v", "@g", 0),
        ("mul.Tensor", "%0.0", "#"),
        leaves={"v": torch.ones(2000, 28), "g": torch.ones(2, 1)},
    ),
    "upsampling by an absurd scale": graph(("upsample_nearest2d.default", "#", [56, 56], 1e-300, 2.0)),
    "strides of one's own": graph(("as_strided_.default", "#", ["*1", 999], [1, 1])),
    "group norm of more images": graph(
        ("native_group_norm.default", "#", None, None, 2000, 1, 784, 1, 1e-5), output="%0.0"
    ),
}


@pytest.mark.parametrize("plain", READS_BEYOND.values(), ids=READS_BEYOND)
def test_what_would_read_beyond_a_tensor_is_refused(plain):
    with pytest.raises(BadGraph):
        CapturedGraph.from_plain(plain)


CONVOLUTION = ("convolution.default", "#", "@w", None)
DOUBLED = [("cat.default", ["#", "#"], 1)] + [("cat.default", [f"%{i}", f"%{i}"], 1) for i in range(40)]
COPIES = [("clone.default", "#")] * 4999

TOO_LARGE = {
    "zeros": graph(("zeros.default", ["*1", 1 << 20, 1 << 10])),
    "zeros per image": graph(("zeros.default", ["*999999", 100])),
    "full": graph(("full.default", ["*1", 1 << 20, 1 << 20], 1.0)),
    "arange": graph(("arange.default", 1 << 60)),
    "arange by small steps": graph(("arange.start_step", 0, 1, 1e-300)),
    "arange without end": graph(("arange.default", float("inf"))),
    "eye": graph(("eye.default", 1 << 20)),
    "repeat": graph(("repeat.default", "#", [1, 1 << 10, 1 << 10, 1])),
    "expand": graph(("expand.default", "#", ["*1", 1 << 20, 28, 28]), ("clone.default", "%0")),
    "expand, and one empty dimension": graph(
        ("slice.Tensor", "#", 3, 0, 0),
        ("unsqueeze.default", "%0", 1),
        ("expand.default", "%1", ["*1", 1 << 20, 1 << 20, 28, 0]),
        ("sum.dim_IntList", "%2", [-1]),
    ),
    "outer product": graph(
        ("view.default", "#", ["*784", 1]),
        ("view.default", "#", ["*784"]),
        ("expand.default", "%1", [1 << 14, "*784"]),
        ("add.Tensor", "%0", "%2"),
    ),
    "padding": graph(("constant_pad_nd.default", "#", [10**9, 10**9, 10**9, 10**9], 0.0)),
    "padding, small images": graph(("constant_pad_nd.default", "#", [1 << 20, 1 << 20, 99, 0], 0.0)),
    "convolution, padding": graph(
        (*CONVOLUTION, [1, 1], [10**9, 10**9], [1, 1], False, [0, 0], 1), leaves={"w": W}
    ),
    "convolution, transposed": graph(
        (*CONVOLUTION, [1000, 1000], [0, 0], [1, 1], True, [0, 0], 1), leaves={"w": W[:1]}
    ),
    "upsampling": graph(("upsample_nearest2d.default", "#", [1 << 20, 1 << 10])),
    "adaptive pooling": graph(("_adaptive_avg_pool2d.default", "#", [1 << 20, 1 << 10])),
    "columns": graph(("im2col.default", "#", [1000, 1000], [1, 1], [999, 999], [1, 1])),
    "doubled again and again": graph(*DOUBLED),
    "split": graph(
        ("expand.default", "@c", [5000]), ("split.Tensor", "%0", 1), output="%1.0", leaves={"c": CHANNELS}
    ),
    "matrix product": graph(
        ("expand.default", "@w", [1 << 20, 3]),
        ("t.default", "%0"),
        ("mm.default", "%0", "%1"),
        leaves={"w": torch.ones(1, 3)},
    ),
    "many copies": graph(
        *COPIES, ("cat.default", [f"%{i}" for i in range(0, 4990, 10)], 1), shape=(1, 1000, 1000)
    ),
}

TOO_SLOW = {
    "pooling, dilation": graph(
        ("max_pool2d_with_indices.default", "#", [1 << 20, 1], [1, 1], [1 << 19, 0], [1, 1]), output="%0.0"
    ),
    "pooling, kernel": graph(("avg_pool2d.default", "#", [1000, 1000], [1, 1], [500, 500])),
    "matrices": graph(
        ("expand.default", "@w", [4000, 4000]),
        *[("mm.default", "%0", "%0")] * 1000,
        ("stack.default", [f"%{i}" for i in range(1, 3)]),
        leaves={"w": torch.ones(1, 1)},
    ),
    "a large kernel": graph(
        (*CONVOLUTION, [1, 1], [500, 500], [1, 1], False, [0, 0], 1), leaves={"w": torch.ones(1, 1, 600, 600)}
    ),
}


@pytest.mark.parametrize("plain", [*TOO_LARGE.values(), *TOO_SLOW.values()], ids=[*TOO_LARGE, *TOO_SLOW])
def test_what_would_take_too_much_is_refused_before_it_is_computed(plain):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(BadGraph, match=r"more than|too many|more work"):
        CapturedGraph.from_plain(plain)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 700 * MIB // 1024


def test_what_nothing_depends_on_does_not_run():
    plain = graph(("zeros.default", [1 << 20, 1 << 20]), ("view.default", "#", ["*1", -1]))

    assert ["view"] == list(CapturedGraph.from_plain(plain).operators)


def test_memory_that_others_left_is_not_read():
    plain = graph(
        ("empty.memory_format", ["*1", 784]), ("view.default", "#", ["*1", 784]), ("add.Tensor", "%0", "%1")
    )

    given_images = images(4)

    assert torch.equal(given_images.flatten(1), CapturedGraph.from_plain(plain).logits(given_images))


def test_images_of_another_shape_are_refused():
    replay = CapturedGraph.from_plain(captured(LeNet()))

    for wrong in (torch.zeros(2, 1, 32, 32), torch.zeros(2, 784), torch.zeros(0, 1, 28, 28)):
        with pytest.raises(BadGraph):
            replay.logits(wrong)


def test_a_replay_that_takes_too_long_ends(monkeypatch):
    replay = CapturedGraph.from_plain(captured(LeNet()))
    monkeypatch.setattr("labgrade.grader.replay.running.MOST_SECONDS", -1.0)

    with pytest.raises(BadGraph, match="too long"):
        replay.logits(images(4))
