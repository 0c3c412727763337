"""What a run works with: an executor that preloads, hides and confines enough, a data set, a device."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar, Unpack

from labgrade.course import Lab
from labgrade.data.images import Loaded
from labgrade.errors import ExecutorUnavailable, UserError, WorkerLost
from labgrade.extensions import data_sets, make_executor
from labgrade.hookspecs import DataSet, ExecutorOptions
from labgrade.settings import Settings
from labgrade.worker.executor import Executor

CONFINED = ("files", "network", "process tree", "memory")
"""What `grade` insists on unless it is overridden by name."""

_NOTEBOOK_MODULE = "IPython.core.inputtransformer2"

T = TypeVar("T")


class RunningExecutor:
    """An executor, and another in its place where a process of ours died.

    Args:
        start: makes one.

    Attributes:
        executor: the one that runs now.
    """

    def __init__(self, start: Callable[[], Executor]) -> None:
        self._start = start
        self.executor = start()

    def restart(self) -> Executor:
        """End the executor and start another."""
        self.close()
        self.executor = self._start()
        return self.executor

    def close(self) -> None:
        """End the executor."""
        self.executor.close()

    def twice(self, body: Callable[[Executor], T]) -> T:
        """Run `body` with the executor; where that is lost, once more with another.

        Raises:
            WorkerLost: lost again.
        """
        try:
            return body(self.executor)
        except WorkerLost:
            return body(self.restart())


def start_executor(
    settings: Settings,
    labs: Iterable[Lab],
    *,
    notebooks: bool = True,
    **options: Unpack[ExecutorOptions],
) -> Executor:
    """Start the executor that the settings ask for.

    Args:
        settings: of the run.
        labs: whose submissions will run; what they need is imported beforehand.
        notebooks: notebooks may be among them.
        options: see `hookspecs.ExecutorOptions`; the course and the data are always hidden.

    Raises:
        UserError: there is no such executor, or it is none of this machine's.
    """
    preload = dict.fromkeys(name for lab in labs for name in lab.preload)
    if notebooks:
        preload[_NOTEBOOK_MODULE] = None
    # Absolute: whoever covers them has another working directory.
    roots = (root.absolute() for root in settings.data_root)
    options["hide"] = (settings.course.root, *roots, *_caches(), *options.get("hide", ()))
    where = settings.origins.get("executor", "--executor")
    options["gpu"] = settled_device(settings) == "cuda"
    return make_executor(settings.executor, tuple(preload), where=where, **options)


def _caches() -> Iterator[Path]:
    """Yield where libraries keep data sets that they once downloaded, with labels."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - pathlib raises where there is none
    for variable, usual in (
        ("XDG_CACHE_HOME", ".cache"),
        ("TORCH_HOME", ".cache/torch"),
        ("SCIKIT_LEARN_DATA", "scikit_learn_data"),
        ("KERAS_HOME", ".keras"),
    ):
        yield Path(os.environ.get(variable) or home / usual).absolute()


def require_data_set(settings: Settings) -> DataSet:
    """Return the run's data set, unread.

    Raises:
        UserError: nobody offers it; names those there are.
    """
    offers = {offer.name: offer for offer in data_sets()}
    if settings.dataset not in offers:
        where = settings.origins.get("dataset", "--data")
        raise UserError(f"There is no data set {settings.dataset!r}.", where, f"Known: {', '.join(offers)}.")
    return offers[settings.dataset]


def load_data_set(settings: Settings) -> Loaded:
    """Return the run's data set, read once a process: forks of it share the images.

    Raises:
        UserError: nobody offers it, or it cannot be read here; says what to do.
    """
    require_data_set(settings)
    return _loaded(settings.dataset, settings.data_root, download=settings.download)


def data_for(settings: Settings, labs: Iterable[Lab]) -> Loaded | None:
    """Return the run's data set where one of the labs trains on it, else None; see `load_data_set`."""
    return load_data_set(settings) if any(lab.training for lab in labs) else None


@functools.cache
def _loaded(name: str, roots: tuple[Path, ...], *, download: bool) -> Loaded:
    offer = next(offer for offer in data_sets() if offer.name == name)
    return offer.load(roots, download=download)


def require_known_layers(settings: Settings) -> None:
    """Refuse an override of something that is no layer, which would override nothing.

    Raises:
        UserError: names those there are.
    """
    for name in settings.allow_missing_layers:
        if name not in CONFINED:
            known = ", ".join(f'"{layer}"' for layer in CONFINED)
            where = settings.origins.get("allow_missing_layers", "--allow-missing-layer")
            raise UserError(f"There is no isolation layer {name!r} to do without.", where, f"Known: {known}.")


def require_confinement(executor: Executor, allowed: Iterable[str]) -> None:
    """Refuse to grade where student code is not confined.

    Args:
        executor: where it would run; waits until that is ready.
        allowed: what may be missing.

    Raises:
        ExecutorUnavailable: names what is missing and the option that overrides it.
    """
    allowed = set(allowed)
    missing = [name for name in not_confined(executor) if name not in allowed]
    if missing:
        override = " ".join(f'--allow-missing-layer "{name}"' for name in missing)
        raise ExecutorUnavailable(
            f"This machine cannot confine {', '.join(missing)} of student code (executor: {executor.name}).",
            next_step=f"`labgrade doctor` says why. To grade all the same: {override}",
        )


def not_confined(executor: Executor) -> list[str]:
    """Return what of `CONFINED` an executor does not confine."""
    confined = executor.isolation().confines
    return [name for name in CONFINED if name not in confined]


def settled_device(settings: Settings) -> str:
    """Return "cpu" or "cuda" for what `--device` says.

    Raises:
        UserError: a GPU was asked for and there is none.
    """
    if settings.device == "cpu":
        return "cpu"
    available = _has_gpu()
    if settings.device == "cuda" and not available:
        where = settings.origins.get("device", "--device")
        raise UserError("There is no GPU that torch can use.", where, "Use --device cpu, or --device auto.")
    return "cuda" if available else "cpu"


def _has_gpu() -> bool:
    import torch  # noqa: PLC0415 - only where a GPU is asked for

    return torch.cuda.is_available()
