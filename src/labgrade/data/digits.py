"""The embedded default: the handwritten digits inside scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from labgrade.data.availability import Availability
from labgrade.data.images import SIZE, Images, Loaded, digest_of, fixed_order
from labgrade.errors import UserError

_TRAINING = 1_000
_SIDE = 8
_BRIGHTEST = 16
_INSTALL = "pip install scikit-learn"


@dataclass(frozen=True)
class PackagedDigits:
    """Handwritten digits that come with scikit-learn: 1,797 of 8×8 pixels, here resized to 28×28.

    1,000 are to train on. Which is fixed: the first 1,000 in `fixed_order("digits", 1797)`.
    """

    name: str = "digits"

    def look(self, roots: Sequence[Path]) -> Availability:
        """Look for the package; it lies in no data root."""
        del roots
        if find_spec("sklearn") is None:
            return Availability(found=False, detail="scikit-learn is absent", advice=_INSTALL)
        return Availability(found=True, detail="1,797 digits of 8 by 8 pixels, inside scikit-learn")

    def load(self, roots: Sequence[Path], *, download: bool = False) -> Loaded:
        """Read the digits.

        Args:
            roots: not searched.
            download: without effect; they are here.

        Raises:
            UserError: scikit-learn is absent or broken.
        """
        del roots, download
        try:
            return self._loaded(*_read())
        except (ImportError, OSError, EOFError, IndexError, RuntimeError, ValueError) as error:
            what = f"The digits inside scikit-learn cannot be read ({error})."
            raise UserError(what, "--data digits", _INSTALL) from error

    def _loaded(self, pixels: Tensor, labels: Tensor) -> Loaded:
        images = Images(_resized(pixels), labels.long())
        order = fixed_order(self.name, len(labels))
        return Loaded(
            train=images.pick(order[:_TRAINING]),
            test=images.pick(order[_TRAINING:]),
            classes=tuple(map(str, range(10))),
            digest=digest_of(pixels, labels),
            detail=f"{len(labels):,} digits of 8 by 8 pixels, resized to 28 by 28",
        )


def _read() -> tuple[Tensor, Tensor]:
    """Return (N, 8, 8) pixels from 0 to 16 and (N,) labels, both uint8.

    Its file is read directly where it lies where it has always lain: importing `sklearn.datasets` takes
    a second, the file some milliseconds.
    """
    spec = find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise ImportError("scikit-learn is absent")
    file = Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz"
    if file.is_file():
        table = np.loadtxt(file, delimiter=",", dtype=np.uint8)
        pixels, labels = table[:, :-1], table[:, -1]
    else:
        from sklearn.datasets import load_digits  # noqa: PLC0415 - see above

        pixels, labels = load_digits(return_X_y=True)
    return _tensor(pixels).reshape(-1, _SIDE, _SIDE), _tensor(labels)


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values.astype(np.uint8))


def _resized(pixels: Tensor) -> Tensor:
    """Return (N, 1, 28, 28) float32 in [0, 1], bilinear between the centres of pixels."""
    small = pixels.unsqueeze(1).float() / _BRIGHTEST
    return interpolate(small, size=(SIZE, SIZE), mode="bilinear", align_corners=False).clamp(0, 1)
