"""Fixtures: those of the command line's tests serve here too."""

from tests.cli.conftest import course, labgrade

__all__ = ["course", "labgrade"]
