"""Autograd forbidden, and autograd noticed: by every way that leads to it."""

from __future__ import annotations

import pytest
import torch
from torch.autograd import forward_ad, functional
from torch.autograd import grad as grad_by_name
from torch.autograd.forward_ad import make_dual as make_dual_by_name
from torch.func import grad as func_grad_by_name

from labgrade.errors import StudentRaised
from labgrade.probes import autograd_ran, without_autograd

from .in_process import InProcess, Replying


def square(x):
    return (x * x).sum()


def by_backward(x):
    x = x.detach().requires_grad_()
    square(x).backward()
    return x.grad


def by_autograd_backward(x):
    x = x.detach().requires_grad_()
    torch.autograd.backward(square(x))
    return x.grad


def by_grad(x):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(square(x), x)[0]


def by_grad_name(x):
    x = x.detach().requires_grad_()
    return grad_by_name(square(x), x, create_graph=True)[0].detach()


def by_batched_grad(x):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(square(x), x, torch.ones(1), is_grads_batched=True)[0][0]


def by_dual_name(x):
    with forward_ad.dual_level():
        return forward_ad.unpack_dual(make_dual_by_name(x, torch.ones_like(x)) ** 2).tangent


def by_dual(x):
    with forward_ad.dual_level():
        return forward_ad.unpack_dual(forward_ad.make_dual(x, torch.ones_like(x)) ** 2).tangent


WAYS = {
    "backward": by_backward,
    "torch.autograd.backward": by_autograd_backward,
    "torch.autograd.grad": by_grad,
    "grad imported by name": by_grad_name,
    "batched grad": by_batched_grad,
    "torch.func.grad": torch.func.grad(square),
    "torch.func.grad by name": func_grad_by_name(square),
    "torch.func.vjp": lambda x: torch.func.vjp(square, x)[1](torch.tensor(1.0))[0],
    "torch.func.jacrev": torch.func.jacrev(square),
    "torch.func.jacfwd": torch.func.jacfwd(square),
    "torch.func.jvp": lambda x: torch.func.jvp(square, (x,), (torch.ones_like(x),))[1] * torch.ones_like(x),
    "functional.jacobian": lambda x: functional.jacobian(square, x),
    "functional.jacobian forward": lambda x: functional.jacobian(
        square, x, strategy="forward-mode", vectorize=True
    ),
    "functional.vjp": lambda x: functional.vjp(square, x)[1],
    "functional.jvp": lambda x: functional.jvp(square, x, torch.ones_like(x))[1] * torch.ones_like(x),
    "dual numbers": by_dual,
    "dual numbers by name": by_dual_name,
}
ways = pytest.mark.parametrize("way", list(WAYS.values()), ids=list(WAYS))


def closed_form(x):
    return 2 * x


def graph_alone(x):
    x = x.detach().requires_grad_()
    y = square(x)
    assert y.grad_fn is not None
    return 2 * x


def central_difference(x):
    h = 1e-3
    return (square(x + h) - square(x - h)) / (2 * h) * torch.ones_like(x)


LAWFUL = [closed_form, graph_alone, central_difference]


class TestWithoutAutograd:
    @ways
    def test_autograd_raises(self, way):
        with pytest.raises(StudentRaised, match="autograd is switched off"):
            without_autograd(InProcess(way), torch.tensor([3.0]))

    @pytest.mark.parametrize("function", LAWFUL)
    def test_everything_else_works(self, function):
        value = without_autograd(InProcess(function), torch.tensor([3.0]))
        assert value.item() == pytest.approx(6, abs=1e-2)

    def test_arithmetic_on_a_tensor_that_requires_a_gradient(self):
        x = torch.tensor([3.0], requires_grad=True)
        assert without_autograd(InProcess(lambda t: t * t + t.exp().log()), x).item() == pytest.approx(12)

    def test_autograd_is_back_after_it(self):
        without_autograd(InProcess(closed_form), torch.tensor([3.0]))
        assert by_backward(torch.tensor([3.0])).item() == 6

    @ways
    def test_autograd_is_back_after_an_exception(self, way):
        for probe in (without_autograd, autograd_ran):
            with pytest.raises(StudentRaised, match="ZeroDivisionError"):
                probe(InProcess(lambda _: 1 / 0), torch.tensor([3.0]))
        assert way(torch.tensor([3.0])).item() == 6


class TestAutogradRan:
    @ways
    def test_every_way_is_noticed(self, way):
        value, ran = autograd_ran(InProcess(way), torch.tensor([3.0]))
        assert (value.item(), ran) == (6, True)

    @pytest.mark.parametrize("function", LAWFUL)
    def test_what_is_no_autograd_is_not(self, function):
        value, ran = autograd_ran(InProcess(function), torch.tensor([3.0]))
        assert value.item() == pytest.approx(6, abs=1e-2)
        assert ran is False

    def test_autograd_that_ran_before_does_not_count(self):
        by_backward(torch.tensor([3.0]))
        assert autograd_ran(InProcess(closed_form), torch.tensor([3.0]))[1] is False

    @pytest.mark.parametrize(
        ("reply", "read"),
        [
            (5, (5, False)),
            ((1, 2, 3), ((1, 2, 3), False)),
            ((1, "yes"), (1, False)),
            ([1, True], ([1, True], False)),
        ],
    )
    def test_a_forged_reply_is_no_proof(self, reply, read):
        assert autograd_ran(Replying(reply)) == read
