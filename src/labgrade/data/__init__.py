"""Data sets of the image exercises: found, read (`Loaded`), and what one run sees of them (`run.RunData`)."""

from __future__ import annotations

from labgrade.data.digits import PackagedDigits
from labgrade.data.idx import FASHION_CLASSES, IdxImages

BUILTIN_DATASETS = (
    PackagedDigits(),
    IdxImages("mnist", "MNIST"),
    IdxImages("fashion_mnist", "FashionMNIST", FASHION_CLASSES),
)
"""What labgrade itself knows of, in the order that `doctor` lists."""
