"""What a supervisor answers, whatever happens at the same moment."""

from __future__ import annotations

import os
import select
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from labgrade.worker import control, supervisor
from labgrade.worker.endings import run_and_exit
from labgrade.worker.executor import Limits


class Unconfined:
    """Stands in for the confinement of a worker."""

    has_pid_namespace = False

    def __init__(self, folder: Path) -> None:
        self.writable = (str(folder),)

    def enter(self, _limits: Limits) -> str:
        return self.writable[0]

    def lock_down(self, _limits: Limits) -> None:
        """Lock nothing."""


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[socket.socket, int]]:
    """A supervisor's control socket, and its process id."""
    ours, theirs = control.pair()
    pid = os.fork()
    if pid == 0:
        run_and_exit(lambda: supervisor.run(theirs, Unconfined(tmp_path), Limits()))
    theirs.close()
    yield ours, pid
    ours.close()
    os.waitpid(pid, 0)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_loader_may_end_in_the_moment_in_which_another_is_asked_for(started):
    line, pid = started
    control.send(line, {"op": "usage"})
    control.receive(line)
    (loader,) = children_of(pid)
    ended = os.pidfd_open(loader)
    os.kill(pid, signal.SIGSTOP)
    os.kill(loader, signal.SIGKILL)
    select.select([ended], [], [])
    control.send(line, {"op": "new_loader"})
    os.kill(pid, signal.SIGCONT)

    assert control.receive(line)[0] == {"loader": True}
    control.send(line, {"op": "usage"})
    assert "usage" in control.receive(line)[0]
    (another,) = children_of(pid)
    assert another != loader
    os.close(ended)
