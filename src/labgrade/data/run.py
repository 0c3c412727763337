"""What one grading run sees of a data set: which images, which labels, which way up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from labgrade.data.images import Images, Loaded, fixed_order
from labgrade.errors import UserError

Draw = Callable[[str], int]
"""A label to a seed of 63 bits, by a one-way function of the run's secret."""

SYMMETRIES = 8
"""Ways to lay a square on itself; number 0 leaves it as it is."""

_HELD_BACK = 1_000
"""Most images that an accuracy is measured on: its standard error is then about one point."""

_FOR_LOADERS = 300
"""Least images for loaders; of a large data set a tenth of what is not to train on."""

_LEAST_HELD_BACK = 100


@dataclass(frozen=True, eq=False)
class RunData:
    """The images of a run. No image is in two of its three parts.

    With a secret, the classes change their labels and all images are turned or mirrored, the same way in
    all parts: training does not notice, but what was learnt or looked up elsewhere is worth nothing.
    Without one (a self-check) labels are the published ones and images upright.

    Attributes:
        name: of the data set.
        classes: names, in the data set's own order: `classes[original_class(label)]` is what a label shows.
        digest: of the whole data set, see `Loaded`.
        detail: of the whole data set, see `Loaded`.
        device: where student code is to work.
    """

    name: str
    classes: tuple[str, ...]
    digest: str
    detail: str
    device: torch.device
    _train: Images = field(repr=False)
    _test: Images = field(repr=False)
    _validation: Images = field(repr=False)
    _originals: tuple[int, ...] = field(repr=False)

    @property
    def train(self) -> Images:
        """The images to train on; a copy each time, as with the other two."""
        return self._train.copy()

    @property
    def test(self) -> Images:
        """The images held back, at most 1,000, to measure accuracy on; they never enter a worker."""
        return self._test.copy()

    @property
    def validation(self) -> Images:
        """The images for loaders that a worker sees; no accuracy mark rests on them."""
        return self._validation.copy()

    @property
    def split(self) -> str:
        """How many images each part has, in words."""
        train, test, loaders = (len(part) for part in (self._train, self._test, self._validation))
        return f"{train:,} to train on, {test:,} held back, {loaders:,} for loaders"

    def original_class(self, label: int) -> int:
        """Return the class, as the data set numbers them, whose images have this label in the run."""
        return self._originals[label]


def run_data(name: str, loaded: Loaded, *, images: int, draw: Draw | None, device: str = "cpu") -> RunData:
    """Choose what a run sees.

    Args:
        name: of the data set.
        loaded: the data set.
        images: how many there are to train on.
        draw: gives the seeds that follow from the run's secret; None for a self-check.
        device: where student code is to work.

    Raises:
        UserError: the data set has too few images.
    """
    _require(images, name, loaded)
    for_loaders, held_back = _apart(name, loaded.test)
    change = _Change.drawn(len(loaded.classes), draw) if draw else _Change.none(len(loaded.classes))
    seed = draw or _public

    def part(pool: Images, label: str, most: int) -> Images:
        order = np.random.default_rng(seed(label)).permutation(len(pool))
        return change.of(pool.pick(torch.from_numpy(order[:most])))

    return RunData(
        name=name,
        classes=loaded.classes,
        digest=loaded.digest,
        detail=loaded.detail,
        device=torch.device(device),
        _train=part(loaded.train, "train", images),
        _test=part(held_back, "test", _HELD_BACK),
        _validation=part(for_loaders, "validation", len(for_loaders)),
        _originals=change.originals(),
    )


def _apart(name: str, rest: Images) -> tuple[Images, Images]:
    """Return what is for loaders and what can be held back: the same in every run."""
    order = fixed_order(f"{name} test", len(rest))
    loaders = max(_FOR_LOADERS, len(rest) // 10)
    return rest.pick(order[:loaders]), rest.pick(order[loaders:])


def _require(images: int, name: str, loaded: Loaded) -> None:
    least = _FOR_LOADERS + _LEAST_HELD_BACK
    if len(loaded.train) < images or len(loaded.test) < least:
        raise UserError(
            f"{name} has too few images: {len(loaded.train):,} to train on and {len(loaded.test):,} others, "
            f"where {images:,} and {least:,} are needed.",
            f"--data {name}",
            "Use the full data set, or another.",
        )


def _public(label: str) -> int:
    return int.from_bytes(hashlib.sha256(label.encode()).digest()[:8], "big") >> 1


@dataclass(frozen=True)
class _Change:
    """What happens to all images of a run.

    Attributes:
        labels: original class to the run's label.
        symmetry: see `turned`.
    """

    labels: tuple[int, ...]
    symmetry: int

    @classmethod
    def none(cls, classes: int) -> _Change:
        return cls(tuple(range(classes)), 0)

    @classmethod
    def drawn(cls, classes: int, draw: Draw) -> _Change:
        """Every class gets another label, and no image stays upright."""
        generator = np.random.default_rng(draw("classes"))
        labels = generator.permutation(classes)
        while np.any(labels == np.arange(classes)):
            labels = generator.permutation(classes)
        symmetry = np.random.default_rng(draw("symmetry")).integers(1, SYMMETRIES)
        return cls(tuple(map(int, labels)), int(symmetry))

    def originals(self) -> tuple[int, ...]:
        """Return the run's label to the original class."""
        return tuple(self.labels.index(label) for label in range(len(self.labels)))

    def of(self, part: Images) -> Images:
        return Images(turned(part.images, self.symmetry), torch.tensor(self.labels)[part.labels])


def turned(images: Tensor, symmetry: int) -> Tensor:
    """Lay square images on themselves another way.

    Args:
        images: (N, 1, H, H).
        symmetry: 0 to 3 are that many quarter turns anticlockwise; 4 to 7 the same, mirrored left to right
            after them.

    Returns:
        Contiguous, of the same shape.
    """
    rotated = torch.rot90(images, symmetry % 4, (2, 3))
    return (rotated.flip(3) if symmetry >= SYMMETRIES // 2 else rotated).contiguous()


_STEPS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))
"""Pixels down and to the right."""


def gently_transformed(images: Tensor, generator: torch.Generator) -> Tensor:
    """Change images so that none equals its original, and a network still recognises them.

    Each has its contrast scaled by 0.9 to 1.1, moves by at most one pixel along one axis, and gets noise of
    standard deviation 0.02.

    Args:
        images: (N, 1, H, W) float32 in [0, 1].
        generator: where the changes come from.

    Returns:
        New images of the same shape, in [0, 1].
    """
    n = len(images)
    moved = _moved(images, torch.randint(len(_STEPS), (n,), generator=generator))
    mean = moved.mean((1, 2, 3), keepdim=True)
    contrast = 0.9 + 0.2 * torch.rand((n, 1, 1, 1), generator=generator)
    noise = 0.02 * torch.randn(images.shape, generator=generator)
    return (mean + contrast * (moved - mean) + noise).clamp(0, 1)


def _moved(images: Tensor, which: Tensor) -> Tensor:
    """Return images moved by the step whose number stands in `which`; what comes in is dark."""
    height, width = images.shape[2:]
    framed = pad(images, (1, 1, 1, 1))
    moved = torch.empty_like(images)
    for number, (down, right) in enumerate(_STEPS):
        rows, columns = slice(1 - down, 1 - down + height), slice(1 - right, 1 - right + width)
        moved[which == number] = framed[which == number][:, :, rows, columns]
    return moved
