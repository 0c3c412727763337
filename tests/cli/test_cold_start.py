"""Commands as a shell starts them, in a process that has imported nothing yet."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.trees import write_tree

from .tiny_course import LAB_ID, RIGHT


def test_what_libraries_warn_of_reaches_nobody(course, tmp_path):
    """Importing torch and its like warns of this and that, some of it by the caller's own place in a file."""
    write_tree(tmp_path, {"work.py": RIGHT})
    command = [sys.executable, "-m", "labgrade", "check", "work.py", "--lab", LAB_ID, "--course", str(course)]

    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (0, "") == (ended.returncode, ended.stderr)
    assert "Warning" not in ended.stdout


QUIET = "from labgrade.cli.process import single_threaded; single_threaded()"


def test_libraries_warn_those_who_ask_for_it():
    program = f"{QUIET}; import warnings; warnings.warn('x')"

    quiet = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    asked = subprocess.run(
        [sys.executable, "-Walways", "-c", program], capture_output=True, text=True, check=True
    )

    assert ("", True) == (quiet.stderr, "UserWarning: x" in asked.stderr)


def test_the_number_of_threads_is_settled_whatever_the_caller_has_set():
    program = f"{QUIET}; import torch; print(torch.get_num_threads())"
    environment = os.environ | {"OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"}

    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )

    assert "1\n" == ended.stdout
