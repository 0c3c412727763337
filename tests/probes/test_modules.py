"""Handles on modules: what is read is what torch registered, whatever a class says or a worker replies."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from labgrade import probes
from labgrade.errors import CheckFailed, StudentRaised
from labgrade.probes import Layer, Make, Remote, objects
from labgrade.probes.modules import Module
from labgrade.wire.plain import Opaque

from .in_process import InProcess, Replying


@pytest.fixture(autouse=True)
def forgotten():
    objects.forget()
    yield
    objects.forget()


class Plain(nn.Module):
    def __init__(self, width=3):
        super().__init__()
        self.first = nn.Linear(2, width)
        self.norm = nn.BatchNorm1d(width)
        self.drop = nn.Dropout(0.5)
        self.last = nn.Linear(width, 1, bias=False)

    def forward(self, x):
        return self.last(self.drop(torch.relu(self.norm(self.first(x)))))


class Evasive:
    """Says nothing of what it holds, and calls its training `train`."""

    def parameters(self, **_named):
        return iter(())

    def named_parameters(self, *_args, **_named):
        return iter(())

    def named_modules(self, *_args, **_named):
        return iter(())

    def modules(self):
        return iter(())

    def children(self):
        return iter(())

    def named_children(self):
        return iter(())

    def named_buffers(self, *_args, **_named):
        return iter(())

    def _named_members(self, *_args, **_named):
        return iter(())

    def state_dict(self, *_args, **_named):
        return {}

    def train(self, _loader, _epochs):
        raise RuntimeError("this trains")


class Hiding(Evasive, Plain):
    pass


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 2)
        self.b = nn.Linear(2, 2)
        self.b.weight = self.a.weight
        self.again = self.a

    def forward(self, x):
        return self.again(self.b(x))


def module(kind, *args):
    return probes.module(InProcess(kind), *args)


def names(made):
    return [p.name for p in made.parameters()]


PLAIN_NAMES = ["first.weight", "first.bias", "norm.weight", "norm.bias", "last.weight"]
BUFFER_NAMES = {"norm.running_mean", "norm.running_var", "norm.num_batches_tracked"}


class TestMaking:
    @pytest.mark.parametrize("value", [5, None, "model", [nn.Linear(1, 1)], Plain, torch.ones(2)], ids=str)
    def test_what_is_no_module_fails_the_check(self, value):
        with pytest.raises(CheckFailed, match=r"An nn\.Module was expected"):
            module(lambda: value)

    def test_the_seed_decides_the_first_weights(self):
        first, again, other = (probes.module(InProcess(Plain), seed=seed) for seed in (1, 1, 2))
        weights = [made.parameters()[0].value for made in (first, again, other)]
        assert torch.equal(weights[0], weights[1])
        assert not torch.equal(weights[0], weights[2])

    def test_a_stand_in_of_the_graders(self):
        layers = [Make("torch.nn.Flatten"), Make("torch.nn.Linear", 4, 2)]
        made = probes.make_module(InProcess(Plain), "torch.nn.Sequential", *layers)
        made.load([torch.ones(2, 4), torch.zeros(2)])
        assert made.forward(torch.ones(3, 2, 2)).tolist() == [[4, 4]] * 3


class TestReading:
    @pytest.mark.parametrize("kind", [Plain, Hiding])
    def test_what_is_registered_counts_whatever_the_class_says(self, kind):
        made = module(kind)

        assert names(made) == PLAIN_NAMES
        assert set(made.buffers()) == BUFFER_NAMES
        assert made.layers() == [
            Layer("first", "Linear"),
            Layer("norm", "BatchNorm1d"),
            Layer("drop", "Dropout"),
            Layer("last", "Linear"),
        ]

    def test_values_have_no_graph_and_are_copies(self):
        layer = nn.Linear(2, 1)
        made = module(lambda: layer)
        weight = made.parameters()[0]

        assert not weight.value.requires_grad
        assert torch.equal(weight.value, layer.weight.detach())
        weight.value.zero_()
        assert layer.weight.abs().sum() > 0

    def test_frozen_ones_are_told(self):
        layer = nn.Linear(2, 1)
        layer.bias.requires_grad_(requires_grad=False)
        assert [p.trainable for p in module(lambda: layer).parameters()] == [True, False]

    def test_tied_ones_are_told(self):
        tied = [(p.name, p.tied_to) for p in module(Tied).parameters()]

        assert tied == [
            ("a.weight", ""),
            ("a.bias", ""),
            ("b.weight", "a.weight"),
            ("b.bias", ""),
            ("again.weight", "a.weight"),
            ("again.bias", "a.bias"),
        ]
        assert [layer.name for layer in module(Tied).layers()] == ["a", "b"]

    def test_parameters_without_layers(self):
        class Bare(nn.Module):
            def __init__(self):
                super().__init__()
                self.rows = nn.ParameterList([torch.ones(2), torch.ones(3)])
                self.w = nn.Parameter(torch.ones(1))
                self.nothing = None
                self.register_parameter("bias", None)
                self.register_buffer("count", torch.zeros(1), persistent=False)

        made = module(Bare)
        assert [(p.name, tuple(p.value.shape)) for p in made.parameters()] == [
            ("w", (1,)),
            ("rows.0", (2,)),
            ("rows.1", (3,)),
        ]
        assert list(made.buffers()) == ["count"]
        assert made.layers() == [Layer("rows", "ParameterList")]

    def test_a_students_layer_counts_as_the_one_it_derives_from(self):
        named = type("Clever", (nn.Conv2d,), {})
        assert module(lambda: nn.Sequential(named(1, 2, 3))).layers() == [Layer("0", "Conv2d")]
        assert module(type("Own", (nn.Module,), {})).layers() == [Layer("", "Module")]

    def test_a_lazy_layer_is_empty_until_it_was_called(self):
        made = module(lambda: nn.LazyLinear(3))
        assert [tuple(p.value.shape) for p in made.parameters()] == [(0,), (0,)]
        with pytest.raises(CheckFailed, match=r"'weight' should have shape \(3, 2\)"):
            made.load([torch.ones(3, 2), torch.ones(3)])

        assert made.forward(torch.ones(4, 2)).shape == (4, 3)
        assert [tuple(p.value.shape) for p in made.parameters()] == [(3, 2), (3,)]

    def test_a_module_that_holds_itself(self):
        made = Plain()
        made.me = made
        handle = module(lambda: made)

        assert names(handle) == PLAIN_NAMES
        assert handle.forward(torch.ones(4, 2)).shape == (4, 1)

    @pytest.mark.filterwarnings("ignore:.*is deprecated")
    @pytest.mark.parametrize(
        ("wrap", "prefix"), [(nn.DataParallel, "module."), (torch.jit.script, ""), (nn.Module.double, "")]
    )
    def test_wrappers(self, wrap, prefix):
        made = module(lambda: wrap(Plain()))
        assert names(made) == [prefix + name for name in PLAIN_NAMES]

    def test_more_numbers_than_a_usual_reply_holds(self):
        made = module(lambda: nn.Linear(1_000, 5_000))
        weight = made.parameters()[0].value
        assert (weight.shape, weight.numel() * 4 > 16 << 20) == ((5_000, 1_000), True)

    def test_one_that_was_not_initialised_is_the_students(self):
        class Forgetful(nn.Module):
            def __init__(self):
                pass

        with pytest.raises(StudentRaised, match="AttributeError"):
            module(Forgetful).parameters()


class TestLoading:
    @pytest.mark.parametrize("kind", [Plain, Hiding])
    def test_all_by_order(self, kind):
        made = module(kind)
        values = [torch.full(p.value.shape, float(n)) for n, p in enumerate(made.parameters())]
        made.load(values)
        assert all(torch.equal(p.value, v) for p, v in zip(made.parameters(), values, strict=True))

    def test_some_by_name(self):
        made = module(Plain)
        before = made.parameters()
        made.load({"last.weight": torch.zeros(1, 3)})
        after = made.parameters()
        assert after[-1].value.tolist() == [[0, 0, 0]]
        assert all(torch.equal(a.value, b.value) for a, b in zip(before[:-1], after[:-1], strict=True))

    def test_tied_ones_count_once(self):
        made = module(Tied)
        made.load([torch.ones(2, 2), torch.zeros(2), torch.ones(2)])
        assert made.forward(torch.ones(1, 2)).tolist() == [[6, 6]]

    def test_other_dtypes_and_frozen_ones(self):
        made = module(lambda: nn.Linear(2, 1).double().requires_grad_(requires_grad=False))
        made.load([torch.ones(1, 2), torch.ones(1)])
        assert [p.value.dtype for p in made.parameters()] == [torch.float64] * 2

    @pytest.mark.parametrize(
        ("values", "say"),
        [
            ([], "The module should have 0 parameters, but it has 2."),
            ([torch.ones(1, 2)], "The module should have 1 parameters, but it has 2."),
            ([torch.ones(2, 1), torch.ones(1)], "The parameter 'weight' should have shape"),
            ({"w": torch.ones(1)}, "The module has no parameter 'w'."),
        ],
        ids=str,
    )
    def test_a_module_of_another_form_fails_the_check_and_stays(self, values, say):
        made = module(lambda: nn.Linear(2, 1))
        before = made.parameters()
        with pytest.raises(CheckFailed, match=say.replace(".", r"\.")):
            made.load(values)
        assert all(torch.equal(a.value, b.value) for a, b in zip(before, made.parameters(), strict=True))


class TestForward:
    def test_it_is_the_evaluation_and_leaves_no_trace(self):
        made = module(Plain)
        x = torch.randn(8, 2)
        before = made.buffers()
        first, second = made.forward(x), made.forward(x)

        assert torch.equal(first, second)
        assert not first.requires_grad
        assert made.is_training()
        assert all(torch.equal(before[name], value) for name, value in made.buffers().items())

    def test_or_the_training_where_that_is_asked_for(self):
        made = module(Plain)
        x = torch.randn(64, 2)
        made.set_mode(train=False)

        assert not torch.equal(made.forward(x, train=True), made.forward(x, train=True))
        assert not made.is_training()
        assert made.buffers()["norm.num_batches_tracked"] == 2

    def test_parts_keep_their_own_mode(self):
        model = Plain()
        model.norm.eval()
        made = module(lambda: model)
        made.forward(torch.ones(4, 2))
        assert [model.training, model.norm.training, model.drop.training] == [True, False, True]

    def test_the_mode_comes_back_also_where_forward_raises(self):
        made = module(Plain)
        with pytest.raises(StudentRaised):
            made.forward(torch.ones(4, 7))
        assert made.is_training()

    def test_a_method_called_train_is_not_called(self):
        made = module(Hiding)
        made.set_mode(train=False)
        assert not made.is_training()
        made.set_mode(train=True)
        x = torch.randn(64, 2)
        assert torch.equal(made.forward(x), made.forward(x))

    def test_hooks_and_calls_of_the_students_own_count(self):
        class Doubling(nn.Linear):
            def __call__(self, x):
                return 2 * super().__call__(x)

        layer = Doubling(1, 1)
        layer.register_forward_hook(lambda _layer, _x, y: y + 1)
        made = module(lambda: layer)
        made.load([torch.ones(1, 1), torch.zeros(1)])
        assert made.forward(torch.ones(1, 1)).tolist() == [[4]]

    def test_whatever_it_returns_arrives_as_it_is(self):
        class Two(nn.Module):
            def forward(self, x):
                return x, {"x": x}, object()

        first, second, third = module(Two).forward(torch.ones(1))
        assert (first.tolist(), second["x"].tolist(), third) == ([1], [1], Opaque("object"))


class TestGradients:
    def test_they_are_those_of_the_weighted_sum(self):
        layer = nn.Linear(2, 1)
        x, upstream = torch.randn(5, 2), torch.randn(5, 1)
        weight, bias = module(lambda: layer).gradients(x, upstream)

        torch.testing.assert_close(weight, upstream.T @ x)
        torch.testing.assert_close(bias, upstream.sum(0))
        assert layer.weight.grad is None

    @pytest.mark.parametrize("kind", [Plain, Hiding])
    def test_one_for_each_parameter(self, kind):
        found = module(kind).gradients(torch.randn(5, 2), torch.ones(5, 1))
        assert [None if g is None else tuple(g.shape) for g in found] == [(3, 2), (3,), (3,), (3,), (1, 3)]

    def test_none_for_what_is_frozen_or_not_used(self):
        class Half(nn.Module):
            def __init__(self):
                super().__init__()
                self.used, self.unused = nn.Linear(1, 1), nn.Linear(1, 1)
                self.used.bias.requires_grad_(requires_grad=False)

            def forward(self, x):
                return self.used(x)

        found = module(Half).gradients(torch.ones(1, 1), torch.ones(1, 1))
        assert [g is None for g in found] == [False, True, True, True]
        frozen = module(lambda: nn.Linear(1, 1).requires_grad_(requires_grad=False))
        assert frozen.gradients(torch.ones(1, 1), torch.ones(1, 1)) == [None, None]

    def test_tied_ones_get_the_whole_gradient_under_each_name(self):
        found = dict(
            zip(names(made := module(Tied)), made.gradients(torch.ones(1, 2), torch.ones(1, 2)), strict=True)
        )
        assert torch.equal(found["a.weight"], found["b.weight"])

    @pytest.mark.parametrize(
        ("forward", "say"),
        [
            (lambda x: (x, x), "should return a tensor, but it returns a value of type tuple"),
            (lambda x: x.sum(1), r"should have shape \(4, 2\), but it has shape \(4,\)"),
            (lambda x: x[:, :1], r"should have shape \(4, 2\), but it has shape \(4, 1\)"),
            (lambda _: None, "of type NoneType"),
        ],
    )
    def test_an_output_of_another_form_fails_the_check(self, forward, say):
        class Odd(nn.Linear):
            def forward(self, x):
                return forward(super().forward(x))

        with pytest.raises(CheckFailed, match=say):
            module(lambda: Odd(2, 2)).gradients(torch.ones(4, 2), torch.ones(4, 2))

    def test_an_output_without_a_graph_is_the_students(self):
        class Cut(nn.Linear):
            def forward(self, x):
                return super().forward(x).detach()

        with pytest.raises(StudentRaised, match="does not require grad"):
            module(lambda: Cut(2, 2)).gradients(torch.ones(4, 2), torch.ones(4, 2))


def forged(reply):
    return Module("object0", Replying(reply), "Net")


META = torch.empty(1 << 39, device="meta")
REPLIES = [
    None,
    7,
    "text",
    {},
    [],
    [1, None, "x"],
    [[]],
    [["w"]],
    [["w", 1, True, ""]],
    [["w", torch.ones(1), 1, ""]],
    [[b"w", torch.ones(1), True, ""]],
    [["w", Opaque("Tensor"), True, ""]],
    [["w", np.ones(1), True, ""]],
    [["w", META, True, ""]],
    {"w": 7, 3: torch.ones(1), "m": META},
    Opaque("list of length 9, too long to send"),
    torch.ones(3),
]


class TestForgedReplies:
    @pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: str(reply)[:40])
    def test_what_is_malformed_is_left_out(self, reply):
        made = forged(reply)

        assert made.parameters() == []
        assert made.buffers() == {}
        assert made.layers() == []
        assert made.is_training() is False

    def test_rows_beside_a_malformed_one_stay(self):
        rows = [["w", torch.ones(1), True, ""], None, ["v", torch.ones(2, requires_grad=True), False, "w"]]
        first, second = forged(rows).parameters()
        assert [first.name, second.name, second.trainable, second.tied_to] == ["w", "v", False, "w"]
        assert not second.value.requires_grad

    def test_a_size_that_no_machine_has_is_left_out(self):
        """Somebody may make a tensor of a parameter's size."""
        assert forged([["w", META, True, ""]]).parameters() == []
        assert forged({"w": META}).buffers() == {}
        assert forged([META]).gradients(None, torch.ones(1)) == [None]

    @pytest.mark.parametrize("reply", [7, ["x"], {"a": 1}, Opaque("str"), torch.ones(100_000), b"x"], ids=str)
    def test_a_complaint_that_is_none(self, reply):
        with pytest.raises(CheckFailed) as caught:
            forged(reply).load([torch.ones(1)])
        assert caught.value.say == "The module cannot be used as one."

    def test_a_complaint_is_short_and_fit_to_be_shown(self):
        for ask in (lambda made: made.load([]), lambda made: made.gradients(None, torch.ones(1))):
            with pytest.raises(CheckFailed) as caught:
                ask(forged("\x1b[2J\u202e\nThe module " + "x" * 60_000))
            assert caught.value.say.isprintable()
            assert len(caught.value.say) <= 400

    def test_names_are_fit_to_be_shown(self):
        text = "\x1b[2J\n" + "w" * 60_000
        (parameter,) = forged([[text, torch.ones(1), True, text]]).parameters()
        (layer,) = forged([[text, text]]).layers()
        (buffer,) = forged({text: torch.ones(1)}).buffers()
        for name in (parameter.name, parameter.tied_to, layer.name, layer.type_name, buffer):
            assert name.isprintable()
            assert len(name) <= 120

    @pytest.mark.parametrize("reply", [7, "text", Opaque("list"), {}], ids=str)
    def test_gradients_that_are_none(self, reply):
        with pytest.raises(CheckFailed):
            forged(reply).gradients(None, torch.ones(1))
        assert forged(None).gradients(None, torch.ones(1)) == []

    def test_a_class_that_only_claims_to_be_a_module(self):
        """`is_a` is a self-report; each probe looks at the object again."""
        claimed = probes.create(InProcess(object))
        made = Module(claimed.key, claimed.callee, "Net")
        for ask in (made.parameters, made.buffers, made.layers, lambda: made.forward(1)):
            with pytest.raises(StudentRaised, match=r"no nn\.Module"):
                ask()

    def test_a_type_name_in_feedback_is_fit_to_be_shown(self):
        with pytest.raises(CheckFailed) as caught:
            probes.as_module(Remote("object0", Replying(None), ""))
        assert "of type" in caught.value.say


class TestFunctionalDropout:
    def test_the_flag_that_torch_keeps_is_switched(self):
        class Own(nn.Module):
            def forward(self, x):
                return functional.dropout(x, training=self.training)

        x = torch.ones(100)
        made = module(Own)
        assert torch.equal(made.forward(x), x)
        assert not torch.equal(made.forward(x, train=True), x)
