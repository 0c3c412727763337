"""The same attacks with a defence taken away: each then reaches what it aims at.

So the tests beside this one can fail. Only harmless ones run here: what they do without a wall is to touch a
file in a folder of the test's, to call a listener of the test's, or to stay for a few seconds.
"""

from __future__ import annotations

import contextlib
import os
import signal

import pytest
from tests.attacks.arena import HandIn, attack, grade
from tests.attacks.leaving import DAEMON, LEAVING, NETWORK

pytestmark = pytest.mark.xdist_group("attacks")

NO_WALLS = """
import functools
import labgrade.worker.fork as fork
from labgrade.worker.isolation import LAYERS
fork.ZygotePlan = functools.partial(fork.ZygotePlan, disabled=LAYERS)
"""
NO_END = """
fork._COMMAND = '''
import labgrade.worker.tree as tree
tree.ProcessTree.kill = lambda *_, **__: None
from labgrade.worker.zygote import main
main()
'''
"""
ANYHOW = [
    word
    for layer in ("files", "network", "process tree", "memory")
    for word in ("--allow-missing-layer", layer)
]


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    touch = """
    open(ARENA["canary"] + "/written", "w").close()
    """
    hand_ins = {
        "files": attack(touch),
        "network": HandIn(NETWORK + "\ncall_out()\n"),
        "programs": LEAVING["programs"],
        "daemon": HandIn(
            DAEMON + "\n\ndef extreme_values(t):\n    daemon(10)\n    return t.max(), t.min()\n"
        ),
        "labels": attack(
            """
            from sklearn.datasets import load_digits

            raise LookupError(f"labels: {load_digits().target[:3]}")
            """
        ),
    }
    graded = grade(tmp_path_factory.mktemp("undefended"), hand_ins, *ANYHOW, seed=1, before=NO_WALLS + NO_END)
    for pid in graded.survivors:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return graded


@pytest.mark.parametrize("name", ["written", "program", "daemon"])
def test_files_are_written_without_walls(seen, name):
    assert name in seen.canary


@pytest.mark.parametrize("way", ["tcp", "udp", "abstract"])
def test_listeners_are_called_without_walls(seen, way):
    assert way in seen.arrived


def test_a_daemon_stays_where_nobody_ends_it(seen):
    assert seen.survivors


def test_labels_are_found_without_walls(seen):
    assert any("labels: [" in finding["message"] for finding in seen.records["labels"]["findings"])
