"""Images with their labels, a whole data set of them, its digest, and an order that never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

SIZE = 28
"""Height and width of every image."""


@dataclass(frozen=True, eq=False)
class Images:
    """Images and what they show.

    Attributes:
        images: (N, 1, 28, 28) float32 in [0, 1], bright on dark.
        labels: (N,) int64, from 0.
    """

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def pick(self, indices: Sequence[int] | Tensor) -> Images:
        """Return these images, in this order, as tensors of their own."""
        chosen = torch.as_tensor(indices)
        return Images(self.images[chosen], self.labels[chosen])

    def copy(self) -> Images:
        """Return the same in tensors of their own."""
        return Images(self.images.clone(), self.labels.clone())


@dataclass(frozen=True, eq=False)
class Loaded:
    """A data set, as it was published. Held-back images and those for loaders both come out of `test`.

    Attributes:
        train: what training images are drawn from.
        test: the other images; none of them is in `train`.
        classes: a name a label.
        digest: SHA-256, hexadecimal, over the pixels and labels of both parts.
        detail: how many images, and whether they are a sample of more; names no path.

    Raises:
        ValueError: shapes, dtypes or labels are not as `Images` says.
    """

    train: Images
    test: Images
    classes: tuple[str, ...]
    digest: str
    detail: str

    def __post_init__(self) -> None:
        if len(self.classes) < 2:  # noqa: PLR2004 - one class cannot be told from another
            raise ValueError(f"{len(self.classes)} classes")
        for part in (self.train, self.test):
            _require_form(part, len(self.classes))


def _require_form(part: Images, classes: int) -> None:
    n = len(part.labels)
    if part.images.shape != (n, 1, SIZE, SIZE) or part.images.dtype != torch.float32:
        raise ValueError(f"images of shape {tuple(part.images.shape)}, {part.images.dtype}, for {n} labels")
    if part.labels.shape != (n,) or part.labels.dtype != torch.int64:
        raise ValueError(f"labels of shape {tuple(part.labels.shape)}, {part.labels.dtype}")
    if n == 0 or int(part.labels.min()) < 0 or int(part.labels.max()) >= classes:
        raise ValueError(f"no labels, or some that are not from 0 to {classes - 1}")


def digest_of(*tensors: Tensor) -> str:
    """Return the SHA-256 of tensors' shapes and values, hexadecimal.

    Args:
        tensors: whole numbers from 0 to 255 of any dtype, as they were published: what is computed from them
            may differ in its last bit from one machine to the next.
    """
    total = hashlib.sha256()
    for tensor in tensors:
        total.update(f"{tuple(tensor.shape)}".encode())
        total.update(tensor.to(torch.uint8).contiguous().numpy().tobytes())
    return total.hexdigest()


def fixed_order(name: str, n: int) -> list[int]:
    """Return 0 … n−1 shuffled, always the same: sorted by the SHA-256 of "NAME NUMBER".

    No random generator comes in, so that no release of one changes which images are held back.
    """
    return sorted(range(n), key=lambda number: hashlib.sha256(f"{name} {number}".encode()).digest())
