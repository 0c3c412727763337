"""Small data sets in IDX files, as MNIST's are."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


def pixels(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 28, 28), dtype=np.uint8)


def labels(n: int) -> np.ndarray:
    return (np.arange(n) % 10).astype(np.uint8)


def contents(train: int = 20, test: int = 10, seed: int = 0) -> dict[str, bytes]:
    """File name to its bytes."""
    found = {}
    for images, marks, n in ((TRAIN_IMAGES, TRAIN_LABELS, train), (TEST_IMAGES, TEST_LABELS, test)):
        found[images] = struct.pack(">IIII", 0x803, n, 28, 28) + pixels(n, seed).tobytes()
        found[marks] = struct.pack(">II", 0x801, n) + labels(n).tobytes()
    return found


def write(root: Path, files: dict[str, bytes], kind: str = "MNIST", zipped: tuple[str, ...] = ()) -> Path:
    """Lay files out below a root as torchvision does; those named in `zipped` gzipped. Returns the root."""
    raw = root / kind / "raw"
    raw.mkdir(parents=True)
    for name, data in files.items():
        path = raw / (f"{name}.gz" if name in zipped else name)
        path.write_bytes(gzip.compress(data, mtime=0) if name in zipped else data)
    return root
