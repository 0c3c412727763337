"""Which data sets can be read here; nothing is downloaded and nothing is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


@dataclass(frozen=True)
class Availability:
    """Whether a data set can be read here.

    Attributes:
        found: it can.
        detail: where it lies, or what was looked for.
        advice: what to do where it is not here, or "".
    """

    found: bool
    detail: str
    advice: str = ""


@dataclass(frozen=True)
class PackagedDigits:
    """Handwritten digits that come with scikit-learn."""

    name: str = "digits"

    def look(self, roots: Sequence[Path]) -> Availability:
        """Look for the package; it lies in no data root."""
        del roots
        if find_spec("sklearn") is None:
            return Availability(
                found=False, detail="scikit-learn is absent", advice="pip install scikit-learn"
            )
        return Availability(found=True, detail="1,797 digits of 8 by 8 pixels, inside scikit-learn")


@dataclass(frozen=True)
class IdxImages:
    """Images in four IDX files, as torchvision lays them out: `ROOT/FOLDER/raw/train-images-idx3-ubyte`.

    Attributes:
        name: as `--data` takes it.
        folder: below a data root.
    """

    name: str
    folder: str

    def look(self, roots: Sequence[Path]) -> Availability:
        """Look for all four files, plain or gzipped, in one root."""
        place = next((raw for root in roots if _complete(raw := root / self.folder / "raw")), None)
        if place is not None:
            return Availability(found=True, detail=str(place))
        searched = ", ".join(map(str, roots)) or "no folder is named"
        advice = f"Name its folder by --data-root or LABGRADE_DATA (searched: {searched})."
        return Availability(found=False, detail="not found", advice=advice)


def _complete(raw: Path) -> bool:
    return all((raw / file).is_file() or (raw / f"{file}.gz").is_file() for file in _FILES)


BUILTIN_DATASETS = (
    PackagedDigits(),
    IdxImages("mnist", "MNIST"),
    IdxImages("fashion_mnist", "FashionMNIST"),
)
"""What labgrade itself knows of, in the order that `doctor` lists."""
