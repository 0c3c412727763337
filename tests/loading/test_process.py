"""Loads that end, or would end, their process: what the next load of the same program does about it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

DRIVER = """
import json, sys
from pathlib import Path
from labgrade.worker.executor import Program
from labgrade.worker.loading import load
from labgrade.worker.surroundings import prepare_process

order = json.loads(sys.argv[1])
prepare_process(Path.cwd())
loaded = load(
    Program((("lab01.py", Path("lab01.py").read_bytes()),), ("lab01.py",), "submission"),
    budget_seconds=order.get("budget", 20.0),
    output_bytes=1000,
    progress=lambda number: Path("progress").write_text(str(number)),
    skip=frozenset(order.get("skip", ())),
    definitions_after=order.get("definitions_after"),
)
print(json.dumps({
    "names": sorted(loaded.report.names),
    "findings": [[finding.code, finding.where] for finding in loaded.report.findings],
    "output": loaded.report.output,
    "forkable": loaded.report.forkable,
    "torch": "torch" in sys.modules,
    "IPython": "IPython" in sys.modules,
}))
"""


@pytest.fixture
def run(tmp_path):
    """Load a module in a process of its own; gives its status, its report and the last statement begun."""
    import json

    def load(source, **order):
        (tmp_path / "lab01.py").write_text(source)
        done = subprocess.run(
            [sys.executable, "-c", DRIVER, json.dumps(order)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        report = json.loads(done.stdout) if done.stdout else {}
        return done.returncode, report, int(Path(tmp_path, "progress").read_text())

    return load


@pytest.mark.parametrize(
    ("deadly", "status"),
    [
        ("import os; os._exit(0)", 0),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9),
        ("import ctypes; ctypes.string_at(0)", -11),
    ],
)
def test_a_statement_that_ends_the_process_is_known_and_left_out_next_time(run, deadly, status):
    source = f"x = 1\ndef before(): pass\n{deadly}\ndef after(): pass\ny = print('below')\n"
    ended, report, last = run(source)
    assert (ended, report) == (status, {})
    ended, report, _ = run(source, skip=[last], definitions_after=last)
    assert ended == 0
    assert {"x", "before", "after", "y"} <= set(report["names"])
    assert report["findings"] == [["statement-ended-process", "lab01.py:3"]]


@pytest.mark.parametrize(
    "ending", ["exit()", "import sys; sys.exit(1)", "raise SystemExit", "raise KeyboardInterrupt"]
)
def test_a_polite_exit_ends_nothing(run, ending):
    ended, report, _ = run(f"{ending}\ndef after(): pass\n")
    assert ended == 0
    assert "after" in report["names"]


def test_a_loop_that_swallows_everything_ends_in_the_budget_where_it_can(run):
    ended, report, _ = run(
        "def stubborn():\n"
        "    for _ in range(3):\n"
        "        try:\n"
        "            while True: pass\n"
        "        except BaseException: pass\n"
        "stubborn()\n"
        "def after(): pass\n",
        budget=0.1,
    )
    assert ended == 0
    assert report["names"] == ["after", "stubborn"]


def test_warnings_and_exceptions_ignored_go_to_the_output(run):
    _, report, _ = run(
        "import warnings\nwarnings.warn('mind the gap')\nclass Bad:\n    def __del__(self): 1 / 0\nBad()\n"
    )
    assert "UserWarning: mind the gap" in report["output"]
    assert "ZeroDivisionError" in report["output"]


def test_loading_imports_nothing_heavy(run):
    _, report, _ = run("x = 1\n")
    assert (report["torch"], report["IPython"]) == (False, False)
    assert report["forkable"]
