"""`labgrade check --watch`: fresh feedback after every save, until Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import termios

import pytest
from tests.batch.tiny import alive, children
from tests.trees import write_tree

from .runs import Reader
from .tiny_course import HALF, LAB_ID, RIGHT, WRONG

DONE = "2 of 2 visible checks passed (1.5 marks); 2 hidden checks (2 marks) run at grading"


@pytest.fixture
def work(tmp_path):
    """A file that somebody works on."""
    return write_tree(tmp_path, {"work.py": HALF}) / "work.py"


def replace(path, text):
    """Save as many editors do: a new file in the old one's place."""
    write_tree(path.parent, {"work.py.new": text})
    (path.parent / "work.py.new").replace(path)


def test_each_save_brings_fresh_feedback_from_the_same_zygote(labgrade, course, work, tmp_path):
    os.mkfifo(tmp_path / "said")
    said = Reader(os.open(tmp_path / "said", os.O_RDWR))
    arguments = ("check", work, "--watch", "--lab", LAB_ID, "--course", course)
    watching = labgrade.start(*arguments, terminal=str(tmp_path / "said"))

    first = said.until("1 of 2 visible checks passed", f"Watching {work}; Ctrl-C ends it.")
    zygote = children(watching.pid)
    work.write_text(RIGHT)
    second = said.until(DONE)
    replace(work, WRONG)
    third = said.until("1 of 2 visible checks passed", "run at grading\n")
    same = children(watching.pid)
    watching.kill(signal.SIGINT)
    code = watching.wait().code

    assert "There is no `pair` yet." in first
    assert "There is no" not in second
    assert "should be 6, but it is 9" in third
    assert zygote == same
    assert 1 == code, "the last check did not pass"
    assert "" == said.rest()
    assert not any(map(alive, zygote))


def test_a_terminal_shows_colours_and_begins_each_time_on_an_empty_screen(labgrade, course, work):
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    screen = Reader(ours)
    arguments = ("check", work, "--watch", "--lab", LAB_ID, "--course", course)
    watching = labgrade.start(*arguments, terminal=os.ttyname(theirs), env={"TERM": "xterm-256color"})

    first = screen.until("1 of 2 visible checks passed", "Ctrl-C ends it.")
    work.write_text(RIGHT)
    second = screen.until(DONE)
    os.write(ours, b"\x03")  # as the person at the keyboard ends it
    ended = watching.wait()
    left = screen.rest()
    os.close(theirs)
    os.close(ours)

    clear, red, green = "\x1b[2J", "\x1b[31m", "\x1b[32m"
    assert clear in first
    assert clear in second
    assert second.index(clear) < second.index("q1")
    assert "\x1b[33m" in first, "what is not attempted is yellow"
    assert green in second
    assert red not in second
    assert 0 == ended.code
    assert "Traceback" not in left
    assert "Abort" not in left
