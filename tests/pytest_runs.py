"""Plain pytest in a process of its own, as an author of graders runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run_pytest(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run pytest in `cwd`, without what this run of pytest was told by the environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:hypothesispytest", *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
