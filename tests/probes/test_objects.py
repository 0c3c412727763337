"""Objects that stay in the worker: made, asked and handed over, whatever they are or are said to be."""

from __future__ import annotations

import gc

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from labgrade import probes
from labgrade.errors import StudentRaised
from labgrade.probes import Make, Remote, objects
from labgrade.wire.plain import Opaque, Ref

from .in_process import InProcess, Replying


@pytest.fixture(autouse=True)
def forgotten():
    objects.forget()
    yield
    objects.forget()


class Regression:
    """As a student writes it."""

    def __init__(self, rate=0.5, start=0.0):
        self.rate = rate
        self.w = torch.tensor([start], requires_grad=True)

    def forward(self, x):
        return self.w * x

    def update(self):
        with torch.no_grad():
            self.w -= self.rate * self.w.grad
        self.w.grad = None

    def noise(self):
        return torch.rand(2)


class TestKeeping:
    def test_it_lives_from_call_to_call(self):
        made = probes.create(InProcess(Regression), rate=0.25, start=2.0)

        assert made.type_name == "Regression"
        assert made.call("forward", torch.tensor([3.0])).tolist() == [6.0]
        made.set("w.grad", torch.tensor([4.0]))
        made.call("update")
        assert made.get("w").tolist() == [1.0]
        assert made.get("w.grad") is None
        assert made.get("w.requires_grad") is True

    def test_two_of_a_class_are_apart(self):
        class_ = InProcess(Regression)
        first, second = probes.create(class_, start=1.0), probes.create(class_, start=2.0)

        first.set("rate", 9)
        assert (first.get("rate"), second.get("rate")) == (9, 0.5)

    def test_an_argument_of_any_call(self):
        def seen(model, *more, **named):
            return [type(part).__name__ for part in (model, *more[0], more[1]["key"], named["name"])]

        made = probes.create(InProcess(Regression))
        layer = Make("torch.nn.Linear", 2, 3)
        told = InProcess(seen).ask("call", (made, [layer, (1,)], {"key": made}), {"name": layer})
        assert told == ["Regression", "Linear", "tuple", "Regression", "Linear"]

    def test_what_it_holds_is_the_same_object_each_time(self):
        made = probes.create(InProcess(list))
        InProcess(lambda values: values.append(1)).ask("call", (made,), {})

        assert made.call("copy") == [1]
        assert [made.is_a("builtins.list"), made.is_a("builtins.dict")] == [True, False]

    def test_after_the_exercise_it_is_gone(self):
        made = probes.create(InProcess(Regression))
        objects.forget()

        with pytest.raises(StudentRaised, match="KeyError"):
            made.get("w")
        with pytest.raises(StudentRaised, match="KeyError"):
            InProcess(lambda model: model).ask("call", (made,), {})

    def test_keys_are_never_used_again(self):
        keys = {probes.create(InProcess(Regression)).key for _ in range(20)}
        objects.forget()
        keys |= {probes.create(InProcess(Regression)).key for _ in range(20)}
        assert len(keys) == 40


class TestMaking:
    def test_a_library_object_from_nested_recipes(self):
        layers = [Make("torch.nn.Flatten"), Make("torch.nn.Linear", 4, 2, bias=False)]
        made = probes.make(InProcess(Regression), "torch.nn.Sequential", *layers)

        assert made.type_name == "Sequential"
        assert made.is_a("torch.nn.Module")
        assert made.call("forward", torch.ones(3, 2, 2)).shape == (3, 2)
        assert made.get("1.bias") is None

    def test_deep_nesting_crosses(self):
        recipe = Make("torch.nn.Identity")
        for _ in range(8):
            recipe = Make("torch.nn.Sequential", recipe)
        made = probes.make(InProcess(Regression), "torch.nn.Sequential", recipe)
        assert made.call("forward", 3) == 3

    def test_a_loader_over_tensors(self):
        x, y = torch.arange(10.0).reshape(5, 2), torch.arange(5)

        def batches(loader):
            assert type(loader) is DataLoader
            return [[a, b] for a, b in loader]

        told = InProcess(batches).ask("call", (probes.loader(x, y, batch_size=2),), {})
        assert [len(b) for _, b in told] == [2, 2, 1]
        assert torch.equal(torch.cat([a for a, _ in told]), x)

    def test_a_loader_over_the_students_own_data_set(self):
        class Squares(Dataset):
            def __len__(self):
                return 5

            def __getitem__(self, place):
                if not 0 <= place < 5:
                    raise IndexError(place)
                return torch.tensor(place**2)

        squares = probes.create(InProcess(Squares))
        assert [probes.length(squares), probes.item(squares, 3).item()] == [5, 9]
        loader = Make("torch.utils.data.DataLoader", squares, batch_size=5)
        (batch,) = InProcess(list).ask("call", (loader,), {})
        assert batch.tolist() == [0, 1, 4, 9, 16]
        with pytest.raises(StudentRaised, match="IndexError"):
            probes.item(squares, 7)

    @pytest.mark.parametrize("path", ["torch.nn.Nothing", "nothing.at.all", "Linear", ""])
    def test_a_path_that_leads_nowhere_raises(self, path):
        with pytest.raises(StudentRaised):
            probes.make(InProcess(Regression), path)


class TestMethodsAsCallees:
    def test_every_probe_takes_them(self):
        made = probes.create(InProcess(Regression), start=2.0)
        x = torch.tensor([3.0])

        assert torch.equal(
            probes.seeded(made.method("noise"), seed=3), probes.seeded(made.method("noise"), seed=3)
        )
        assert probes.without_autograd(made.method("forward"), x).tolist() == [6.0]
        assert made.call("forward", x).requires_grad
        assert not probes.without_gradients(made.method("forward"), x).requires_grad
        assert probes.within(made.method("forward"), x, seconds=5).value.tolist() == [6.0]

    def test_a_dotted_path(self):
        made = probes.make(InProcess(Regression), "torch.nn.Sequential", Make("torch.nn.Identity"))
        assert probes.seeded(made.method("0.forward"), 5, seed=1) == 5

    @pytest.mark.parametrize(
        ("function", "expected"),
        [
            (lambda: 0, 0),
            (lambda a, b, c=1, *more, d, **named: 0, 2),  # noqa: ARG005
            (Regression, 0),
            (nn.Linear, 2),
            (5, None),
            (dict.update, None),
        ],
    )
    def test_how_many_arguments_a_function_needs(self, function, expected):
        assert probes.arity(InProcess(function)) == expected

    def test_of_a_method_the_object_is_none(self):
        made = probes.create(InProcess(Regression))
        assert [probes.arity(made.method(name)) for name in ("forward", "update")] == [1, 0]

    @pytest.mark.parametrize("reply", [True, "2", 2.0, None, [2], Opaque("int"), torch.tensor(2)], ids=str)
    def test_another_reply_tells_nothing(self, reply):
        assert probes.arity(Replying(reply)) is None


class Lying:
    """Answers for itself wherever it is asked."""

    __class__ = nn.Module

    def __getattribute__(self, name):
        raise RuntimeError("mine")

    def __len__(self):
        return -1  # noqa: PLE0303 - as a student may write it

    def __getitem__(self, place):
        raise RuntimeError("mine")

    def __repr__(self):
        raise RuntimeError("mine")


class Dying:
    def __del__(self):
        raise SystemExit(3)


class Named(type):
    __name__ = property(lambda _: 7)  # type: ignore[assignment]


class TestOddObjects:
    def test_a_lie_about_the_class_is_not_asked(self):
        made = probes.create(InProcess(Lying))
        assert made.type_name == "Lying"
        assert not made.is_a("torch.nn.Module")

    @pytest.mark.parametrize(
        "ask", [lambda r: r.get("x"), lambda r: r.call("x"), lambda r: probes.item(r, 0)]
    )
    def test_what_it_raises_is_the_students(self, ask):
        with pytest.raises(StudentRaised, match="mine"):
            ask(probes.create(InProcess(Lying)))

    def test_a_negative_length_is_the_students(self):
        with pytest.raises(StudentRaised, match="ValueError"):
            probes.length(probes.create(InProcess(Lying)))

    def test_the_object_itself_crosses_by_its_name(self):
        made = probes.create(InProcess(Lying))
        assert InProcess(lambda value: value).ask("call", (made,), {}) == Opaque("Lying")

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_forgetting_outlives_what_it_forgets(self):
        probes.create(InProcess(Dying))
        objects.forget()
        gc.collect()
        assert probes.create(InProcess(Regression)).get("rate") == 0.5

    def test_a_class_without_a_name(self):
        assert probes.create(InProcess(Named("Hidden", (), {}))).type_name == ""

    @pytest.mark.parametrize("path", ["", "w.", ".w", "no", "w.no", "__dict__.no"])
    def test_a_path_that_is_not_there(self, path):
        made = probes.create(InProcess(Regression))
        if path == "":
            assert made.get(path) == Opaque("Regression")
        else:
            with pytest.raises(StudentRaised, match="AttributeError"):
                made.get(path)

    def test_what_cannot_be_set(self):
        made = probes.create(InProcess(lambda: 5))
        with pytest.raises(StudentRaised, match="AttributeError"):
            made.set("real", 3)


class TestForgedReplies:
    @pytest.mark.parametrize("reply", [None, 7, ["Linear"], Opaque("x"), torch.ones(2), np.ones(2)], ids=str)
    def test_a_name_that_is_none(self, reply):
        assert probes.create(Replying(reply)).type_name == ""
        assert probes.make(Replying(reply), "torch.nn.Linear").type_name == ""

    def test_a_name_fit_to_be_shown(self):
        name = probes.create(Replying("\x1b]0;x\x07\u202e\n<b>" + "é" * 60_000)).type_name

        assert name.isprintable()
        assert len(name) <= 120

    @pytest.mark.parametrize("reply", [1, "True", [True], None, Opaque("bool"), torch.tensor(1)], ids=str)
    def test_only_true_says_that_it_is_one(self, reply):
        assert Remote("object0", Replying(reply)).is_a("torch.nn.Module") is False

    def test_a_worker_cannot_hand_over_what_it_does_not_keep(self):
        """Objects of ours cross to the worker alone."""
        for value in (Ref("object0"), Remote("object0", None), Make("torch.nn.Linear", 2, 3)):
            told = InProcess(lambda value=value: [value]).ask("call", (), {})
            assert told == [Opaque(type(value).__name__)]
