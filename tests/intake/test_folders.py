"""Folders and what is kept of them; archives share these rules."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.trees import write_tree

from labgrade.intake import Entry, IntakeLimits, Submission, read_entry

from .hand_ins import CODE, LAB, accepted, codes, message, notebook, paths, rejected

if TYPE_CHECKING:
    from pathlib import Path


def test_code_comes_first_and_in_natural_order(tmp_path: Path) -> None:
    files = {"q10.py": CODE, "q2.py": CODE, "a.csv": b"1", "q1.ipynb": notebook("x = 1")}
    assert paths(accepted(write_tree(tmp_path / "s01", files))) == ["q1.ipynb", "q2.py", "q10.py", "a.csv"]


def test_small_data_stays_and_the_rest_is_told(tmp_path: Path) -> None:
    files = {
        "q1.py": CODE,
        "a.CSV": b"1",
        "m.pt": b"PK",
        "p.png": b"\x89PNG",
        "report.pdf": b"%PDF",
        "run.sh": b"ls",
    }
    submission = accepted(write_tree(tmp_path / "s01", files))
    assert paths(submission) == ["q1.py", "a.CSV", "m.pt", "p.png"]
    assert codes(submission) == ["left-out"]
    assert '"report.pdf" and "run.sh"' in message(submission, "left-out")


def test_one_top_folder_is_stripped_however_often(tmp_path: Path) -> None:
    files = {"lab1/lab1/q1.py": CODE, "lab1/lab1/data/a.csv": b"1", "report.pdf": b"%PDF"}
    submission = accepted(write_tree(tmp_path / "s01", files))
    assert paths(submission) == ["q1.py", "data/a.csv"]


def test_two_top_folders_stay(tmp_path: Path) -> None:
    files = {"a/q1.py": CODE, "b/q2.py": CODE}
    assert paths(accepted(write_tree(tmp_path / "s01", files))) == ["a/q1.py", "b/q2.py"]


@pytest.mark.parametrize("files", [{}, {"report.pdf": b"%PDF"}, {"data.csv": b"1,2"}, {".hidden.py": CODE}])
def test_folder_without_code_is_rejected(tmp_path: Path, files: dict[str, bytes]) -> None:
    rejection = rejected(write_tree(tmp_path / "s01", files))
    assert codes(rejection)[-1] == "nothing-to-run"
    assert '"s01"' in message(rejection, "nothing-to-run")


def test_empty_files_that_run_are_a_submission(tmp_path: Path) -> None:
    submission = accepted(write_tree(tmp_path / "s01", {"q1.py": b"", "q2.py": CODE}))
    assert submission.entries == ("q1.py", "q2.py")
    assert codes(submission) == ["several-files", "empty"]
    assert '"q1.py"' in message(submission, "empty")


def test_files_are_renamed_by_content(tmp_path: Path) -> None:
    files = {"q1.py": notebook("x = 1"), "q2.ipynb": CODE, "q3.ipynb": b""}
    submission = accepted(write_tree(tmp_path / "s01", files))
    assert sorted(paths(submission)) == ["q1.ipynb", "q2.py", "q3.ipynb"]
    assert "renamed" in codes(submission)


def test_rename_takes_no_name_that_is_there(tmp_path: Path) -> None:
    files = {"q1.py": notebook("x = 1"), "q1.ipynb": notebook("x = 2"), "q1.py.ipynb": notebook("x = 3")}
    submission = accepted(write_tree(tmp_path / "s01", files))
    assert sorted(paths(submission)) == ["q1.ipynb", "q1.py-2.ipynb", "q1.py.ipynb"]


def test_web_page_called_a_notebook_is_left_out(tmp_path: Path) -> None:
    submission = accepted(write_tree(tmp_path / "s01", {"q1.py": CODE, "q2.ipynb": b"<html><body>"}))
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["left-out"]


def test_too_large_files_lose_themselves_only(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "s01", {"q1.py": CODE})
    with (folder / "mnist.csv").open("wb") as file:
        file.truncate(1 << 40)
    submission = accepted(folder)
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["too-large"]


def test_data_set_beside_the_code_costs_no_mark(tmp_path: Path) -> None:
    files = {f"images/{number}.png": b"\x89PNG" for number in range(30)}
    submission = accepted(write_tree(tmp_path / "s01", {**files, "q1.py": CODE}), IntakeLimits(members=5))
    assert paths(submission) == ["q1.py", "images/0.png", "images/1.png", "images/2.png", "images/3.png"]
    assert codes(submission) == ["too-much-data"]


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "s01", {f"q{number}.py": CODE for number in range(6)})
    assert codes(rejected(folder, IntakeLimits(entries=5))) == ["too-many-files"]
    assert codes(accepted(folder, IntakeLimits(entries=6))) == ["several-files"]


def test_environments_are_not_walked(tmp_path: Path) -> None:
    files = {f"venv/lib/m{number}.py": CODE for number in range(30)}
    folder = write_tree(tmp_path / "s01", {**files, "q1.py": CODE})
    assert paths(accepted(folder, IntakeLimits(entries=5))) == ["q1.py"]


def test_deep_folders_are_not_entered(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "s01", {"q1.py": CODE, "a/b/c/d.py": CODE})
    submission = accepted(folder, IntakeLimits(depth=2))
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["too-deep"]


def test_output_folder_inside_is_never_read(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "s01", {"q1.py": CODE, "reports/old.py": CODE})
    entry = Entry("s01", LAB, str(folder), skip=(os.path.realpath(folder / "reports"),))
    submission = read_entry(entry)
    assert isinstance(submission, Submission)
    assert paths(submission) == ["q1.py"]


def test_configuration_files_are_data_at_most(tmp_path: Path) -> None:
    files = {
        "q1.py": CODE,
        "conftest.py": CODE,
        "pytest.ini": b"[pytest]",
        "pyproject.toml": b"",
        "x.pth": b"import os",
    }
    submission = accepted(write_tree(tmp_path / "s01", files))
    assert submission.entries == ("q1.py",)
    assert "pytest.ini" not in paths(submission)


def test_digest_is_of_what_is_kept_wherever_it_lay(tmp_path: Path) -> None:
    one = accepted(write_tree(tmp_path / "s01", {"q1.py": CODE, "report.pdf": b"%PDF"}))
    two = accepted(write_tree(tmp_path / "s02", {"lab/q1.py": CODE}))
    three = accepted(write_tree(tmp_path / "s03", {"q1.py": CODE + b" "}))
    assert one.digest == two.digest
    assert one.digest != three.digest


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be made on Windows")
def test_unreadable_names_are_replaced_and_told(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "s01", {"q1.py": CODE})
    try:
        (folder / os.fsdecode(b"caf\xe9\n.csv")).write_bytes(b"1")
    except OSError:
        pytest.skip("this file system takes no such names")
    submission = accepted(folder)
    assert paths(submission) == ["q1.py", "caf__.csv"]
    assert "caf\\xe9\\x0a.csv" in message(submission, "unsafe-name")


def test_composed_and_decomposed_names_come_out_composed(tmp_path: Path) -> None:
    submission = accepted(write_tree(tmp_path / "s01", {"q1.py": CODE, "donne\u0301es.csv": b"1"}))
    assert paths(submission) == ["q1.py", "donn\u00e9es.csv"]
    assert submission.findings == ()
