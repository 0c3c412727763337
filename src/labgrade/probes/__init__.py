"""Questions about a student's function that a plain call cannot answer.

Each takes `student.NAME` first, so that no probe's name can collide with a student's.
"""

from labgrade.budget import Allowance
from labgrade.probes import calls, figures, gradients, modules, objects, storage, timing, training
from labgrade.probes.base import Call, Callee, Probe
from labgrade.probes.calls import repeated, seeded
from labgrade.probes.figures import AxesData, FigureData, figure
from labgrade.probes.gradients import autograd_ran, without_autograd
from labgrade.probes.modules import Layer, Module, Parameter, as_module, make_module, module
from labgrade.probes.objects import (
    Remote,
    arity,
    create,
    item,
    length,
    loader,
    make,
    without_gradients,
)
from labgrade.probes.storage import shared_storage
from labgrade.probes.timing import Timed, within
from labgrade.wire.plain import Make

BUILTIN_PROBES: tuple[Probe, ...] = tuple(
    value
    for home in (calls, figures, gradients, modules, objects, storage, timing, training)
    for value in vars(home).values()
    if isinstance(value, Probe)
)

__all__ = [
    "BUILTIN_PROBES",
    "Allowance",
    "AxesData",
    "Call",
    "Callee",
    "FigureData",
    "Layer",
    "Make",
    "Module",
    "Parameter",
    "Probe",
    "Remote",
    "Timed",
    "arity",
    "as_module",
    "autograd_ran",
    "create",
    "figure",
    "item",
    "length",
    "loader",
    "make",
    "make_module",
    "module",
    "repeated",
    "seeded",
    "shared_storage",
    "within",
    "without_autograd",
    "without_gradients",
]
