"""Time limits follow the machine, and leave the solution room."""

from __future__ import annotations

import json

import pytest
from tests.cli.runs import warm
from tests.cli.tiny_course import LAB_ID, RIGHT, write_course
from tests.conftest import REPOSITORY
from tests.trees import write_tree

from labgrade import pace

LABS = ["lab01_tensors", "lab02_computation_graphs", "lab03_regression"]
SLOW = RIGHT.replace(
    "def double(x):", "def double(x):\n    import time\n    while time.process_time() < 2.5:\n        pass"
)
"""Uses several times the seconds that the tiny lab grants an exercise."""


def graded(folder, *, slowness):
    write_course(folder / "course")
    write_tree(folder, {"work.py": SLOW})
    ended = warm().run(
        *("grade", "work.py", "--lab", LAB_ID, "--course", "course", "--json"),
        cwd=folder,
        before=f"import labgrade.pace as pace; pace.slowness = lambda: {slowness}\n"
        f"import labgrade.grader.grade as grade; grade.slowness = pace.slowness",
    )
    record = json.loads((folder / ended.document["submissions"][0]["record"]).read_text(encoding="utf-8"))
    return record["score"], record["provenance"]["slowness"]


def test_what_is_out_of_time_on_a_fast_machine_is_right_on_a_slow_one(tmp_path):
    (tmp_path / "fast").mkdir()
    (tmp_path / "slow").mkdir()

    score, slowness = graded(tmp_path / "fast", slowness=1)

    assert score < 3.5
    assert 1 == slowness
    assert (3.5, 20) == graded(tmp_path / "slow", slowness=20)


@pytest.mark.parametrize(("reference", "expected"), [(1e-9, 20.0), (1e9, 1.0)])
def test_limits_are_never_shorter_and_never_without_end(monkeypatch, reference, expected):
    monkeypatch.setattr(pace, "REFERENCE_SECONDS", reference)

    assert expected == pace.slowness.__wrapped__()


@pytest.mark.parametrize(
    "lab",
    [*LABS, *(pytest.param(lab, marks=pytest.mark.slow) for lab in ("lab04_feedforward", "lab05_cnn"))],
)
def test_a_tenth_of_every_limit_is_enough_for_the_solution(tmp_path, lab):
    solution = REPOSITORY / "reference_solutions" / f"{lab}.py"

    ended = warm().run(
        *("grade", solution, "--lab", lab, "--course", REPOSITORY, "--json"),
        cwd=tmp_path,
        before="import labgrade.grader.grade as grade, labgrade.grader.programs as programs\n"
        "grade.paced = programs.paced = lambda seconds: seconds / 10",
    )

    row = ended.document["submissions"][0]
    assert row["max_score"] == row["score"]
