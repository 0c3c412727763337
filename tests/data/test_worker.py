"""What a worker finds of the data sets: nothing, wherever it looks."""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from pathlib import Path

import pytest

from labgrade.errors import StudentRaised
from labgrade.executors import load_data_set, start_executor
from labgrade.settings import load_settings
from labgrade.worker.executor import Limits, Program

from . import idx_files

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a worker's files are not confined")

LIBRARY = Path(sysconfig.get_path("stdlib")).resolve()
# Folders of the standard library stand in for data that lies among what a worker may see.
ROOT, RELATIVE, CACHE, FREE = (LIBRARY / name for name in ("wsgiref", "xmlrpc", "curses", "dbm"))

SOURCE = """
import gc, math, os, sys

before = sorted(sys.modules)
from sklearn.metrics import confusion_matrix
matrix = confusion_matrix([0, 1], [1, 1]).tolist()

from sklearn.datasets import load_digits
digits = load_digits()


def files(folders):
    return {folder: sorted(name for name in os.listdir(folder)) for folder in folders}


def every_file_of_data(names):
    found = []
    for folder, folders, files in os.walk("/"):
        folders[:] = [name for name in folders if folder != "/" or name not in ("proc", "sys")]
        told = [name for name in files if name in names or speaks_of_data(name.lower())]
        found += [os.path.join(folder, name) for name in told]
    return found


def speaks_of_data(name):
    text_about_it = (".py", ".pyc", ".pyi", ".h", ".rst")
    return ("mnist" in name or "digits" in name) and not name.endswith(text_about_it)


def large_arrays():
    held = [thing for holder in gc.get_objects() for thing in gc.get_referents(holder)]
    arrays = [thing for thing in held if type(thing).__name__ in ("ndarray", "Tensor")]
    return len(arrays), [str(a.shape) for a in arrays if a.ndim > 1 and math.prod(a.shape) >= 300 * 64]


def modules_before():
    return before


def right():
    return matrix


def environment():
    return dict(os.environ)


def digits_in_a_call():
    return load_digits().target[:3]
"""


@pytest.fixture(scope="module")
def worker(repository):
    """A submission loaded as in a run of this course; the grader's process holds the images already."""
    roots = os.pathsep.join([str(ROOT), os.path.relpath(RELATIVE)])
    settings = load_settings({"course": repository, "data_root": roots, "executor": "fork"}, {})
    load_data_set(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(CACHE))
        patch.setenv("LABGRADE_DATA", str(ROOT))
        executor = start_executor(settings, settings.course.labs)
    program = Program((("lab.py", SOURCE.encode()),), ("lab.py",), "submission")
    try:
        if "files" not in executor.isolation().confines:
            pytest.skip("this machine does not confine files")
        with executor.open(program, Limits(load_seconds=60)) as loaded:
            yield loaded
    finally:
        executor.close()


@pytest.fixture
def call(worker):
    """`call(NAME, …)` runs one of the submission's functions."""

    def ask(name, *arguments):
        with worker.exercise(fresh=True, seconds=60, seed=1) as channel:
            wish = {"function": name, "args": list(arguments), "kwargs": {}, "options": {}}
            return channel.ask("call", wish)

    return ask


def test_roots_and_caches_look_empty(call):
    """Absolute or relative; what lies beside them is there."""
    found = call("files", [str(place) for place in (ROOT, RELATIVE, CACHE, FREE)])

    assert [[], [], []] == [found[str(place)] for place in (ROOT, RELATIVE, CACHE)]
    assert "__init__.py" in found[str(FREE)]


def test_no_file_of_data_is_in_view(call):
    packaged = Path(importlib.util.find_spec("sklearn").origin).parent / "datasets" / "data"
    names = {path.name for path in packaged.iterdir() if path.suffix != ".py"}
    assert "digits.csv.gz" in names, "or there is nothing to hide"

    assert [] == call(
        "every_file_of_data", [*names, *idx_files.FILES, *(f"{name}.gz" for name in idx_files.FILES)]
    )


def test_the_zygote_has_read_no_data(call):
    modules = call("modules_before")

    assert "torch" in modules
    assert not [name for name in modules if name.startswith(("sklearn.datasets", "labgrade.data"))]
    arrays, large = call("large_arrays")
    assert arrays > 0, "or the walk sees none"
    assert [] == large


def test_the_environment_names_no_place(call):
    values = call("environment")

    assert not [name for name in values if name.startswith("LABGRADE")]
    assert not [text for text in values.values() if str(ROOT) in text or str(CACHE) in text]


def test_the_digits_cost_their_own_statement_with_a_reason(worker, call):
    told = [finding for finding in worker.report.findings if "digits" in finding.lost_names]

    assert ["lab.py:9"] == [finding.where for finding in told]
    assert "scikit-learn's own data sets cannot be read while grading" in told[0].message
    assert [[0, 1], [0, 1]] == call("right"), "metrics work"


def test_the_digits_in_a_call_are_answered_with_the_same_advice(call):
    with pytest.raises(StudentRaised) as caught:
        call("digits_in_a_call")

    assert "FileNotFoundError" == caught.value.type_name
    assert "use the images that the functions get" in caught.value.advice
