"""SHA-256 digests of what decides a mark besides the submission: grader, data, environment."""

from __future__ import annotations

import functools
import hashlib
import json
import platform
from importlib.metadata import version

from labgrade import __version__
from labgrade.course import Lab
from labgrade.coursefile import LAB_FILE
from labgrade.grader.checks import grader_sources

NO_DATA = hashlib.sha256().hexdigest()
"""Stands for the data of a lab that reads none."""

_PACKAGES = ("torch", "torchvision", "numpy", "scikit-learn", "pytest", "matplotlib")


def grader_digest(lab: Lab) -> str:
    """Return the digest of a lab's grader: modules, what they share, `lab.toml`, and labgrade's version."""
    total = hashlib.sha256(__version__.encode())
    for path in (*grader_sources(lab.graders), lab.folder / LAB_FILE):
        data = path.read_bytes()
        total.update(path.name.encode() + len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of what can change a result."""
    found = {"labgrade": __version__, "python": platform.python_version(), "platform": platform.platform()}
    return found | {name: version(name) for name in _PACKAGES}


@functools.cache
def environment_digest() -> str:
    """Return the digest of `versions`."""
    return hashlib.sha256(json.dumps(versions(), sort_keys=True).encode()).hexdigest()
