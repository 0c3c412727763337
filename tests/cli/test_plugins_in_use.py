"""A plugin from a package that is really installed: what it offers is used by the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.trees import write_tree

from .tiny_course import HIDDEN, LAB_ID, RIGHT, VISIBLE, write_course
from .venv import Environment

PLUGIN = '''\
"""Everything that a plugin can bring, in one module."""

import os
from pathlib import Path

import torch

from labgrade.data.availability import Availability
from labgrade.data.images import Images, Loaded
from labgrade.hookspecs import hookimpl
from labgrade.intake import Member
from labgrade.probes import Probe
from labgrade.worker.factory import make_executor


class Reversed:
    """Python code written backwards, under the ending .yp."""

    name = "reversed"

    def claims(self, path_name, head):
        return head is not None and path_name.endswith(".yp")

    def read(self, source, limits, notes):
        return (Member("work.py", source.read(limits.py_bytes)[::-1]),)


class Counted:
    """The usual executor; each start leaves a mark."""

    name = "counted"

    def start(self, preload, **options):
        with Path(os.environ["STARTS"]).open("a") as file:
            file.write("started\\n")
        return make_executor("fork", preload, **options)


class Cats:
    name = "cats"

    def look(self, roots):
        return Availability(found=True, detail="nine lives")

    def load(self, roots, *, download=False):
        images = Images(torch.zeros(1000, 1, 28, 28), torch.arange(1000) % 9)
        return Loaded(images, images, tuple("123456789"), "c" * 64, "nine lives")


def _twice_in_a_row(call):
    call.run()
    return call.run()


TWICE_IN_A_ROW = Probe("twice_in_a_row", _twice_in_a_row)


def twice_in_a_row(function, *args):
    """Ask for the second of two calls."""
    return function.ask("twice_in_a_row", args, {})


@hookimpl
def labgrade_intake_formats():
    return [Reversed()]


@hookimpl
def labgrade_executors():
    return [Counted()]


@hookimpl
def labgrade_datasets():
    return [Cats()]


@hookimpl
def labgrade_probes():
    return [TWICE_IN_A_ROW]
'''

ASKING = HIDDEN.replace(
    "expect(student.double(x)).close_to(2 * x)",
    "expect(acme_all.twice_in_a_row(student.double, x)).close_to(2 * x)",
).replace("import os\n", "import os\n\nimport acme_all\n", 1)

FORGETFUL = RIGHT.replace("    return 2 * x", "    seen.append(x)\n    return 2 * x * len(seen)").replace(
    "def double", "seen = []\n\n\ndef double"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder with a course whose hidden checks use the plugin's probe, and hand-ins."""
    folder = tmp_path_factory.mktemp("plugins")
    write_course(folder / "course", visible=VISIBLE, hidden=ASKING)
    write_tree(folder / "class", {"right.yp": RIGHT.encode()[::-1], "forgetful.py": FORGETFUL})
    return folder


@pytest.fixture(scope="module")
def environment(place, repository) -> Environment:
    """An environment with the plugin installed."""
    made = Environment(place / "environment")
    made.see(repository / "src")
    made.install("acme_all", PLUGIN)
    return made


@pytest.fixture(scope="module")
def graded(environment, place):
    """The class graded with what the plugin brings; student id to record."""
    options = ("--lab", LAB_ID, "--course", "course", "--executor", "counted", "--data", "cats", "--json")
    ended = environment.labgrade(
        "grade", "class", *options, cwd=place, env={"STARTS": str(place / "starts"), "PATH": ""}
    )
    assert (0, "") == (ended.returncode, ended.stderr)
    found = json.loads(ended.stdout)["submissions"]
    return {each["student"]: json.loads((place / each["record"]).read_text()) for each in found}


def outcomes(record):
    return {check["id"]: check["outcome"] for exercise in record["exercises"] for check in exercise["checks"]}


def test_a_form_of_hand_in_is_read(graded):
    assert 3.5 == graded["right"]["score"]
    assert ["work.py"] == graded["right"]["provenance"]["entries"]


def test_a_probe_is_asked_by_the_grader_and_answered_in_the_worker(graded):
    assert "passed" == outcomes(graded["right"])["q1.of_any"]
    assert "failed" == outcomes(graded["forgetful"])["q1.of_any"], "the second call remembers the first"


def test_an_executor_is_chosen_by_its_name(graded, place):
    assert graded
    assert "started\n" == (place / "starts").read_text()


def test_a_data_set_is_chosen_by_its_name(graded):
    assert {"cats"} == {record["provenance"]["dataset"] for record in graded.values()}


@pytest.mark.slow
def test_the_worker_that_is_spawned_answers_the_probe_too(environment, place):
    layers = ("files", "network", "process tree", "memory")
    allowed = [word for layer in layers for word in ("--allow-missing-layer", layer)]
    options = (
        "--lab",
        LAB_ID,
        "--course",
        "course",
        "--out",
        "spawned",
        "--executor",
        "spawn",
        *allowed,
        "--json",
    )

    ended = environment.labgrade("grade", "class/right.yp", *options, cwd=place, env={"PATH": ""})

    assert [3.5] == [found["score"] for found in json.loads(ended.stdout)["submissions"]]


@pytest.mark.slow
def test_doctor_lists_the_plugins_data_set(environment, place):
    ended = environment.labgrade("doctor", "--course", "course", cwd=place, env={"PATH": ""})

    assert "ok       cats: nine lives" in ended.stdout


BROKEN = PLUGIN.replace('TWICE_IN_A_ROW = Probe("twice_in_a_row", _twice_in_a_row)\n', "").replace(
    "return [TWICE_IN_A_ROW]", 'return [Probe("twice_in_a_row", _twice_in_a_row)]'
)


@pytest.mark.slow
def test_a_probe_that_a_worker_could_not_find_is_named(tmp_path, place, repository):
    environment = Environment(tmp_path / "environment")
    environment.see(repository / "src")
    environment.install("acme_all", BROKEN)

    ended = environment.labgrade("grade", "class", "--lab", LAB_ID, "--course", "course", cwd=place)

    assert (2, "") == (ended.returncode, ended.stdout)
    assert "The probe 'twice_in_a_row' is no name at the top level of acme_all" in ended.stderr
