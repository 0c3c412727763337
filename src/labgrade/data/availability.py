"""Which data sets can be read here; nothing is downloaded and nothing is opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_FOLDERS = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST"}
_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


@dataclass(frozen=True)
class DataSet:
    """One data set by the name that `--data` takes, and whether it is here.

    Attributes:
        name: as on the command line.
        available: it can be read.
        detail: where it lies, or what was looked for.
        advice: what to do where it is not here.
    """

    name: str
    available: bool
    detail: str
    advice: str = ""


def data_sets(roots: Sequence[Path]) -> Iterator[DataSet]:
    """Yield every known data set.

    Args:
        roots: folders that are searched in order, as torchvision lays data sets out
            (`ROOT/MNIST/raw/train-images-idx3-ubyte`).
    """
    embedded = find_spec("sklearn") is not None
    yield DataSet("digits", embedded, "1,797 digits of 8 by 8 pixels, inside scikit-learn" if embedded else "scikit-learn is absent")
    for name, folder in _FOLDERS.items():
        place = next((root / folder / "raw" for root in roots if _complete(root / folder / "raw")), None)
        if place is not None:
            yield DataSet(name, True, str(place))
        else:
            searched = ", ".join(map(str, roots)) or "no folder is named"
            advice = f"Name its folder by --data-root or LABGRADE_DATA (searched: {searched})."
            yield DataSet(name, False, "not found", advice)


def _complete(raw: Path) -> bool:
    return all((raw / file).is_file() or (raw / f"{file}.gz").is_file() for file in _FILES)
