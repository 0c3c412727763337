"""What a figure shows: its data, copied in the worker, and its labels. The picture itself never crosses.

The exact type decides what counts as a figure; what its data are is compared by the grader with values that
it handed over.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labgrade.errors import CheckFailed
from labgrade.probes.base import Call, Callee, Probe
from labgrade.wire.plain import clean_name

Array = NDArray[np.float64]
Series = tuple[Array, Array]

_MOST = 1_000
"""Artists of one kind that are looked at in one axes."""
_MOST_AXES = 50
_MOST_STEPS = 3
"""From what is returned to the figure that it belongs to."""
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
        images: 2-D values of each image and mesh, with the rows of the array that was drawn.
        texts: of annotations and table cells, in the order in which they were added.
        bars: (centres along the axis on which they stand, lengths) of each group of bars.
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
        kind: "figure", "axes" (one, or what else was drawn in a figure, was returned and that figure taken),
            or "open" (None was returned, and one figure that shows something was open).
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
        came = clean_name(came) if isinstance(came, str) else "something else"
        raise CheckFailed("type", _NO_FIGURE.format(came=came))
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

    plt.close("all")  # what an earlier call left open is not this one's, and must not be drawn into
    value = call.run()
    found, kind = _figure_of(value)
    if found is None:
        return {"came": "None" if value is None else type(value).__name__}
    return {"kind": kind, "axes": [_described(axes) for axes in list(found.axes)[:_MOST_AXES]]}


def _figure_of(value: Any) -> tuple[Any, str]:
    """Return the figure that a value stands for, and how: itself, as its part, or as the one left open."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - see above
    from matplotlib.figure import Figure  # noqa: PLC0415

    if value is None:
        shown = [figure for figure in map(plt.figure, plt.get_fignums()) if _shows_something(figure)]
        return (shown[0], "open") if len(shown) == 1 else (None, "")
    value = _first(value)
    if type(value) is Figure:
        return value, "figure"
    # Axes, what is drawn in them, and the displays and grids of scikit-learn and seaborn know their figure.
    for _ in range(_MOST_STEPS):
        value = getattr(value, "figure_", None) or getattr(value, "figure", None)
        if type(value) is Figure:
            return value, "axes"
    return None, ""


def _first(value: Any) -> Any:
    """Return the first part of what `plt.subplots()`, `plt.plot()` and the like return."""
    for _ in range(_MOST_STEPS):
        if isinstance(value, np.ndarray) and value.dtype == object and value.size:
            value = value.flat[0]
        elif isinstance(value, dict) and value:
            value = next(iter(value.values()))
        elif isinstance(value, (list, tuple)) and value:
            value = value[0]
    return value


def _shows_something(figure: Any) -> bool:
    return any(axes.has_data() or axes.texts or axes.tables for axes in figure.axes)


def _described(axes: Any) -> dict[str, Any]:
    return {
        "x_label": axes.get_xlabel() or axes.figure.get_supxlabel(),
        "y_label": axes.get_ylabel() or axes.figure.get_supylabel(),
        "title": axes.get_title() or axes.figure.get_suptitle(),
        "lines": _each(axes.lines, _line),
        "points": _each(_scatters(axes), lambda found: _plain(found.get_offsets())),
        "images": _each(axes.images, lambda found: _plain(found.get_array())) + _each(_meshes(axes), _grid),
        "texts": _each(_texts(axes), lambda text: text.get_text()),
        "bars": _each(axes.containers, _bars),
    }


def _each(artists: Iterable[Any], describe: Callable[[Any], Any]) -> list[Any]:
    found = []
    for artist in itertools.islice(artists, _MOST):
        try:
            found.append(describe(artist))
        except Exception:  # noqa: BLE001, S112 - another kind of artist than usual, or a student's own
            continue
    return found


def _plain(values: Any) -> Array:
    return np.array(np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan))


def _line(line: Any) -> list[Array]:
    # As drawn: dates and names as the numbers that stand for them.
    return [_plain(line.get_xdata(orig=False)), _plain(line.get_ydata(orig=False))]


def _scatters(axes: Any) -> Iterator[Any]:
    from matplotlib.collections import PathCollection  # noqa: PLC0415 - see above

    return (found for found in axes.collections if isinstance(found, PathCollection))


def _meshes(axes: Any) -> Iterator[Any]:
    from matplotlib.collections import PolyQuadMesh, QuadMesh  # noqa: PLC0415 - see above

    return (found for found in axes.collections if isinstance(found, (QuadMesh, PolyQuadMesh)))


def _grid(mesh: Any) -> Array:
    values = _plain(mesh.get_array())
    rows, columns = (n - 1 for n in mesh.get_coordinates().shape[:2])
    return values.reshape(rows, columns) if values.ndim == 1 else values


def _texts(axes: Any) -> list[Any]:
    cells = [cell.get_text() for table in axes.tables for _, cell in sorted(table.get_celld().items())]
    return [*axes.texts, *cells]


def _bars(container: Any) -> list[Array]:
    """Return centres and lengths of bars, upright or lying."""
    if container.orientation == "horizontal":
        bars = [(bar.get_y() + bar.get_height() / 2, bar.get_width()) for bar in container.patches]
    else:
        bars = [(bar.get_x() + bar.get_width() / 2, bar.get_height()) for bar in container.patches]
    centres, lengths = zip(*bars, strict=True)
    return [_plain(centres), _plain(lengths)]


FIGURE = Probe("figure", _answer_figure)
