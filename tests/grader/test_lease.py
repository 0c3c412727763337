"""One GPU for several jobs."""

from __future__ import annotations

import select
import signal
import subprocess
import sys

from labgrade.grader.lease import gpu_lease

HOLD = """
import sys
from pathlib import Path
from labgrade.grader.lease import gpu_lease
with gpu_lease(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def _holder(folder):
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_one_at_a_time(tmp_path):
    first = _holder(tmp_path)
    assert first.stdout.readline() == "held\n"
    second = _holder(tmp_path)
    asked = select.select([second.stdout], [], [], 1.0)[0]

    first.communicate("\n")

    assert asked == []
    assert second.stdout.readline() == "held\n"
    second.communicate("\n")


def test_a_dead_holder_gives_it_back(tmp_path):
    holder = _holder(tmp_path)
    assert holder.stdout.readline() == "held\n"

    holder.send_signal(signal.SIGKILL)
    holder.communicate()

    with gpu_lease(tmp_path):
        assert list(tmp_path.iterdir())
