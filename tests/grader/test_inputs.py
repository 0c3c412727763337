"""Everything random in a grader follows from one secret, one way."""

from __future__ import annotations

import pytest
import torch

from labgrade.grader.inputs import Inputs, derive, draw_secret


class TestSeeds:
    def test_follow_from_the_secret_and_every_label(self):
        seeds = {
            derive(secret, *labels) for secret in (1, 2) for labels in [("a",), ("b",), ("a", "b"), ("ab",)]
        }
        assert len(seeds) == 8
        assert derive(1, "a", "b") == derive(1, "a", "b")

    def test_of_inputs_and_worker_have_nothing_in_common(self):
        assert derive(5, "input", "lab", "q1") != derive(5, "worker", "lab", "q1")

    def test_fit_a_generator(self):
        for secret in (0, 1, 2**63 - 1, 2**200):
            assert 0 <= derive(secret, "x") < 2**63

    def test_secrets_differ(self):
        assert len({draw_secret() for _ in range(20)}) == 20


class TestInputs:
    def test_are_the_same_for_a_seed_and_others_for_another(self):
        def draw(seed):
            rng = Inputs(seed)
            return (
                rng.uniform(0, 1),
                rng.normal(2, 2).tolist(),
                rng.integers(0, 10**6),
                rng.permutation(9),
                rng.seed(),
                rng.choice(range(10**6)),
            )

        assert draw(3) == draw(3)
        assert all(a != b for a, b in zip(draw(3), draw(4), strict=True))

    def test_have_the_promised_types(self):
        rng = Inputs(1)
        assert type(rng.uniform(-1, 1)) is float
        assert type(rng.integers(1, 2)) is int
        assert type(rng.seed()) is int
        assert (rng.uniform(-1, 1, 2, 3).dtype, rng.uniform(-1, 1, 2, 3).shape) == (torch.float32, (2, 3))
        assert (rng.normal(4).dtype, rng.normal(4).shape) == (torch.float32, (4,))
        assert (rng.integers(1, 2, 5).dtype, rng.integers(1, 2, 5).shape) == (torch.int64, (5,))
        assert rng.normal().shape == ()

    def test_keep_their_bounds(self):
        rng = Inputs(1)
        assert set(rng.integers(-1, 1, 200).tolist()) == {-1, 0, 1}
        assert {rng.integers(4, 4) for _ in range(3)} == {4}
        drawn = rng.uniform(2, 3, 500)
        assert 2 <= drawn.min() <= drawn.max() <= 3
        assert sorted(rng.permutation(7)) == list(range(7))
        assert {rng.choice("ab") for _ in range(50)} == {"a", "b"}
        assert all(0 <= rng.seed() < 2**31 for _ in range(50))

    def test_tensors_are_the_callers_own(self):
        rng = Inputs(1)
        x = rng.normal(3)
        x.zero_()
        assert not torch.equal(rng.normal(3), x)

    def test_an_empty_choice_is_the_graders_fault(self):
        with pytest.raises(ValueError, match="high"):
            Inputs(1).choice([])
