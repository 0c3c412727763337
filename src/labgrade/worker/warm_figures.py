"""What the first figure of a process would pay for, paid once: a zygote of a lab that draws imports this."""

from __future__ import annotations

import matplotlib as mpl

mpl.use("agg")

from matplotlib import pyplot as plt


def _warm() -> None:
    figure, axes = plt.subplots()
    axes.plot([1, 2], [1, 2], label="warm")
    axes.legend()
    figure.canvas.draw()
    plt.close(figure)


_warm()
