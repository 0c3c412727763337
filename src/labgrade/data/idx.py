"""MNIST and Fashion-MNIST: four IDX files below a data root, laid out and downloaded as by torchvision.

They are read here. torchvision would take older `processed/*.pt` files that lie beside them for the same
data, and does not read gzipped ones where they lie.
"""

from __future__ import annotations

import contextlib
import gzip
import http.client
import os
import struct
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import torch
from torch import Tensor

from labgrade.data.availability import Availability
from labgrade.data.images import SIZE, Images, Loaded, digest_of
from labgrade.errors import UserError

_IMAGES = ("train-images-idx3-ubyte", "t10k-images-idx3-ubyte")
_LABELS = ("train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte")
_FULL = (60_000, 10_000)
_MAGIC = 0x800
"""How a file of bytes begins; the number of its dimensions is added."""
_SIDES = (SIZE, SIZE)
_BROKEN = (EOFError, OSError, RuntimeError, ValueError, struct.error, zlib.error)
"""What reading a file that is cut off or something else ends in, gzipped or not."""

FASHION_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


@dataclass(frozen=True)
class IdxImages:
    """Images as torchvision lays them out: `ROOT/KIND/raw/train-images-idx3-ubyte` and three more.

    Each may be gzipped, under its name and ".gz".

    Attributes:
        name: as `--data` takes it.
        kind: the class in `torchvision.datasets`, and so the folder below a root.
        classes: a name a label; the ten digits by default.
    """

    name: str
    kind: str
    classes: tuple[str, ...] = tuple("0123456789")

    def look(self, roots: Sequence[Path]) -> Availability:
        """Look for all four files in one root, and at how many images they say they hold."""
        raw = self._folder(roots)
        if raw is None:
            return Availability(found=False, detail="not found", advice=_where_to_get(roots))
        try:
            counts = [_count(raw, file) for file in _IMAGES]
        except _BROKEN as error:
            broken = _broken(self.name, raw, error)
            return Availability(found=False, detail=f"{raw}: {broken.what}", advice=broken.next_step)
        return Availability(found=True, detail=f"{raw}: {_told(counts)}")

    def load(self, roots: Sequence[Path], *, download: bool = False) -> Loaded:
        """Read the first root that has all four files.

        Args:
            roots: folders to search, in order.
            download: where no root has them, download them into the first.

        Raises:
            UserError: they are nowhere, are broken, or cannot be downloaded.
        """
        raw = self._folder(roots)
        if raw is None and download:
            raw = self._downloaded(roots)
        if raw is None:
            what = f"The data set {self.name} is not here."
            raise UserError(what, f"--data {self.name}", f"{_where_to_get(roots)} --download fetches it.")
        try:
            return self._loaded(raw)
        except _BROKEN as error:
            raise _broken(self.name, raw, error) from error

    def _folder(self, roots: Sequence[Path]) -> Path | None:
        places = (root / self.kind / "raw" for root in roots)
        return next((raw for raw in places if all(_file(raw, file) for file in (*_IMAGES, *_LABELS))), None)

    def _downloaded(self, roots: Sequence[Path]) -> Path:
        if not roots:
            what = f"There is no folder to download {self.name} to."
            raise UserError(what, "--download", "Name one by --data-root or LABGRADE_DATA.")
        downloader = _downloader(self.kind)
        try:
            with contextlib.redirect_stdout(sys.stderr):  # standard output may be one JSON document
                downloader(roots[0], download=True)
            if (raw := self._folder(roots[:1])) is not None:
                return raw
            raise RuntimeError(f"torchvision takes {roots[0] / self.kind / 'processed'} for it")
        except (*_BROKEN, http.client.HTTPException) as error:
            what = f"{self.name} could not be downloaded ({_last_line(error)})."
            advice = f"Try again with a network, or put its four files there ({_IMAGES[0]}, …)."
            raise UserError(what, str(roots[0] / self.kind / "raw"), advice) from error

    def _loaded(self, raw: Path) -> Loaded:
        published = [
            (_read(raw, images, _SIDES), _read(raw, labels))
            for images, labels in zip(_IMAGES, _LABELS, strict=True)
        ]
        train, test = (
            Images(pixels.unsqueeze(1).float().div_(255), labels.long()) for pixels, labels in published
        )
        return Loaded(
            train=train,
            test=test,
            classes=self.classes,
            digest=digest_of(*(tensor for part in published for tensor in part)),
            detail=_told([len(train), len(test)]),
        )


def _downloader(kind: str) -> Any:
    """Return a class of `torchvision.datasets`, imported where it is used: that takes more than a second."""
    try:
        from torchvision import datasets  # noqa: PLC0415 - see above
    except (ImportError, OSError, RuntimeError) as error:  # the last where it was built for another torch
        what = f"torchvision cannot be imported ({_last_line(error)})."
        raise UserError(what, next_step="Install torch and torchvision together.") from error
    return getattr(datasets, kind)


def _file(raw: Path, file: str) -> Path | None:
    """Return where a file lies, plain or gzipped; a folder that cannot be looked into has none."""
    places = (raw / file, raw / f"{file}.gz")
    return next((place for place in places if os.path.isfile(place)), None)  # noqa: PTH113 - pathlib raises


def _opened(raw: Path, file: str) -> IO[bytes]:
    place = _file(raw, file) or raw / file
    return cast("IO[bytes]", gzip.open(place)) if place.suffix == ".gz" else place.open("rb")


def _count(raw: Path, file: str) -> int:
    """Return how many images a file says it holds; a plain one has to be as long as that."""
    with _opened(raw, file) as opened:
        count, start = _header(opened, file, _SIDES)
    plain = raw / file
    if plain.is_file() and plain.stat().st_size != start + count * SIZE**2:
        raise ValueError(f"{file} has not the length that it states")
    return count


def _read(raw: Path, file: str, sides: Sequence[int] = ()) -> Tensor:
    """Return what a file holds: uint8 (N, *sides)."""
    with _opened(raw, file) as opened:
        count, _ = _header(opened, file, sides)
        return torch.frombuffer(bytearray(opened.read()), dtype=torch.uint8).reshape(count, *sides)


def _header(opened: IO[bytes], file: str, sides: Sequence[int]) -> tuple[int, int]:
    """Return how many items a file says it holds, and where the first begins."""
    form = f">{2 + len(sides)}I"
    magic, count, *found = struct.unpack(form, opened.read(struct.calcsize(form)))
    if magic != _MAGIC + 1 + len(sides) or found != list(sides):
        raise ValueError(f"{file} does not hold {'images of 28 by 28 pixels' if sides else 'labels'}")
    return count, opened.tell()


def _told(counts: Sequence[int]) -> str:
    held = f"{counts[0]:,} images to train on, {counts[1]:,} to test with"
    full = f"{_FULL[0]:,} and {_FULL[1]:,}"
    return held if tuple(counts) == _FULL else f"{held}: a sample, the full set has {full}"


def _where_to_get(roots: Sequence[Path]) -> str:
    searched = ", ".join(map(str, roots)) or "no folder is named"
    return f"Name its folder by --data-root or LABGRADE_DATA (searched: {searched})."


def _broken(name: str, raw: Path, error: BaseException) -> UserError:
    what = f"The files of {name} are cut off or broken ({_last_line(error) or type(error).__name__})."
    return UserError(what, str(raw), "Delete this folder and get them again; --download does.")


def _last_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1].rstrip(".") if lines else ""
