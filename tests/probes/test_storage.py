"""Storage shared or not: found by writing into the result and reading the argument."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from labgrade.probes.base import Call
from labgrade.probes.storage import SHARED_STORAGE, WRITE_THROUGH, shared_storage
from labgrade.wire.plain import Opaque

from .in_process import InProcess, Replying

WRITES = [(1, 70.0), (4, 80.0)]


def base() -> torch.Tensor:
    return torch.arange(6.0).reshape(2, 3)


class TestSharing:
    @pytest.mark.parametrize(
        ("function", "after"),
        [
            (lambda x: x, [0, 70, 2, 3, 80, 5]),
            (lambda x: x.view(-1), [0, 70, 2, 3, 80, 5]),
            (lambda x: x.reshape(3, 2), [0, 70, 2, 3, 80, 5]),
            (lambda x: x.permute(1, 0), [0, 1, 80, 70, 4, 5]),
            (lambda x: x.numpy(), [0, 70, 2, 3, 80, 5]),
            (lambda x: torch.from_numpy(x.numpy().T), [0, 1, 80, 70, 4, 5]),
            (lambda x: x.unsqueeze(0), [0, 70, 2, 3, 80, 5]),
            (lambda x: x[1], [0, 1, 2, 3, 70, 5]),
            (lambda x: x.data, [0, 70, 2, 3, 80, 5]),
        ],
    )
    def test_a_view_changes_the_base(self, function, after):
        _, seen = shared_storage(InProcess(function), base(), writes=WRITES)
        assert seen.flatten().tolist() == after

    @pytest.mark.parametrize(
        "function",
        [
            lambda x: x.clone(),
            lambda x: x.permute(1, 0).reshape(-1),
            lambda x: x.permute(1, 0).contiguous(),
            lambda x: x.numpy().copy(),
            lambda x: torch.tensor(x.tolist()),
            lambda x: x * 1,
            lambda x: x.to(torch.float64),
        ],
    )
    def test_a_copy_does_not(self, function):
        result, seen = shared_storage(InProcess(function), base(), writes=WRITES)
        assert torch.equal(seen, base())
        assert sorted(np.asarray(result).flatten().tolist()) == [0, 1, 2, 3, 4, 5]

    def test_the_result_is_the_one_before_the_writes(self):
        result, _ = shared_storage(InProcess(lambda x: x.view(-1)), base(), writes=WRITES)
        assert torch.equal(result, base().flatten())
        array, _ = shared_storage(InProcess(lambda x: x.numpy()), base(), writes=WRITES)
        assert array.tolist() == base().tolist()

    def test_where_the_base_stands_among_the_arguments(self):
        def f(dim, x, *, turned):
            assert turned
            return x.unsqueeze(dim)

        _, seen = shared_storage(InProcess(f), base(), 0, index=1, writes=[(5, 9.0)], turned=True)
        # args without the base are (0,); the base goes to place 1
        assert seen[1, 2] == 9

    def test_the_graders_own_tensor_is_not_touched(self):
        own = base()
        shared_storage(InProcess(lambda x: x), own, writes=WRITES)
        assert torch.equal(own, base())

    def test_an_array_as_base(self):
        array = np.arange(3.0)
        _, seen = shared_storage(InProcess(torch.from_numpy), array, writes=[(2, 7.0)])
        assert seen.tolist() == [0, 1, 7]

    def test_a_base_that_requires_a_gradient(self):
        _, seen = shared_storage(InProcess(lambda x: x.view(-1)), base().requires_grad_(), writes=[(0, 7.0)])
        assert seen[0, 0] == 7

    def test_no_dimensions(self):
        result, seen = shared_storage(InProcess(lambda x: x[0, 0]), base(), writes=[(0, 7.0), (1, 8.0)])
        assert (result.item(), seen[0, 0].item(), seen[0, 1].item()) == (0, 7, 1)


def inference_copy(x):
    with torch.inference_mode():
        return x + 1


class TestOddResults:
    @pytest.mark.parametrize(
        "function",
        [
            lambda x: None,  # noqa: ARG005
            lambda x: [x, x],
            lambda x: "text",  # noqa: ARG005
            lambda x: x.tolist(),
            lambda x: {"x": x},
            lambda x: x.sum().item(),
            lambda x: x.to_sparse(),
            lambda x: x.to("meta"),
            lambda x: x[:0],
            lambda x: np.broadcast_to(x.numpy()[0, 0], (9,)),
            lambda x: x.to(torch.complex64),
            lambda x: (n for n in x),
            inference_copy,
        ],
    )
    def test_nothing_is_written_and_nothing_breaks(self, function):
        _, seen = shared_storage(InProcess(function), base(), writes=WRITES)
        assert torch.equal(seen, base())

    @pytest.mark.parametrize("position", [6, 1 << 40, -1, -7])
    def test_positions_outside_are_passed_over(self, position):
        _, seen = shared_storage(InProcess(lambda x: x), base(), writes=[(position, 9.0), (0, 7.0)])
        assert seen.flatten().tolist() == [7, 1, 2, 3, 4, 5]

    def test_results_that_overlap_themselves(self):
        _, seen = shared_storage(InProcess(lambda x: x[0, 0].expand(4)), base(), writes=[(2, 9.0)])
        assert seen[0, 0] == 9
        windows = lambda x: x.view(-1).unfold(0, 3, 1)  # noqa: E731
        _, seen = shared_storage(InProcess(windows), base(), writes=[(4, 9.0)])
        assert seen.flatten().tolist() == [0, 1, 9, 3, 4, 5]

    def test_a_result_too_large_to_copy_is_named(self):
        before, after = shared_storage(InProcess(lambda x: x[0, 0].expand(10**13)), base(), writes=[])

        assert isinstance(before, Opaque)
        assert torch.equal(after, base())

    def test_an_integer_result(self):
        ints = torch.arange(3)
        _, seen = shared_storage(InProcess(lambda x: x), ints, writes=[(0, 7)])
        assert seen.tolist() == [7, 1, 2]

    @pytest.mark.parametrize("reply", [None, 5, (1,), [1, 2], Opaque("tuple")])
    def test_whatever_is_replied_comes_through(self, reply):
        assert shared_storage(Replying(reply), base(), writes=[]) == (reply, reply)


class TestLies:
    def test_the_writes_are_not_known_while_the_function_runs(self):
        """A copy that writes into its argument what the probe asks for finds nothing that tells it."""

        def lie(x):
            frame = sys._getframe()
            while frame is not None:
                for local in list(frame.f_locals.values()):
                    for position, value in (getattr(local, "options", None) or {}).get("writes", ()):
                        x.view(-1)[position] = value
                frame = frame.f_back
            return x.clone()

        # The test's own frames know the writes: only those of the worker's side may be looked at.
        call = Call(lie, [base()], {}, {"index": 0})
        SHARED_STORAGE.answer(call)
        seen = WRITE_THROUGH.answer(Call(lie, [], {}, {"writes": [[0, 7.0]]}))
        assert seen.flatten().tolist() == [0, 1, 2, 3, 4, 5]

    def test_a_subclass_that_writes_elsewhere_is_not_asked(self):
        class Elsewhere(torch.Tensor):
            def __setitem__(self, place, value):
                self.base.view(-1)[0] = value

        def copy(x):
            result = x.clone().as_subclass(Elsewhere)
            result.base = x
            return result

        _, seen = shared_storage(InProcess(copy), base(), writes=[(0, 7.0)])
        assert seen.flatten().tolist() == [0, 1, 2, 3, 4, 5]
