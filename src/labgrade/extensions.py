"""What can be used: labgrade's own parts and those of installed plugins, asked for in one place.

Its own parts are a plugin like any other, registered first.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

import pluggy

from labgrade.data import BUILTIN_DATASETS
from labgrade.errors import UserError
from labgrade.hookspecs import DataSet, ExecutorFactory, ExecutorOptions, hookimpl
from labgrade.intake.formats import BUILTIN_FORMATS, IntakeFormat
from labgrade.plugins import extensions, plugin_manager
from labgrade.probes import BUILTIN_PROBES, Probe
from labgrade.worker import factory

if TYPE_CHECKING:
    from labgrade.worker.executor import Executor

_NO_EXTRA_PROBES = {probe.op for probe in BUILTIN_PROBES}


@dataclass(frozen=True)
class _BuiltinExecutor:
    """One of the executors that labgrade brings."""

    name: str

    def start(self, preload: Sequence[str], **options: Unpack[ExecutorOptions]) -> Executor:
        return factory.make_executor(self.name, preload, **options)


class _Builtins:
    """What labgrade brings itself."""

    @hookimpl
    def labgrade_intake_formats(self) -> Sequence[IntakeFormat]:
        return BUILTIN_FORMATS

    @hookimpl
    def labgrade_executors(self) -> Sequence[ExecutorFactory]:
        return (_BuiltinExecutor("fork"), _BuiltinExecutor("spawn"))

    @hookimpl
    def labgrade_datasets(self) -> Sequence[DataSet]:
        return BUILTIN_DATASETS

    @hookimpl
    def labgrade_probes(self) -> Sequence[Probe]:
        return BUILTIN_PROBES


@functools.cache
def _manager() -> pluggy.PluginManager:
    return plugin_manager([_Builtins()])


def intake_formats() -> tuple[IntakeFormat, ...]:
    """Return the forms of hand-in, in the order in which they are asked: plugins' before our own."""
    return extensions(_manager(), "labgrade_intake_formats", newest_first=True)


def data_sets() -> tuple[DataSet, ...]:
    """Return the data sets that `--data` may name."""
    return extensions(_manager(), "labgrade_datasets")


def make_executor(
    kind: str, preload: Sequence[str], *, where: str = "--executor", **options: Unpack[ExecutorOptions]
) -> Executor:
    """Start an executor.

    Args:
        kind: its name, or "auto": "fork" on Linux, else "spawn" (elsewhere fork is missing, or unsafe once
            torch is imported).
        preload: modules to import before any student code.
        where: option, variable or key that the kind came from.
        options: see `hookspecs.ExecutorOptions`; probes of plugins are added.

    Raises:
        UserError: nobody offers that executor.
        ExecutorUnavailable: this machine cannot run it.
    """
    offers = {offer.name: offer for offer in extensions(_manager(), "labgrade_executors")}
    name = _default_executor() if kind == "auto" else kind
    if name not in offers:
        raise UserError(f"There is no executor {name!r}.", where, f"Known: auto, {', '.join(offers)}.")
    chosen: ExecutorFactory = offers[name]
    return chosen.start(preload, **(options | {"probe_modules": probe_modules()}))


def _default_executor() -> str:
    return "fork" if sys.platform == "linux" else "spawn"


def probe_modules() -> tuple[str, ...]:
    """Return the modules that hold plugins' probes, for workers to import.

    Raises:
        UserError: two probes answer to one name, or one does not stand at its module's top level.
    """
    offers: tuple[Probe, ...] = extensions(_manager(), "labgrade_probes", key="op")
    return tuple(sorted({_module_of(probe) for probe in offers if probe.op not in _NO_EXTRA_PROBES}))


def _module_of(probe: Probe) -> str:
    name: str = probe.answer.__module__
    if not any(value is probe for value in vars(sys.modules[name]).values()):
        what = f"The probe {probe.op!r} is no name at the top level of {name}, where its answer comes from."
        raise UserError(what, "labgrade_probes", "Update or uninstall the package that brings it.")
    return name
