"""Fixtures that every area shares: a tiny course, the command line in-process, a clean environment."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.runs import Ended
from tests.trees import write_tree

from labgrade.cli.app import run

# A shell starts background jobs with Ctrl-C ignored, and every process below inherits that: a test that
# interrupts a command would wait for ever. A handler here means the default for whatever tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).resolve().parents[1]

COURSE = """\
title = "Tiny course"
code = "T 1"
labs = ["lab01_tiny"]
"""

LAB = """\
id = "lab01_tiny"
title = "A tiny lab"
marks = "3.5"
preload = ["math"]

[limits]
load_seconds = 5
exercise_seconds = 2.5

[[exercises]]
id = "q1"
title = "Doubling"
names = ["double"]
visible = { checks = 1, marks = "1" }
hidden = { checks = 2, marks = "1.5" }

[[exercises]]
id = "q2"
title = "A pair"
names = ["pair", "Box"]
seconds = 60
visible = { checks = 1, marks = "0.5" }
hidden = { checks = 1, marks = "0.5" }
"""

SOURCE = '''\
# %% [markdown]
# # A tiny lab
#
# Two exercises.

# %%
from __future__ import annotations

import math

# %% [markdown]
# ## Question 1

# %%
def double(x: float) -> float:
    """Twice `x`.

    The statement has two paragraphs.
    """
    # BEGIN SOLUTION
    return 2 * x
    # END SOLUTION


# %%
# BEGIN SOLUTION
def helper(x: float) -> float:
    """A secret of the solution."""
    return math.sqrt(x)
# END SOLUTION


# %%
def pair(x: float) -> tuple[float, float]:
    """The number and its root."""
    # BEGIN SOLUTION
    root = helper(x)
    return x, root
    # END SOLUTION


class Box:
    """Holds a number."""

    def __init__(self, x: float) -> None:
        """Keep `x`."""
        # BEGIN SOLUTION
        self.x = x
        # END SOLUTION

    @property
    def content(self) -> float:
        """The number."""
        # BEGIN SOLUTION
        return self.x
        # END SOLUTION
'''


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the caller's changes what a test sees."""
    for name in os.environ:
        if name.startswith("LABGRADE_") and name != "LABGRADE_REQUIRE_BROWSER":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this repository."""
    return REPOSITORY


@pytest.fixture
def make_course(tmp_path: Path) -> Callable[..., Path]:
    """Write a tiny course and return its root; what the files hold can be given instead."""

    def make(
        folder: str = "course", *, course: str = COURSE, lab: str = LAB, source: str | None = SOURCE
    ) -> Path:
        root = tmp_path / folder
        files = {
            "course.toml": course,
            "assignments/lab01_tiny/lab.toml": lab,
            "assignments/lab01_tiny/task.md": "# A tiny lab\n\nDo it.\n",
            "graders/lab01_tiny/test_visible.py": "",
            "graders/lab01_tiny/test_hidden.py": "",
        }
        if source is not None:
            files["reference_solutions/lab01_tiny.py"] = source
        return write_tree(root, files)

    return make


@pytest.fixture
def course_root(make_course: Callable[..., Path]) -> Path:
    """The root of a tiny course of one lab, `lab01_tiny`."""
    return make_course()


@pytest.fixture
def run_cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run `labgrade ARGUMENTS...` in this process."""

    def run_it(*arguments: object) -> Ended:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Ended(code, printed.out, printed.err)

    return run_it
