"""Calls under a seed, and several in one process."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from labgrade.probes import repeated, seeded
from labgrade.wire.plain import Opaque

from .in_process import InProcess, Replying


class TestSeeded:
    def test_gives_what_torch_gives_after_the_seed(self):
        expected = torch.rand(3, generator=torch.Generator().manual_seed(11))
        assert torch.equal(seeded(InProcess(lambda: torch.rand(3)), seed=11), expected)

    def test_hands_on_all_arguments(self):
        assert seeded(InProcess(lambda a, *, b: (a, b)), 1, seed=3, b=2) == (1, 2)


class TestRepeated:
    def test_does_not_reseed_between(self):
        first, second = repeated(InProcess(lambda: torch.rand(3)))
        assert not torch.equal(first, second)

    def test_each_call_has_arguments_of_its_own(self):
        x = torch.zeros(2)
        values = repeated(InProcess(lambda t: t.add_(1)), x, times=3)
        assert [v.tolist() for v in values] == [[1.0, 1.0]] * 3
        assert x.tolist() == [0.0, 0.0]

    def test_a_result_that_a_later_call_changes_stays(self):
        kept = torch.zeros(1)
        array = np.zeros(1)

        def grow():
            kept.add_(1)
            array[0] += 1
            return {"t": [kept], "a": array}

        values = repeated(InProcess(grow))
        assert [(v["t"][0].item(), v["a"].item()) for v in values] == [(1, 1), (2, 2)]

    @pytest.mark.parametrize("wrap", [lambda t: t, lambda t: [t], lambda t: {"a": t}, lambda t: ((t,),)])
    def test_results_inside_a_graph(self, wrap):
        w = torch.ones(1, requires_grad=True)
        assert len(repeated(InProcess(lambda: wrap(w * 2)))) == 2

    def test_results_that_do_not_cross(self):
        assert repeated(InProcess(lambda: (n for n in "ab"))) == [Opaque("generator")] * 2

    @pytest.mark.parametrize("reply", [None, [], [1], [1, 2, 3], (1, 2), Opaque("list of length 2"), {}])
    def test_a_forged_reply_is_a_wrong_value_not_a_fault_of_the_grader(self, reply):
        first, second = repeated(Replying(reply))
        assert first is second is reply
