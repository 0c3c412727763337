"""`labgrade grade` as a person or a script sees it: what is printed where, and what is refused."""

from __future__ import annotations

import fcntl
import json
import os
import struct
import termios
from pathlib import Path

import pytest
from tests.trees import write_tree

from .runs import Reader
from .tiny_course import HALF, LAB_ID, RIGHT, write_course


@pytest.fixture(scope="module")
def submissions(tmp_path_factory):
    """A folder of hand-ins, a subfolder a lab."""
    return write_tree(tmp_path_factory.mktemp("all"), {f"{LAB_ID}/s1.py": RIGHT, f"{LAB_ID}/s2.py": HALF})


def test_on_a_pipe_there_is_a_line_a_result_a_table_and_the_reports_place(labgrade, course, submissions):
    ended = labgrade.run("grade", ".", "--course", course, "--out", "out", "--jobs", "1", cwd=submissions)

    assert 0 == ended.code
    lines = [f"[1/2] {LAB_ID} s1: 3.5 of 3.5", f"[2/2] {LAB_ID} s2: 2.5 of 3.5"]
    assert lines == ended.err.splitlines()
    printed = [line.split() for line in ended.out.splitlines()]
    assert ["Lab", "Student", "Score", "Findings"] == printed[0]
    assert [LAB_ID, "s1", "3.5", "of", "3.5"] in printed
    assert ["Report:", "out/index.html"] == printed[-1]


def test_on_a_terminal_there_is_a_bar_with_the_time_to_go_and_no_thread(labgrade, course, submissions):
    """The batch forks while the bar is shown: a thread that draws would be lost, or hold a lock."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    screen = Reader(ours)
    options = ("--course", course, "--out", "bar", "--jobs", "2")
    running = labgrade.start(
        "grade", ".", *options, cwd=submissions, terminal=os.ttyname(theirs), env={"TERM": "xterm-256color"}
    )
    screen.until("starting", "0/2")
    threads = []
    for text in ("1/2", "2/2"):
        screen.until(text)
        threads.append(len(list(Path(f"/proc/{running.pid}/task").iterdir())))
    screen.until("Report: bar/index.html")
    ended = running.wait()
    os.close(theirs)
    os.close(ours)

    assert 0 == ended.code
    assert "to go" in screen.seen
    assert "━" in screen.seen
    assert "Warning" not in screen.seen
    assert threads[0] == 1


@pytest.mark.parametrize("case", ["chosen by -k", "by the environment"])
def test_a_setting_reaches_the_record(labgrade, course, submissions, tmp_path, case):
    if case == "chosen by -k":
        options = ("--seed", "11", "--out", str(tmp_path / "out"), "--course", course)
        arguments, env = ("-k", "q2", *options), {}
    else:
        arguments = ("-k", "q2")
        env = {"LABGRADE_SEED": "11", "LABGRADE_OUT": str(tmp_path / "out"), "LABGRADE_COURSE": str(course)}
    ended = labgrade.run("grade", submissions / LAB_ID / "s1.py", *arguments, env=env)

    (path,) = (tmp_path / "out" / LAB_ID / "s1").glob("*.json")
    record = json.loads(path.read_text())
    assert 0 == ended.code
    assert "These records hold the chosen exercises only" in ended.err
    assert ("q2", 1, 11) == (record["exercises"][0]["id"], record["max_score"], record["provenance"]["seed"])


REFUSALS = {
    "no such file": (("nowhere",), "nowhere: There is no such file or folder."),
    "one of two is missing": ((LAB_ID, "nowhere.py"), "nowhere.py: There is no such file or folder."),
    "no such lab": ((LAB_ID, "--lab", "lab07"), 'There is no lab "lab07".'),
    "no such exercise": ((LAB_ID, "-k", "q9"), "there is no exercise 'q9'"),
    "no such option": ((LAB_ID, "--quick"), "--quick"),
    "no path": ((), "PATH"),
    "no such layer": (
        (LAB_ID, "--allow-missing-layer", "walls"),
        'Known: "files", "network", "process tree", "memory".',
    ),
    "not a seed": ((LAB_ID, "--seed", "-1"), "'-1' is not a whole number"),
    "not a number of jobs": ((LAB_ID, "--jobs", "0"), "'0' is not a whole number"),
    "no such data": ((LAB_ID, "--data", "cats"), "There is no data set 'cats'."),
    "no such executor": ((LAB_ID, "--executor", "magic"), "There is no executor 'magic'."),
    "no course there": ((LAB_ID, "--course", "nowhere"), "no course at 'nowhere'"),
    "not confined": (
        (LAB_ID, "--executor", "spawn", "--allow-missing-layer", "files"),
        (
            "This machine cannot confine network, process tree, memory of student code (executor: spawn).\n"
            "TIP: `labgrade doctor` says why. To grade all the same: "
            '--allow-missing-layer "network" --allow-missing-layer "process tree" '
            '--allow-missing-layer "memory"'
        ),
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_wrong_use_is_one_message_on_standard_error_and_code_2(labgrade, course, submissions, case, tmp_path):
    arguments, message = REFUSALS[case]
    fixed = () if "--course" in arguments else ("--course", course)

    ended = labgrade.run("grade", *arguments, *fixed, "--out", tmp_path / "out", "--json", cwd=submissions)

    assert (2, "") == (ended.code, ended.out)
    assert message in ended.err
    assert "Traceback" not in ended.err
    assert [] == list(tmp_path.rglob("*.json"))


def test_an_executor_that_a_variable_names_is_refused_with_its_name(labgrade, course, submissions, tmp_path):
    arguments = (submissions, "--course", course, "--out", tmp_path / "out")

    ended = labgrade.run("grade", *arguments, env={"LABGRADE_EXECUTOR": "magic"})

    assert 2 == ended.code
    assert "LABGRADE_EXECUTOR: There is no executor 'magic'." in ended.err


def test_a_gpu_that_is_not_there_is_refused(labgrade, course, submissions, tmp_path):
    nothing = {"CUDA_VISIBLE_DEVICES": ""}
    arguments = (submissions, "--course", course, "--out", tmp_path / "out", "--device", "cuda")

    ended = labgrade.run("grade", *arguments, env=nothing)

    assert 2 == ended.code
    assert "--device: There is no GPU that torch can use." in ended.err


def test_a_course_without_hidden_checks_is_refused(labgrade, submissions, tmp_path):
    public = write_course(tmp_path / "public", hidden=None)

    ended = labgrade.run("grade", submissions, "--course", public, "--out", tmp_path / "out", "--json")

    assert (2, "") == (ended.code, ended.out)
    assert "no hidden checks" in ended.err
    assert "--course" in ended.err


@pytest.mark.slow
def test_missing_layers_that_are_named_are_gone_without_and_noted(labgrade, course, submissions, tmp_path):
    layers = ("files", "network", "process tree", "memory")
    allowed = [word for layer in layers for word in ("--allow-missing-layer", layer)]
    arguments = (submissions, "--course", course, "--out", tmp_path / "out", "--json", "--jobs", "2")

    ended = labgrade.run("grade", *arguments, "--executor", "spawn", *allowed)

    assert (0, "") == (ended.code, ended.err)
    assert [3.5, 2.5] == [found["score"] for found in ended.document["submissions"]]
    for path in (tmp_path / "out").glob("*/*/*.json"):
        provenance = json.loads(path.read_text())["provenance"]
        assert ("spawn", list(layers)) == (provenance["executor"], provenance["overridden_layers"])


@pytest.mark.slow
def test_a_layer_that_is_there_is_not_noted_as_missing(labgrade, course, submissions, tmp_path):
    arguments = (submissions / LAB_ID / "s1.py", "--course", course, "--out", tmp_path / "out")
    labgrade.run("grade", *arguments, "--allow-missing-layer", "memory")

    (path,) = (tmp_path / "out").glob("*/*/*.json")
    assert [] == json.loads(path.read_text())["provenance"]["overridden_layers"]
