"""What a figure shows: its data, copied in the worker, and its labels. The picture itself never crosses.

The exact type decides what counts as a figure; what its data are is compared by the grader with values that
it handed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labgrade.errors import CheckFailed
from labgrade.probes.base import Call, Callee, Probe

Array = NDArray[np.float64]
Series = tuple[Array, Array]

_MOST = 200
"""Artists of one kind that are looked at."""
_NO_FIGURE = (
    "The function should return the matplotlib Figure that it drew (an Axes stands for its figure), "
    "but it returned {came}."
)


@dataclass(frozen=True)
class AxesData:
    """One axes of a figure.

    Attributes:
        x_label, y_label, title: texts, "" where there are none.
        lines: (x, y) of each line.
        points: (n, 2) offsets of each scatter.
        images: 2-D values of each image and mesh, as displayed from top to bottom for images.
        texts: of annotations and table cells, in the order in which they were added.
        bars: (x of the centres, height) of all bars.
    """

    x_label: str
    y_label: str
    title: str
    lines: list[Series]
    points: list[Array]
    images: list[Array]
    texts: list[str]
    bars: list[Series]

    def named(self) -> bool:
        """Whether both axes have a name."""
        return bool(self.x_label.strip() and self.y_label.strip())

    def series(self) -> list[Series]:
        """Return everything drawn over x: lines, scatters, bars."""
        scattered = [(points[:, 0], points[:, 1]) for points in self.points]
        return [*self.lines, *scattered, *self.bars]


@dataclass(frozen=True)
class FigureData:
    """A figure.

    Attributes:
        kind: "figure", "axes" (its figure was taken), or "open" (None was returned, and one figure was open).
        axes: colour bars are among them.
    """

    kind: str
    axes: list[AxesData]

    def series(self) -> list[Series]:
        """Return what all axes show over x."""
        return [series for axes in self.axes for series in axes.series()]

    def named(self) -> bool:
        """Whether an axes that shows something has both names."""
        return any(axes.named() for axes in self.axes if axes.series() or axes.images or axes.texts)


def figure(function: Callee, *args: Any, **kwargs: Any) -> FigureData:
    """Call the function and return the data of the figure that it returns.

    Raises:
        CheckFailed: nothing came that stands for one figure.
    """
    told = function.ask(FIGURE.op, args, kwargs)
    if not isinstance(told, dict) or not isinstance(told.get("axes"), list):
        came = told.get("came") if isinstance(told, dict) else None
        raise CheckFailed("type", _NO_FIGURE.format(came=came if isinstance(came, str) else "something else"))
    kind = told.get("kind")
    return FigureData(
        kind if isinstance(kind, str) else "", [_axes(a) for a in told["axes"] if isinstance(a, dict)]
    )


def _axes(told: dict[Any, Any]) -> AxesData:
    return AxesData(
        x_label=_text(told.get("x_label")),
        y_label=_text(told.get("y_label")),
        title=_text(told.get("title")),
        lines=[pair for pair in map(_pair, _listed(told, "lines")) if pair],
        points=[grid for grid in _grids(told, "points") if grid.shape[1] == len(("x", "y"))],
        images=_grids(told, "images"),
        texts=[text for text in _listed(told, "texts") if isinstance(text, str)],
        bars=[pair for pair in map(_pair, _listed(told, "bars")) if pair],
    )


def _listed(told: dict[Any, Any], name: str) -> list[Any]:
    found = told.get(name)
    return found if isinstance(found, list) else []


def _grids(told: dict[Any, Any], name: str) -> list[Array]:
    found = map(_array, _listed(told, name))
    return [grid for grid in found if grid is not None and grid.ndim == len(("row", "column"))]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _array(value: Any) -> Array | None:
    return value if isinstance(value, np.ndarray) and value.dtype == np.float64 else None


def _pair(value: Any) -> Series | None:
    if not isinstance(value, (list, tuple)) or len(value) != 2:  # noqa: PLR2004
        return None
    x, y = map(_array, value)
    return (x, y) if x is not None and y is not None and x.ndim == 1 and x.shape == y.shape else None


# -- in the worker ---------------------------------------------------------------------------------------


def _answer_figure(call: Call) -> dict[str, Any]:
    from matplotlib import pyplot as plt  # noqa: PLC0415 - labs without figures do not pay for it

    before = set(plt.get_fignums())
    value = call.run()
    drawn, kind = _figure_of(value, before)
    if drawn is None:
        return {"came": type(value).__name__}
    return {"kind": kind, "axes": [_described(axes) for axes in drawn.axes[:_MOST]]}


def _figure_of(value: Any, before: set[int]) -> tuple[Any, str]:
    from matplotlib import pyplot as plt  # noqa: PLC0415 - see above
    from matplotlib.axes import Axes  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    if type(value) is Figure:
        return value, "figure"
    if issubclass(type(value), Axes):
        return value.figure, "axes"
    if type(value) in (tuple, list) and type(value[0] if value else None) is Figure:
        return value[0], "figure"  # what plt.subplots() gives
    opened = [number for number in plt.get_fignums() if number not in before]
    if value is None and len(opened) == 1:
        return plt.figure(opened[0]), "open"
    return None, ""


def _described(axes: Any) -> dict[str, Any]:
    return {
        "x_label": axes.get_xlabel(),
        "y_label": axes.get_ylabel(),
        "title": axes.get_title(),
        "lines": _each(axes.lines, lambda line: [_plain(line.get_xdata()), _plain(line.get_ydata())]),
        "points": _each(_scatters(axes), lambda found: _plain(found.get_offsets())),
        "images": _each(axes.images, lambda found: _plain(found.get_array())) + _each(_meshes(axes), _grid),
        "texts": _each(_texts(axes), lambda text: text.get_text()),
        "bars": _each(axes.containers, _bars),
    }


def _each(artists: Any, describe: Callable[[Any], Any]) -> list[Any]:
    found = []
    for artist in list(artists)[:_MOST]:
        try:
            found.append(describe(artist))
        except (AttributeError, TypeError, ValueError):  # another kind of artist than the list's usual one
            continue
    return found


def _plain(values: Any) -> Array:
    return np.array(np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan))


def _scatters(axes: Any) -> Iterator[Any]:
    from matplotlib.collections import PathCollection  # noqa: PLC0415 - see above

    return (found for found in axes.collections if isinstance(found, PathCollection))


def _meshes(axes: Any) -> Iterator[Any]:
    from matplotlib.collections import QuadMesh  # noqa: PLC0415 - see above

    return (found for found in axes.collections if isinstance(found, QuadMesh))


def _grid(mesh: Any) -> Array:
    values = _plain(mesh.get_array())
    rows, columns = (n - 1 for n in mesh.get_coordinates().shape[:2])
    return values.reshape(rows, columns)


def _texts(axes: Any) -> list[Any]:
    cells = [cell.get_text() for table in axes.tables for _, cell in sorted(table.get_celld().items())]
    return [*axes.texts, *cells]


def _bars(container: Any) -> list[Array]:
    patches = container.patches
    return [
        _plain([patch.get_x() + patch.get_width() / 2 for patch in patches]),
        _plain([patch.get_height() for patch in patches]),
    ]


FIGURE = Probe("figure", _answer_figure)
