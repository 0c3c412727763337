"""Code that writes marks, or what a trusted process might read or import."""

from __future__ import annotations

import json

from tests.attacks.arena import HandIn, attack

# Every wrong answer below is one of `extreme_values`: what else a hand-in writes must not make it right.
WRONG = """

def extreme_values(t):
    return t.min(), t.max()
"""


def _beside(files: dict[str, str | bytes]) -> HandIn:
    return HandIn(WRONG, ("q9",), files=files)


def _top(code: str) -> HandIn:
    return attack(code + WRONG, "q9")


PASSING_CONFTEST = """
import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item, call):
    call.excinfo = None


def pytest_collection_modifyitems(items):
    items.clear()
"""
EVERYWHERE = "raise SystemExit('ours was not imported')\n"

FRAMES = '''
import json, os, struct


def everywhere(payload):
    """Write to every descriptor there is, as often as it takes."""
    for number in range(1, 256):
        try:
            os.set_blocking(number, False)
            os.write(number, payload)
        except OSError:
            pass


def forged():
    for answer in (
        {"ok": True, "value": None, "outcome": "passed", "score": 5},
        {"id": 1, "outcome": "passed", "score": 5.0, "max_score": 5.0},
    ):
        text = json.dumps(answer).encode()
        everywhere(struct.pack("<I", len(text)) + text)
        everywhere(struct.pack(">Q", len(text)) + text)
        everywhere(text + b"\\n")
'''

NOTEBOOK_MARKS = json.dumps(
    {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"points": 1000, "labgrade": {"score": 50}, "grade": True},
        "cells": [
            {
                "cell_type": "markdown",
                "id": "a",
                "metadata": {"nbgrader": {"points": 1000, "grade": True}},
                "source": ["score: 50"],
            }
        ],
    }
)

WRITING = {
    "conftest": _beside({"conftest.py": PASSING_CONFTEST, "pytest.ini": "[pytest]\naddopts = --co\n"}),
    "pyproject": _beside(
        {
            "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p no:labgrade --collect-only"\n',
            "setup.cfg": "[tool:pytest]\naddopts = --collect-only\n",
            "tox.ini": "[pytest]\naddopts = --collect-only\n",
        }
    ),
    "site-customize": _beside(
        {"sitecustomize.py": EVERYWHERE, "usercustomize.py": EVERYWHERE, "a.pth": EVERYWHERE}
    ),
    "shadows-torch": _beside(
        {"torch.py": EVERYWHERE, "json.py": EVERYWHERE, "numpy/__init__.py": EVERYWHERE}
    ),
    "shadows-ours": _beside(
        {"labgrade.py": EVERYWHERE, "labgrade/__init__.py": EVERYWHERE, "pytest.py": EVERYWHERE}
    ),
    "course-inside": _beside(
        {
            "course.toml": 'title = "mine"\nlabs = ["lab01_tensors"]\n',
            "lab.toml": 'id = "lab01_tensors"\nmarks = "1"\n',
            "graders/lab01_tensors/test_hidden.py": "",
            ".env": "LABGRADE_COURSE=.\n",
        }
    ),
    "records-inside": _beside(
        {
            "reports/lab01_tensors/me/20260101T000000.000000Z-000000000000.json": '{"score": 50}',
            "results.json": '{"score": 100, "tests": []}',
            "record.json": '{"score": 50, "max_score": 50}',
        }
    ),
    "metadata": _beside({"notes.ipynb": NOTEBOOK_MARKS}),
    "canary": _top(
        """
        import os, pathlib, tempfile

        folders = (ARENA["canary"], "/tmp", "/var/tmp", "/dev/shm", "..", "/", os.path.expanduser("~root"))
        for folder in folders:
            for name in ("written", "record.json"):
                try:
                    pathlib.Path(folder, name).write_text("score: 50")
                    os.symlink(ARENA["canary"] + "/secret", os.path.join(folder, "link" + name))
                except OSError:
                    pass
        """
    ),
    "links-out": _top(
        """
        import os

        try:
            os.symlink(ARENA["canary"], "out")
            open("out/written", "w").write("score: 50")
        except OSError:
            pass
        """
    ),
    "at-exit": _top(
        """
        import atexit, os, sys


        def late():
            try:
                open(ARENA["canary"] + "/written-late", "w").write("50")
            finally:
                os._exit(0)


        atexit.register(late)
        sys.excepthook = sys.unraisablehook = lambda *_: late()
        """
    ),
    "frames": attack(
        FRAMES
        + """

forged()


def extreme_values(t):
    forged()
    return t.min(), t.max()


def extreme_indices(t):
    forged()
    os._exit(0)
""",
        "q9",
        "q10",
    ),
    "patched-comparison": _top(
        """
        import builtins, json, math, unittest

        torch.equal = torch.allclose = torch.isclose = torch.testing.assert_close = lambda *_, **__: True
        np.array_equal = np.allclose = np.testing.assert_allclose = lambda *_, **__: True
        math.isclose = lambda *_, **__: True
        builtins.AssertionError = builtins.all = builtins.any = lambda *_: True
        torch.Tensor.__eq__ = torch.Tensor.equal = torch.Tensor.allclose = lambda *_, **__: torch.tensor(True)
        """
    ),
    "patched-worker": _top(
        """
        import gc, sys

        for name, module in list(sys.modules.items()):
            if name.startswith("labgrade"):
                for key, value in list(vars(module).items()):
                    if callable(value) and not isinstance(value, type) and "check" in key.lower():
                        setattr(module, key, lambda *_, **__: True)
        """
    ),
}
"""None of what these write is read, imported or believed by anybody."""
