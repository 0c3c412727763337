"""Which files of a hand-in run, and in what order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.trees import write_tree

from .hand_ins import CODE, accepted, codes, message, notebook

if TYPE_CHECKING:
    from pathlib import Path

    from labgrade.intake import Submission


def _hand_in(tmp_path: Path, *names: str) -> Submission:
    files = {name: notebook(name) if name.endswith(".ipynb") else CODE for name in names}
    return accepted(write_tree(tmp_path / "s01", files))


@pytest.mark.parametrize(
    "name",
    [
        "lab01_tensors.py",
        "LAB01_Tensors.py",
        "lab01_tensors (2).ipynb",
        "lab01_tensors_final.py",
        "Lab01-tensors.ipynb",
    ],
)
def test_file_with_the_labs_name_runs_alone(tmp_path: Path, name: str) -> None:
    submission = _hand_in(tmp_path, name, "helper.py", "another.py")
    assert submission.entries == (name,)
    assert codes(submission) == ["main-file"]
    assert '"another.py" and "helper.py"' in message(submission, "main-file")


def test_exact_name_goes_before_a_longer_one(tmp_path: Path) -> None:
    submission = _hand_in(tmp_path, "lab01_tensors.py", "lab01_tensors_old.py")
    assert submission.entries == ("lab01_tensors.py",)


def test_number_of_another_lab_is_not_this_one(tmp_path: Path) -> None:
    files = {"lab1.py": CODE, "lab10.py": CODE}
    submission = accepted(write_tree(tmp_path / "s01", files))
    assert submission.entries == ("lab1.py", "lab10.py")


def test_notebook_and_module_of_the_lab_are_two_versions(tmp_path: Path) -> None:
    submission = _hand_in(tmp_path, "lab01_tensors.py", "lab01_tensors.ipynb")
    assert submission.entries == ("lab01_tensors.ipynb",)
    assert codes(submission) == ["two-versions"]
    assert '"lab01_tensors.ipynb" was run' in message(submission, "two-versions")


def test_lab_in_pieces_runs_in_order(tmp_path: Path) -> None:
    submission = _hand_in(tmp_path, "lab01_tensors_q10.py", "lab01_tensors_q2.py", "notes.py")
    assert submission.entries == ("lab01_tensors_q2.py", "lab01_tensors_q10.py")
    assert codes(submission) == ["several-files"]


def test_one_file_a_question_runs_in_natural_order(tmp_path: Path) -> None:
    submission = _hand_in(tmp_path, "q10.py", "q2.ipynb", "Q1.py", "src/model.py")
    assert submission.entries == ("Q1.py", "q2.ipynb", "q10.py")
    assert '"Q1.py", "q2.ipynb" and "q10.py"' in message(submission, "several-files")
    assert "lab01_tensors" in message(submission, "several-files")


def test_shallowest_level_that_has_any_runs(tmp_path: Path) -> None:
    submission = accepted(
        write_tree(
            tmp_path / "s01", {"notes.txt": b"", "b/q2.py": CODE, "a/q1.py": CODE, "a/deep/q0.py": CODE}
        )
    )
    assert submission.entries == ("a/q1.py", "b/q2.py")


def test_the_only_file_runs_wherever_it_lies(tmp_path: Path) -> None:
    submission = accepted(write_tree(tmp_path / "s01", {"notes.txt": b"", "a/b/work.py": CODE}))
    assert submission.entries == ("a/b/work.py",)
    assert submission.findings == ()


@pytest.mark.parametrize(
    "helper", ["test_q1.py", "q1_test.py", "conftest.py", "setup.py", "sitecustomize.py"]
)
def test_tests_and_set_up_run_only_where_nothing_else_is(tmp_path: Path, helper: str) -> None:
    assert _hand_in(tmp_path / "both", helper, "q1.py").entries == ("q1.py",)
    assert _hand_in(tmp_path / "alone", helper).entries == (helper,)


def test_long_orders_are_told_in_part(tmp_path: Path) -> None:
    submission = _hand_in(tmp_path, *(f"q{number}.py" for number in range(1, 31)))
    assert len(submission.entries) == 30
    assert "and 10 more" in message(submission, "several-files")
