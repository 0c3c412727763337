"""MNIST and Fashion-MNIST: four IDX files below a data root, read and downloaded by torchvision."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import os
import shutil
import struct
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from labgrade.data.availability import Availability
from labgrade.data.images import SIZE, Images, Loaded, digest_of
from labgrade.errors import UserError

_IMAGES = ("train-images-idx3-ubyte", "t10k-images-idx3-ubyte")
_LABELS = ("train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte")
_FULL = (60_000, 10_000)
_IMAGES_MAGIC = 0x803
_HEADER_BYTES = 16
# What reading a file that is cut off or something else ends in, gzipped or not, in torchvision or here.
_BROKEN = (
    AssertionError,
    EOFError,
    IndexError,
    KeyError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)

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
        reader = _reader(self.kind)
        try:
            with _plain(raw, self.kind) as root:
                train, test = (reader(root, train=part) for part in (True, False))
            return self._loaded(train, test)
        except _BROKEN as error:
            raise _broken(self.name, raw, error) from error

    def _folder(self, roots: Sequence[Path]) -> Path | None:
        places = (root / self.kind / "raw" for root in roots)
        return next((raw for raw in places if all(_file(raw, file) for file in (*_IMAGES, *_LABELS))), None)

    def _downloaded(self, roots: Sequence[Path]) -> Path:
        if not roots:
            what = f"There is no folder to download {self.name} to."
            raise UserError(what, "--download", "Name one by --data-root or LABGRADE_DATA.")
        raw = roots[0] / self.kind / "raw"
        reader = _reader(self.kind)
        try:
            with contextlib.redirect_stdout(sys.stderr):  # standard output may be one JSON document
                reader(roots[0], download=True)
        except (*_BROKEN, http.client.HTTPException) as error:
            what = f"{self.name} could not be downloaded ({_last_line(error)})."
            advice = f"Try again with a network, or put its four files there ({_IMAGES[0]}, …)."
            raise UserError(what, str(raw), advice) from error
        return raw

    def _loaded(self, *parts: Any) -> Loaded:
        """Return what two data sets of torchvision hold: `.data` uint8 (N, 28, 28), `.targets` int64 (N,)."""
        train, test = (Images(part.data.unsqueeze(1).float().div_(255), part.targets) for part in parts)
        return Loaded(
            train=train,
            test=test,
            classes=self.classes,
            digest=digest_of(*(tensor for part in parts for tensor in (part.data, part.targets))),
            detail=_told([len(train), len(test)]),
        )


def _reader(kind: str) -> Any:
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
    with _opened(raw, file) as opened:
        magic, count, *sides = struct.unpack(">IIII", opened.read(_HEADER_BYTES))
    if magic != _IMAGES_MAGIC or sides != [SIZE, SIZE]:
        raise ValueError(f"{file} holds no images of {SIZE} by {SIZE} pixels")
    plain = raw / file
    if plain.is_file() and plain.stat().st_size != _HEADER_BYTES + count * SIZE**2:
        raise ValueError(f"{file} has not the length that it states")
    return int(count)


@contextlib.contextmanager
def _plain(raw: Path, kind: str) -> Iterator[Path]:
    """Give a root below which all four files are plain, as torchvision reads them."""
    if all((raw / file).is_file() for file in (*_IMAGES, *_LABELS)):
        yield raw.parent.parent
        return
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder, kind, "raw")
        unpacked.mkdir(parents=True)
        for file in (*_IMAGES, *_LABELS):
            with _opened(raw, file) as source, (unpacked / file).open("wb") as target:
                shutil.copyfileobj(source, target)
        yield Path(folder)


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
