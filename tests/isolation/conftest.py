"""A fixture that runs a real zygote in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]  # every layer here is one of Linux's


@dataclass
class Answer:
    """What a zygote printed.

    Attributes:
        layers: layer to (in force, detail), where it was probed.
        confines: what all layers together confine, where it was probed.
        runs: what each submission saw.
        zygote: what the zygote saw.
    """

    layers: dict[str, tuple[bool, str]] = field(default_factory=dict)
    confines: set[str] = field(default_factory=set)
    runs: list[dict[str, Any]] = field(default_factory=list)
    zygote: dict[str, Any] = field(default_factory=dict)
    has_pid_namespace: bool = False

    @property
    def saw(self) -> dict[str, Any]:
        return self.runs[0]

    def missing(self) -> set[str]:
        return {name for name, (in_force, _) in self.layers.items() if not in_force}


def _dedented(wish: Any) -> Any:
    if isinstance(wish, dict):
        return {key: _dedented(value) for key, value in wish.items()}
    if isinstance(wish, list):
        return [_dedented(value) for value in wish]
    return textwrap.dedent(wish) if isinstance(wish, str) else wish


def start_zygote(user: str = "current", **wish: Any) -> Answer:
    """Run the driver with a wish; see there.

    Args:
        user: "root" and "unprivileged" skip where that cannot be had.
        wish: as the driver takes it; `student=CODE` is short for one submission of only that.
    """
    if "student" in wish:
        wish["submissions"] = [{"student": wish.pop("student")}]
    command = [sys.executable, "-I"]
    if user == "root" and os.geteuid() != 0:
        pytest.skip("needs to be run as root")
    if user == "unprivileged" and os.geteuid() == 0:
        command += [str(HERE / "as_nobody.py"), "-I"]
    command += [str(HERE / "driver.py"), json.dumps(_dedented(wish))]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/", env={"OMP_NUM_THREADS": "1"}
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return Answer(
        {name: (in_force, detail) for name, (in_force, detail) in answer.get("layers", {}).items()},
        set(answer.get("confines", ())),
        answer["runs"],
        answer["zygote"],
        answer["has_pid_namespace"],
    )


@pytest.fixture(scope="session")
def zygote() -> Callable[..., Answer]:
    """`zygote(student=CODE, ...)` confines a fresh process and runs code in it."""
    return start_zygote


@pytest.fixture(scope="session")
def machine() -> Answer:
    """What this machine grants, to skip what it does not."""
    return start_zygote(probe=True)


@pytest.fixture(scope="session")
def needs(machine: Answer) -> Callable[..., None]:
    """`needs("landlock", …)` skips where the machine has no such layer."""

    def need(*layers: str) -> None:
        for layer in layers:
            in_force, detail = machine.layers[layer]
            if not in_force:
                pytest.skip(f"no {layer} on this machine: {detail}")

    return need
