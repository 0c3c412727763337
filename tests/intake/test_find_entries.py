"""From the paths that a person gives to the hand-ins that lie there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.trees import write_tree

from labgrade.errors import UserError
from labgrade.intake import Entry, find_entries

from .hand_ins import CODE, LAB, LABS, codes, message, notebook

OTHER = "lab02_computation_graphs"


def _find(*paths: Path, lab: str | None = None, out: Path | None = None, one: bool = False) -> list[Entry]:
    return find_entries(paths, labs=LABS, lab=lab, out=out, one=one)


def _ids(entries: list[Entry]) -> list[tuple[str, str]]:
    return [(entry.lab, entry.student) for entry in entries]


# --- a class


def test_each_direct_entry_is_one_students(tmp_path: Path) -> None:
    files = {"s10.py": CODE, "s2.ipynb": notebook(), "s3.zip": b"", "s1/q1.py": CODE, "s1/q2.py": CODE}
    entries = _find(write_tree(tmp_path / "class", files), lab=LAB)
    assert _ids(entries) == [(LAB, student) for student in ("s1", "s2", "s3", "s10")]
    assert entries[-1].path == str(tmp_path / "class" / "s10.py")


def test_path_is_kept_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path / LAB, {"s01.py": CODE})
    monkeypatch.chdir(tmp_path)
    (entry,) = _find(Path(LAB))
    assert entry.path == str(Path(LAB, "s01.py"))


def test_folders_of_labs_are_found_in_the_courses_order(tmp_path: Path) -> None:
    files = {
        f"{OTHER}/s01.py": CODE,
        f"{LAB}/s02.py": CODE,
        f"{LAB}/s01/q1.py": CODE,
        "README.md": b"",
        "old/s09.py": CODE,
    }
    assert _ids(_find(write_tree(tmp_path, files))) == [(LAB, "s01"), (LAB, "s02"), (OTHER, "s01")]


def test_lab_option_chooses_among_folders_of_labs(tmp_path: Path) -> None:
    write_tree(tmp_path, {f"{OTHER}/s01.py": CODE, f"{LAB}/s02.py": CODE})
    assert _ids(_find(tmp_path, lab=OTHER)) == [(OTHER, "s01")]


@pytest.mark.parametrize("inside", ["s01.py", "s02"])
def test_path_inside_a_labs_folder_is_one_hand_in(tmp_path: Path, inside: str) -> None:
    write_tree(tmp_path / LAB, {"s01.py": CODE, "s02/q1.py": CODE})
    assert _ids(_find(tmp_path / LAB / inside)) == [(LAB, inside.removesuffix(".py"))]


def test_labs_folder_itself_is_a_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path / LAB, {"s01.py": CODE})
    monkeypatch.chdir(tmp_path / LAB)
    assert _ids(_find(Path())) == [(LAB, "s01")]


def test_what_is_no_hand_in_is_not_taken_for_one(tmp_path: Path) -> None:
    names = [
        "README.txt",
        "readme",
        "grades.csv",
        "LICENSE",
        "notes.md",
        "roster.xlsx",
        ".hidden.py",
        "Thumbs.db",
    ]
    files = dict.fromkeys(names, b"x") | {
        "s01.py": CODE,
        "__pycache__/s01.pyc": b"",
        ".git/x.py": CODE,
        "__MACOSX/a.py": b"",
    }
    assert _ids(_find(write_tree(tmp_path, files), lab=LAB)) == [(LAB, "s01")]


@pytest.mark.parametrize(
    "name", ["s02.txt", "s02.pdf", "s02.rar", "s02.docx", "s02.tar.gz", "s02", "s02.jpg", "s02.PY"]
)
def test_hand_in_of_another_kind_is_never_dropped(tmp_path: Path, name: str) -> None:
    write_tree(tmp_path, {"s01.py": CODE, name: b"x"})
    assert _ids(_find(tmp_path, lab=LAB)) == [(LAB, "s01"), (LAB, "s02")]


def test_output_folder_is_never_read(tmp_path: Path) -> None:
    write_tree(tmp_path, {"s01.py": CODE, "reports/index.py": CODE})
    out = tmp_path / "reports"
    (entry,) = _find(tmp_path, lab=LAB, out=out)
    assert entry.student == "s01"
    assert entry.skip == (os.path.realpath(out),)
    with pytest.raises(UserError, match="No hand-in"):
        _find(out / "index.py", out=out, lab=LAB)


def test_same_file_is_graded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_tree(tmp_path / LAB, {"s01.py": CODE, "s02.py": CODE})
    monkeypatch.chdir(folder)
    entries = _find(folder / "s02.py", folder, Path("s01.py"), folder / ".." / LAB / "s01.py")
    assert [entry.student for entry in entries] == ["s02", "s01"]
    assert all(entry.findings == () for entry in entries)


@pytest.mark.skipif(os.name == "nt", reason="making links needs rights on Windows")
def test_same_file_through_a_linked_folder_is_graded_once(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / LAB, {"s01.py": CODE})
    (tmp_path / "again").symlink_to(folder)
    assert len(_find(folder, tmp_path / "again", lab=LAB)) == 1


# --- one hand-in


@pytest.mark.parametrize(
    ("name", "lab"),
    [
        ("lab01_tensors.py", LAB),
        ("Lab01_Tensors (3).ipynb", LAB),
        ("lab1 (2).ipynb", LAB),
        ("lab_2.py", OTHER),
        ("My Lab 02 final.zip", OTHER),
        ("lab10.py", "lab10_networks"),
    ],
)
def test_lab_of_one_file_is_told_by_its_name(tmp_path: Path, name: str, lab: str) -> None:
    (tmp_path / name).write_bytes(CODE)
    (entry,) = _find(tmp_path / name, one=True)
    assert entry.lab == lab


def test_lab_option_goes_before_every_name(tmp_path: Path) -> None:
    write_tree(tmp_path / LAB, {"lab02.py": CODE})
    assert _ids(_find(tmp_path / LAB / "lab02.py", lab=OTHER, one=True)) == [(OTHER, "lab02")]


def test_folder_goes_before_the_files_name(tmp_path: Path) -> None:
    write_tree(tmp_path / LAB, {"lab02.py": CODE})
    assert _ids(_find(tmp_path / LAB / "lab02.py", one=True)) == [(LAB, "lab02")]


def test_folder_is_one_hand_in_and_its_files_tell_the_lab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_tree(tmp_path / "mine", {"lab2.ipynb": notebook(), "lab1.csv": b""})
    assert _ids(_find(folder, one=True)) == [(OTHER, "mine")]
    monkeypatch.chdir(folder)
    assert _ids(_find(Path(), one=True)) == [(OTHER, "mine")]


def test_file_of_a_handed_in_folder_has_its_lab(tmp_path: Path) -> None:
    write_tree(tmp_path / LAB / "s01", {"q1.py": CODE})
    assert _ids(_find(tmp_path / LAB / "s01" / "q1.py", one=True)) == [(LAB, "q1")]


@pytest.mark.parametrize("files", [{}, {"a.py": CODE}, {"lab1.py": CODE, "lab2.py": CODE}])
def test_lab_that_cannot_be_told_is_asked_for(tmp_path: Path, files: dict[str, bytes]) -> None:
    folder = write_tree(tmp_path / "mine", files)
    with pytest.raises(UserError) as caught:
        _find(folder, one=True)
    assert caught.value.where == str(folder)
    assert "--lab" in caught.value.next_step
    assert all(lab in caught.value.next_step for lab in LABS)


@pytest.mark.parametrize("name", ["lab3.py", "lab.py", "collab1.py", "lab999999999999.py"])
def test_names_of_no_lab_mean_none(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(CODE)
    with pytest.raises(UserError, match="which lab"):
        _find(tmp_path / name, one=True)


def test_number_that_two_labs_share_means_none(tmp_path: Path) -> None:
    (tmp_path / "lab1.py").write_bytes(CODE)
    with pytest.raises(UserError, match="which lab"):
        find_entries([tmp_path / "lab1.py"], labs=["lab1_a", "lab01_b"], lab=None, one=True)


# --- mistakes of the caller


def test_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file") as caught:
        _find(tmp_path / "gone", lab=LAB)
    assert caught.value.where == str(tmp_path / "gone")


def test_unknown_lab_names_the_labs(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="lab99") as caught:
        _find(tmp_path, lab="lab99")
    assert LAB in caught.value.next_step


def test_folder_without_labs_says_what_was_looked_for(tmp_path: Path) -> None:
    write_tree(tmp_path, {"s01.py": CODE})
    with pytest.raises(UserError, match="named as a lab") as caught:
        _find(tmp_path)
    assert "--lab" in caught.value.next_step


@pytest.mark.parametrize("files", [{}, {"README.md": b""}])
def test_empty_class_says_what_was_looked_for(tmp_path: Path, files: dict[str, bytes]) -> None:
    with pytest.raises(UserError, match=r"\.ipynb"):
        _find(write_tree(tmp_path, files), lab=LAB)


def test_no_path_at_all_is_an_error() -> None:
    with pytest.raises(UserError, match="No hand-in"):
        _find(lab=LAB)


# --- ids


def test_two_hand_ins_of_one_id_are_kept_and_told(tmp_path: Path) -> None:
    write_tree(tmp_path, {"s01.py": CODE, "s01.zip": b"", "s02.py": CODE})
    first, second, third = _find(tmp_path, lab=LAB)
    assert [codes(entry) for entry in (first, second, third)] == [["duplicate-id"], ["duplicate-id"], []]
    assert '"s01.py" and "s01.zip"' in message(first, "duplicate-id")


def test_same_id_in_two_labs_is_no_duplicate(tmp_path: Path) -> None:
    write_tree(tmp_path, {f"{LAB}/s01.py": CODE, f"{OTHER}/s01.py": CODE})
    assert [codes(entry) for entry in _find(tmp_path)] == [[], []]


def test_ids_equal_but_for_capitals_or_composition_are_duplicates(tmp_path: Path) -> None:
    write_tree(tmp_path, {"a/Andr\u00e9.py": CODE, "b/andre\u0301.py": CODE})
    one, two = _find(tmp_path / "a", tmp_path / "b", lab=LAB)
    assert [one.student, two.student] == ["Andr\u00e9", "andr\u00e9"]
    assert codes(one) == codes(two) == ["duplicate-id"]


def test_ids_that_look_alike_are_told_on_both_without_the_others_name(tmp_path: Path) -> None:
    fake = "\u0455\uff101"  # Cyrillic s, full-width 0
    write_tree(tmp_path, {"s01.py": CODE, f"{fake}.py": CODE, "s02.py": CODE})
    by_id = {entry.student: entry for entry in _find(tmp_path, lab=LAB)}
    assert codes(by_id["s01"]) == codes(by_id[fake]) == ["similar-id"]
    assert codes(by_id["s02"]) == []
    assert fake not in message(by_id["s01"], "similar-id")


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be made on Windows")
def test_id_that_is_no_text_becomes_text_and_still_opens(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.py")
    try:
        path.write_bytes(CODE)
    except OSError:
        pytest.skip("this file system takes no such names")
    (entry,) = _find(tmp_path, lab=LAB)
    assert entry.student == "caf\\xe9"
    assert Path(entry.path).read_bytes() == CODE


def test_endings_that_programs_added_are_no_part_of_the_id(tmp_path: Path) -> None:
    write_tree(tmp_path, {"s01.ipynb.txt": notebook(), "s02.tar.gz": b"", "s03.v2.py": CODE})
    assert [entry.student for entry in _find(tmp_path, lab=LAB)] == ["s01", "s02", "s03.v2"]
