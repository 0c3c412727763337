"""What may not be read is told, and the rest goes on. Skipped for those whom nothing is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.trees import write_tree

from labgrade.errors import UserError
from labgrade.intake import find_entries

from .hand_ins import CODE, LAB, LABS, accepted, codes, message, paths, rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def restrict(tmp_path: Path) -> Iterator[Callable[[Path, int], Path]]:
    """Return a function that changes a mode until the test is over."""
    _skip_where_modes_mean_nothing(tmp_path / "probe")
    changed: list[tuple[Path, int]] = []

    def change(path: Path, mode: int) -> Path:
        changed.append((path, path.stat().st_mode))
        path.chmod(mode)
        return path

    yield change
    for path, mode in reversed(changed):
        path.chmod(mode)


def test_closed_file_is_rejected(tmp_path: Path, restrict: Callable[[Path, int], Path]) -> None:
    write_tree(tmp_path, {"s01.py": CODE})
    rejection = rejected(restrict(tmp_path / "s01.py", 0))
    assert codes(rejection) == ["unreadable"]
    assert "Permission denied" in message(rejection, "unreadable")


@pytest.mark.parametrize(
    ("mode", "expected"), [(0, ["unreadable"]), (0o400, ["unreadable", "nothing-to-run"])]
)
def test_closed_folder_is_rejected(
    tmp_path: Path, restrict: Callable[[Path, int], Path], mode: int, expected: list[str]
) -> None:
    folder = write_tree(tmp_path / "s01", {"q1.py": CODE})
    assert codes(rejected(restrict(folder, mode))) == expected


def test_closed_files_and_folders_inside_lose_themselves_only(
    tmp_path: Path, restrict: Callable[[Path, int], Path]
) -> None:
    folder = write_tree(tmp_path / "s01", {"q1.py": CODE, "q2.py": CODE, "sub/q3.py": CODE})
    restrict(folder / "q2.py", 0)
    restrict(folder / "sub", 0)
    submission = accepted(folder)
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["unreadable"]
    assert '"sub" and "q2.py"' in message(submission, "unreadable")


def test_closed_hand_ins_of_a_class_are_still_entries(
    tmp_path: Path, restrict: Callable[[Path, int], Path]
) -> None:
    folder = write_tree(tmp_path / LAB, {"s01.py": CODE, "s02/q1.py": CODE})
    restrict(folder / "s01.py", 0)
    restrict(folder / "s02", 0)
    assert [entry.student for entry in find_entries([folder], labs=LABS, lab=None)] == ["s01", "s02"]


def test_class_whose_entries_cannot_be_looked_at_is_all_unreadable(
    tmp_path: Path, restrict: Callable[[Path, int], Path]
) -> None:
    folder = restrict(write_tree(tmp_path / "class", {"s01.py": CODE}), 0o400)
    (entry,) = find_entries([folder], labs=LABS, lab=LAB)
    assert entry.student == "s01"
    assert codes(rejected(folder / "s01.py")) == ["unreadable"]


def test_closed_class_is_an_error(tmp_path: Path, restrict: Callable[[Path, int], Path]) -> None:
    folder = restrict(write_tree(tmp_path / "class", {"s01.py": CODE}), 0)
    with pytest.raises(UserError, match="cannot be read") as caught:
        find_entries([folder], labs=LABS, lab=LAB)
    assert caught.value.where == str(folder)


def test_closed_folder_cannot_tell_its_lab(tmp_path: Path, restrict: Callable[[Path, int], Path]) -> None:
    folder = restrict(write_tree(tmp_path / "mine", {"lab1.py": CODE}), 0)
    with pytest.raises(UserError, match="which lab"):
        find_entries([folder], labs=LABS, lab=None, one=True)


def _skip_where_modes_mean_nothing(probe: Path) -> None:
    probe.write_bytes(b"")
    probe.chmod(0)
    try:
        probe.read_bytes()
    except PermissionError:
        return
    finally:
        probe.chmod(0o600)
        probe.unlink()
    pytest.skip("this user may read everything")
