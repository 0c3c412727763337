"""Questions about a student's function that a plain call cannot answer.

Each takes `student.NAME` first, so that no probe's name can collide with a student's.
"""

from labgrade.probes.base import Call, Callee, Probe
from labgrade.probes.calls import CALL, REPEATED, SEEDED, repeated, seeded
from labgrade.probes.gradients import AUTOGRAD_RAN, WITHOUT_AUTOGRAD, autograd_ran, without_autograd
from labgrade.probes.storage import SHARED_STORAGE, WRITE_THROUGH, shared_storage

BUILTIN_PROBES: tuple[Probe, ...] = (
    CALL,
    SEEDED,
    REPEATED,
    WITHOUT_AUTOGRAD,
    AUTOGRAD_RAN,
    SHARED_STORAGE,
    WRITE_THROUGH,
)

__all__ = [
    "BUILTIN_PROBES",
    "Call",
    "Callee",
    "Probe",
    "autograd_ran",
    "repeated",
    "seeded",
    "shared_storage",
    "without_autograd",
]
