"""Linux isolation of student code: a layer a module, joined in `Confinement`."""

from __future__ import annotations

from labgrade.worker.isolation.confinement import LAYERS, Confinement
from labgrade.worker.isolation.view import View, default_view

__all__ = ["LAYERS", "Confinement", "View", "default_view"]
