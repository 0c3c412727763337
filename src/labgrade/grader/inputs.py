"""Seeded inputs: everything random in a grader follows from one secret by a one-way function."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import TypeVar, overload

import numpy as np
import torch
from torch import Tensor

T = TypeVar("T")


def draw_secret() -> int:
    """Return a fresh secret of 63 bits for a grading run."""
    return secrets.randbits(63)


def derive(secret: int, *labels: str) -> int:
    """Return a 63-bit seed for `labels`: HMAC-SHA256 keyed with the secret.

    Whoever sees the seeds (the worker sees one) learns neither the secret nor another seed.
    """
    message = "\x1f".join(labels).encode()
    digest = hmac.new(str(secret).encode(), message, hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") >> 1


class Inputs:
    """Random inputs of one check (the `rng` fixture). Tensors are float32 unless said."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    @overload
    def uniform(self, low: float, high: float) -> float: ...
    @overload
    def uniform(self, low: float, high: float, *shape: int) -> Tensor: ...
    def uniform(self, low: float, high: float, *shape: int) -> float | Tensor:
        """Return a float, or with a shape a float32 tensor, uniform in [low, high)."""
        if not shape:
            return float(self._generator.uniform(low, high))
        return torch.from_numpy(self._generator.uniform(low, high, shape).astype(np.float32))

    def normal(self, *shape: int) -> Tensor:
        """Return a float32 tensor of standard normal values."""
        return torch.from_numpy(self._generator.standard_normal(shape).astype(np.float32))

    @overload
    def integers(self, low: int, high: int) -> int: ...
    @overload
    def integers(self, low: int, high: int, *shape: int) -> Tensor: ...
    def integers(self, low: int, high: int, *shape: int) -> int | Tensor:
        """Return an int, or with a shape an int64 tensor, uniform in low … high, both included."""
        if not shape:
            return int(self._generator.integers(low, high, endpoint=True))
        return torch.from_numpy(self._generator.integers(low, high, shape, endpoint=True))

    def choice(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[int(self._generator.integers(len(options)))]

    def permutation(self, n: int) -> list[int]:
        """Return 0 … n−1 in random order."""
        return [int(i) for i in self._generator.permutation(n)]

    def seed(self) -> int:
        """Return a seed for `torch.manual_seed`, below 2**31."""
        return int(self._generator.integers(1 << 31))
