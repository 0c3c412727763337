"""Puts the course's public part into the wheel, so that `labgrade new` works for a student anywhere.

Files are named one by one: a hidden check or a solution cannot slip in with its folder.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TARGET = "labgrade/public_course"


def public_files(root: Path) -> list[str]:
    """Return the paths, relative to the course's root, that a student may have.

    Args:
        root: the folder that holds `course.toml`.
    """
    labs = tomllib.loads((root / "course.toml").read_text(encoding="utf-8"))["labs"]
    paths = ["course.toml", "graders/pytest.ini"]
    for lab in labs:
        names = ("lab.toml", "task.md", f"{lab}.py", f"{lab}.ipynb")
        paths += [f"assignments/{lab}/{name}" for name in names]
        paths.append(f"graders/{lab}/test_visible.py")
        if (root / "graders" / lab / "shared.py").is_file():
            paths.append(f"graders/{lab}/shared.py")
    return paths


class PublicCourseHook(BuildHookInterface[Any]):
    """Build hook of the wheel; an editable install reads the course from the checkout instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the public files to a standard wheel.

        Args:
            version: "standard" or "editable".
            build_data: what hatchling builds from; changed in place.
        """
        if version != "editable":
            root = Path(self.root)
            build_data["force_include"].update(
                {str(root / path): f"{TARGET}/{path}" for path in public_files(root)}
            )
