"""A course of one lab with two quick exercises, and hand-ins for it.

The hidden check of q2 obeys what a submission's `pair` returns: that is how these tests make trouble inside
the trusted process, at a moment that they choose.
"""

from __future__ import annotations

from pathlib import Path

from tests.trees import write_tree

LAB_ID = "lab01_tiny"

COURSE = 'title = "Tiny course"\ncode = "T 1"\nlabs = ["lab01_tiny"]\n'

LAB = """\
id = "lab01_tiny"
title = "A tiny lab"
marks = "3.5"

[limits]
load_seconds = 2
exercise_seconds = 1

[[exercises]]
id = "q1"
title = "Doubling"
names = ["double"]
visible = { checks = 1, marks = "1" }
hidden = { checks = 1, marks = "1.5" }

[[exercises]]
id = "q2"
title = "A pair"
names = ["pair"]
visible = { checks = 1, marks = "0.5" }
hidden = { checks = 1, marks = "0.5" }
"""

VISIBLE = '''\
from labgrade.grader import check, exercise, expect


@exercise("q1")
class TestDouble:
    @check(marks=1, hint="Twice means times two.")
    def test_of_three(self, student):
        """Twice three is six"""
        expect(student.double(3.0)).close_to(6.0)


@exercise("q2")
class TestPair:
    @check(marks="0.5")
    def test_of_four(self, student):
        """Four and its root"""
        expect(student.pair(4.0)).close_to([4.0, 2.0])
'''

HIDDEN = '''\
import contextlib
import os
import signal
import time
from pathlib import Path

from labgrade.grader import check, exercise, expect


def first_time(name):
    """Whether this is the first call with that name, over all processes."""
    try:
        (Path(os.environ["TINY_FLAGS"]) / name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def kill_zygotes():
    """Kill the batch's zygote, seen from a job or from the batch itself."""
    for parent in (os.getppid(), os.getpid()):
        for task in Path(f"/proc/{parent}/task").iterdir():
            for child in (task / "children").read_text().split():
                # Another job may end in the meantime, or kill the zygote itself.
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    if b"worker.zygote" in Path(f"/proc/{child}/cmdline").read_bytes():
                        os.kill(int(child), signal.SIGKILL)


def obey(word):
    """Do what a submission of these tests asks for."""
    kind, _, name = word.partition(":")
    if kind == "wait":
        (Path(os.environ["TINY_FLAGS"]) / f"{name}.waiting").touch()
        while not (Path(os.environ["TINY_FLAGS"]) / name).exists():
            time.sleep(0.01)
    elif kind == "broken-grader":
        if not (Path(os.environ["TINY_FLAGS"]) / "mended").exists():
            raise ZeroDivisionError("by the grader")
    elif kind == "kill-job" and (name == "always" or first_time(name)):
        os.kill(os.getpid(), signal.SIGKILL)
    elif kind == "kill-zygote" and (name == "always" or first_time(name)):
        kill_zygotes()
    elif kind == "fault" and (name == "always" or first_time(name)):
        from labgrade.errors import WorkerLost

        raise WorkerLost("a supervisor ended")


@exercise("q1")
class TestDouble:
    @check(marks="1.5")
    def test_of_any(self, student, rng):
        """Twice any number"""
        x = rng.uniform(-3, 3)
        expect(student.double(x)).close_to(2 * x)


@exercise("q2")
class TestPair:
    @check(marks="0.5")
    def test_of_nine(self, student):
        """Nine and its root"""
        pair = student.pair(9.0)
        if isinstance(pair, str):
            obey(pair)
            pair = student.pair(16.0)
            expect(pair).close_to([16.0, 4.0])
        else:
            expect(pair).close_to([9.0, 3.0])
'''

RIGHT = "def double(x):\n    return 2 * x\n\n\ndef pair(x):\n    return [x, x ** 0.5]\n"
HALF = "def double(x):\n    return 2 * x\n"
WRONG = "def double(x):\n    return x * x\n\n\ndef pair(x):\n    return [x, x ** 0.5]\n"
ENDLESS = "def double(x):\n    while True:\n        pass\n\n\ndef pair(x):\n    return [x, x ** 0.5]\n"
EXITING = "import os\n\n\ndef double(x):\n    os._exit(0)\n\n\ndef pair(x):\n    return [x, x ** 0.5]\n"
UNREADABLE = "def double(x):\n    return 2 *\n"


def asking(word: str) -> str:
    """Return a right submission whose hidden check obeys a word of `obey` first."""
    return (
        "def double(x):\n    return 2 * x\n\n\n"
        f"def pair(x):\n    return {word!r} if x == 9.0 else [x, x ** 0.5]\n"
    )


def write_course(root: Path, *, visible: str = VISIBLE, hidden: str | None = HIDDEN) -> Path:
    """Write the course below `root` and return it; without hidden checks where `hidden` is None."""
    files = {
        "course.toml": COURSE,
        f"assignments/{LAB_ID}/lab.toml": LAB,
        f"assignments/{LAB_ID}/task.md": "# A tiny lab\n",
        f"graders/{LAB_ID}/test_visible.py": visible,
    }
    if hidden is not None:
        files[f"graders/{LAB_ID}/test_hidden.py"] = hidden
    return write_tree(root, files)
